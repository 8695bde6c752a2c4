// SPDX-License-Identifier: MIT
#include "worker_processes.hpp"

#include "../support/certificates.hpp"
#include "../support/raw_connection.hpp"

using namespace lightflow;
using namespace lightflow::tests;

namespace {

struct worker_process_fixture {
  worker_process_fixture() {
    define(flows, place);
    options.journal = std::make_shared<memory_journal>();
    options.log = [this](log_level, std::string_view x) {
      std::lock_guard guard{mutex};
      log.emplace_back(x);
    };
  }

  /// Made at first use.
  lightflow::engine& engine() {
    if (!engine_) {
      engine_.emplace(flows, options);
      port = engine_->listen({"127.0.0.1", 0});
    }
    return *engine_;
  }

  worker_settings settings(std::string name = "w1") {
    engine();
    worker_settings result;
    result.port = port;
    result.name = std::move(name);
    return result;
  }

  child_process& start(const worker_settings& x) {
    children.push_back(std::make_unique<child_process>(
      "worker_process_tests/child_that_works", to_argument(place.path(), x)));
    std::uint64_t ready = 0;
    BOOST_REQUIRE(children.back()->next(ready));
    return *children.back();
  }

  child_process& start(std::string name = "w1") {
    return start(settings(std::move(name)));
  }

  bool is_logged(const std::string& text) {
    std::lock_guard guard{mutex};
    return std::any_of(log.begin(), log.end(), [&](auto& line) {
      return line.find(text) != std::string::npos;
    });
  }

  /// Whether a run went well, each step's result counted once.
  void require_right(const run_handle& run) {
    auto report = run.wait_for(30s);
    BOOST_REQUIRE(report.has_value());
    BOOST_TEST(report->errors() == "");
    BOOST_TEST(
      report->process("flow").step("sum").result<std::string>().value_or("")
      == right_sum());
  }

  /// The pids of workers that began a part.
  std::size_t begun() {
    return place.count("begin");
  }

  temporary_directory directory;
  work_place place{directory.path()};
  catalog flows;
  engine_options options = quick_engine();
  std::uint16_t port = 0;
  std::mutex mutex;
  std::vector<std::string> log;
  std::vector<std::unique_ptr<child_process>> children;

private:
  std::optional<lightflow::engine> engine_;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(worker_process_tests, worker_process_fixture)

// These do nothing but in child processes.

BOOST_AUTO_TEST_CASE(child_that_works) {
  if (!child_process::argument().empty())
    run_worker(child_process::argument());
}

BOOST_AUTO_TEST_CASE(child_that_orchestrates) {
  std::istringstream in{child_process::argument()};
  fs::path where;
  std::uint16_t at = 0;
  if (!(in >> where >> at))
    return;
  work_place its_place{where};
  catalog its_flows;
  define(its_flows, its_place);
  auto its_options = quick_engine();
  its_options.journal = open_journal(where / "journal");
  lightflow::engine self{its_flows, its_options};
  auto run = self.start_as("r1", "flow", {{"mode", "hold"}});
  child_process::tell(self.listen({"127.0.0.1", at}));
  auto report = run.wait();
  its_place.make("result",
                 report.success()
                   ? *report.process("flow").step("sum").result<std::string>()
                   : report.errors());
}

BOOST_AUTO_TEST_CASE(steps_run_on_the_workers_that_are_there) {
  start("w1");
  start("w2");
  require_right(engine().start("flow"));
  BOOST_TEST(begun() == parts);
  BOOST_TEST(place.count("end") == parts);
}

BOOST_AUTO_TEST_CASE(a_worker_that_comes_late_does_what_waits) {
  auto run = engine().start("flow");
  BOOST_TEST(
    becomes([&] { return is_logged("no worker with label \"cpu\""); }));
  auto reasons = run.look().wakes_by();
  BOOST_REQUIRE(reasons.size() == 1);
  BOOST_TEST(to_string(reasons[0].source) == "worker");
  start();
  require_right(run);
}

BOOST_AUTO_TEST_CASE(a_step_whose_worker_is_killed_runs_on_another) {
  start("w1");
  start("w2");
  require_right(engine().start("flow", {{"mode", "kill_once"}}));
  BOOST_TEST(place.count("end") <= parts + 1);
  BOOST_TEST(begun() > parts);
}

BOOST_AUTO_TEST_CASE(a_step_whose_workers_are_all_killed_waits_for_new_ones) {
  auto& first = start("w1");
  auto& second = start("w2");
  auto run = engine().start("flow", {{"mode", "hold"}});
  BOOST_TEST(becomes([&] { return begun() == 4; }));
  first.kill();
  second.kill();
  place.make("go");
  BOOST_TEST(
    becomes([&] { return is_logged("no worker with label \"cpu\""); }));
  start("w3");
  require_right(run);
}

BOOST_AUTO_TEST_CASE(a_step_that_kills_its_workers_fails_after_a_while) {
  auto x = settings();
  x.slots = 1;
  auto run = engine().start("alone", {{"mode", "kill"}});
  for (int i = 0; i < 10 && !run.has_ended(); ++i) {
    auto& child = start(x);
    BOOST_TEST(becomes([&] { return child.has_ended() || run.has_ended(); }));
  }
  auto report = run.wait_for(10s);
  BOOST_REQUIRE(report.has_value());
  BOOST_TEST(!report->success());
  BOOST_TEST(report->errors().find("5 lost attempts") != std::string::npos);
  BOOST_TEST(begun() == 5);
}

BOOST_AUTO_TEST_CASE(a_step_of_a_silent_worker_runs_on_another) {
  auto& silent = start("w1");
  auto run = engine().start("flow", {{"mode", "hold_on"}});
  BOOST_TEST(becomes([&] { return begun() == 2; }));
  silent.send(SIGSTOP);
  BOOST_TEST(becomes([&] { return is_logged("silent for"); }));
  auto& other = start("w2");
  place.make("go");
  require_right(run);
  BOOST_TEST(place.count("end") == parts);
  silent.send(SIGCONT); // its completions come too late, and are dropped
  BOOST_TEST(becomes([&] { return place.count("end") == parts + 2; }));
  other.kill(); // the first one is of use again
  require_right(engine().start("flow"));
}

BOOST_AUTO_TEST_CASE(both_sides_notice_a_network_that_is_cut) {
  network_namespace network;
  if (!network) {
    BOOST_TEST_MESSAGE("no network can be made here");
    return;
  }
  options.network->allow_unencrypted = true;
  worker_settings x;
  x.port = engine().listen({network.address(), 0});
  x.address = network.address();
  x.network = network.name();
  start(x);
  auto run = engine().start("flow", {{"mode", "hold"}});
  BOOST_TEST(becomes([&] { return begun() == 2; }));
  network.cut();
  BOOST_TEST(becomes([&] { return is_logged("silent for"); }));
  BOOST_TEST(becomes([&] { return place.count("end") == 2; })); // stopped
  place.make("go");
  network.mend();
  require_right(run);
}

BOOST_AUTO_TEST_CASE(a_run_goes_on_when_its_engine_is_killed) {
  auto argument = [this](std::uint64_t at) {
    return fmt::format("{} {}", place.path().string(), at);
  };
  auto name = "worker_process_tests/child_that_orchestrates";
  auto first = std::make_unique<child_process>(name, argument(0));
  std::uint64_t at = 0;
  BOOST_REQUIRE(first->next(at));
  worker_settings x;
  x.port = static_cast<std::uint16_t>(at);
  start(x);
  x.name = "w2";
  start(x);
  BOOST_TEST(becomes([&] { return begun() == 4; }));
  first->kill();
  child_process second{name, argument(at)};
  BOOST_REQUIRE(second.next(at));
  BOOST_TEST(becomes([&] { return begun() >= 8; }));
  place.make("go");
  BOOST_TEST(becomes([&] { return place.has("result"); }));
  BOOST_TEST(place.read("result") == right_sum());
}

BOOST_AUTO_TEST_CASE(a_worker_that_is_told_to_stop_finishes_its_steps) {
  auto& first = start("w1");
  auto run = engine().start("flow", {{"mode", "hold"}});
  BOOST_TEST(becomes([&] { return begun() == 2; }));
  first.send(SIGTERM);
  start("w2");
  BOOST_TEST(becomes([&] { return begun() == 4; }));
  place.make("go");
  BOOST_TEST(first.wait() == 0);
  require_right(run);
  BOOST_TEST(begun() == parts);
  BOOST_TEST(is_logged("worker \"w1\" has left"));
  BOOST_TEST(!is_logged("was lost"));
}

BOOST_AUTO_TEST_CASE(a_worker_with_another_definition_gets_nothing) {
  auto x = settings("old");
  x.version = 2;
  start(x);
  auto run = engine().start("flow");
  BOOST_TEST(becomes([&] { return is_logged("another definition"); }));
  BOOST_TEST(begun() == 0);
  start("new");
  require_right(run);
}

BOOST_AUTO_TEST_CASE(a_value_that_is_too_large_fails_its_step_alone) {
  start();
  auto report = engine().run("alone", {{"mode", "large"}});
  BOOST_TEST(report.errors().find("cannot be kept") != std::string::npos);
  require_right(engine().start("flow"));
}

BOOST_AUTO_TEST_CASE(a_worker_needs_a_certificate_of_the_authority) {
  authority ours;
  authority others;
  options.network->tls = ours.sign("engine");
  ours.sign("w1");
  others.sign("stranger");
  auto x = settings("plain");
  start(x);
  x.name = "stranger";
  x.certificates = others.path("stranger");
  start(x);
  auto run = engine().start("flow");
  BOOST_TEST(!run.wait_for(500ms).has_value());
  BOOST_TEST(begun() == 0);
  x.name = "w1";
  x.certificates = ours.path("w1");
  start(x);
  require_right(run);
  BOOST_TEST(!is_logged("worker \"stranger\""));
  BOOST_TEST(begun() == parts); // the stranger harms no other connection
}

BOOST_AUTO_TEST_CASE(garbage_harms_nobody) {
  start();
  engine();
  raw_connection browser{port};
  browser.send("GET / HTTP/1.1\r\n\r\n");
  for (auto byte : {'\xff', '\0'}) {
    raw_connection peer{port};
    peer.send(std::string(100'000, byte));
    BOOST_TEST(peer.is_closed());
  }
  require_right(engine().start("flow"));
}

BOOST_AUTO_TEST_CASE(a_step_of_a_run_that_is_stopped_is_stopped_on_its_worker) {
  start();
  auto run = engine().start("alone", {{"mode", "hold"}});
  BOOST_TEST(becomes([&] { return begun() == 1; }));
  run.stop();
  auto report = run.wait_for(10s);
  BOOST_REQUIRE(report.has_value());
  BOOST_TEST(becomes([&] { return place.count("end") == 1; }));
}

BOOST_AUTO_TEST_SUITE_END()
