// SPDX-License-Identifier: MIT
// Engines on real journals and real threads: what only these can show.
#include "lightflow/persistence/rocksdb_journal.hpp"

#include "../support/failing_journal.hpp"
#include "../support/mounted_directory.hpp"
#include "../support/temporary_directory.hpp"
#include "fixture.hpp"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <future>
#include <latch>
#include <map>
#include <mutex>
#include <thread>

using namespace lightflow;
using namespace lightflow::tests;

namespace fs = std::filesystem;

namespace {

struct journal_thread_fixture {
  engine_options options() {
    engine_options result;
    result.journal = disk;
    result.log = [](log_level, std::string_view) {};
    return result;
  }

  /// On a journal of RocksDB's.
  void use_rocksdb(const fs::path& where) {
    disk = std::make_shared<failing_journal>(open_journal(where));
  }

  /// Counts what a step does, over engines and recoveries.
  void count(step& self) {
    std::lock_guard guard{mutex};
    ++runs[self.id()];
  }

  /// Returns when the step is asked to stop.
  static void wait_until_stopped(step& self) {
    std::promise<void> asked;
    std::stop_callback callback{self.stop_token(), [&] { asked.set_value(); }};
    asked.get_future().wait();
  }

  temporary_directory temporary;
  lightflow::catalog catalog;
  std::shared_ptr<failing_journal> disk = std::make_shared<failing_journal>();
  std::mutex mutex; // guards `runs`
  std::map<std::string, int> runs;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(journal_thread_tests, journal_thread_fixture)

BOOST_AUTO_TEST_CASE(runs_at_once_share_their_commits) {
  constexpr std::size_t many = 200;
  std::latch all_started{many + 1};
  use_rocksdb(temporary.path() / "journal");
  catalog.flow("flow").recoverable().process("p").step(
    "a", [&](step&) { all_started.arrive_and_wait(); });
  engine engine{catalog, options()};
  std::vector<run_handle> all;
  for (std::size_t i = 0; i < many; ++i)
    all.push_back(engine.start("flow"));
  all_started.arrive_and_wait();
  for (auto& x : all)
    BOOST_TEST(x.wait().success());
  // Four records, and how it is when it begins and ends; in four appends.
  BOOST_TEST(disk->entries() == 6 * many);
  BOOST_TEST(disk->commits() < 3 * many);
}

BOOST_AUTO_TEST_CASE(the_next_engine_ends_what_the_first_one_began) {
  constexpr int many = 50;
  std::latch all_started{many};
  std::atomic<bool> is_first{true};
  use_rocksdb(temporary.path() / "journal");
  auto& process = catalog.flow("flow").recoverable().process("p");
  process.step("a", [&](step& self) { count(self); });
  process.step(
    "b",
    [&](step& self) -> result<> {
      count(self);
      if (!is_first)
        return {};
      all_started.count_down();
      wait_until_stopped(self);
      return fail("was asked to stop");
    },
    "a");
  process.step(
    "c", [&](step& self) { count(self); }, "b");
  std::vector<std::string> ids;
  {
    engine first{catalog, options()};
    for (int i = 0; i < many; ++i)
      ids.push_back(first.start("flow").id());
    all_started.wait();
    is_first = false;
  }
  engine second{catalog, options()};
  for (auto& id : ids) {
    auto report = second.start_as(id, "flow").wait();
    BOOST_TEST(report.success());
    auto p = report.process("p");
    BOOST_TEST(runs[p.step("a").id()] == 1);
    BOOST_TEST(runs[p.step("b").id()] == 2);
    BOOST_TEST(runs[p.step("c").id()] == 1);
  }
  BOOST_TEST(second.list(run_condition::finished).size() == ids.size());
}

BOOST_AUTO_TEST_CASE(a_pause_is_confirmed_when_it_is_written) {
  std::latch is_under_way{1}, release{1};
  catalog.flow("flow").recoverable().process("p").step("a", [&](step&) {
    is_under_way.count_down();
    release.wait();
  });
  engine engine{catalog, options()};
  auto run = engine.start("flow");
  is_under_way.wait();
  disk->fail_commits(failing_journal::always);
  auto paused = std::async(std::launch::async, [&] { return run.pause(); });
  disk->wait_for_failures(2);
  BOOST_TEST((paused.wait_for(0s) == std::future_status::timeout));
  BOOST_TEST(!run.look().has(status::paused));
  disk->mend();
  BOOST_TEST(paused.get());
  BOOST_TEST(run.look().has(status::paused));
  BOOST_TEST(run.resume());
  release.count_down();
  BOOST_TEST(run.wait().success());
}

BOOST_AUTO_TEST_CASE(a_run_that_is_being_removed_is_not_recovered) {
  catalog.flow("flow").recoverable().process("p").step(
    "a", [](step&) -> result<> { return fail("no"); });
  engine engine{catalog, options()};
  auto id = engine.run("flow").id();
  disk->fail_commits(failing_journal::always);
  auto gone = std::async(std::launch::async, [&] { return engine.forget(id); });
  disk->wait_for_failures(2);
  auto is_unknown
    = [](const error& e) { return e.code() == error_code::unknown_run; };
  BOOST_CHECK_EXCEPTION(engine.recover(id), error, is_unknown);
  BOOST_CHECK_EXCEPTION(engine.start_as(id, "flow"), error, is_unknown);
  disk->mend();
  BOOST_TEST(gone.get());
  BOOST_CHECK_EXCEPTION(engine.recover(id), error, is_unknown);
  BOOST_TEST(engine.start_as(id, "flow").wait().has(status::suspended));
  BOOST_TEST(disk->records_of(id).has_value());
}

BOOST_AUTO_TEST_CASE(nothing_follows_on_what_an_engine_gave_up) {
  // "lost" has something in the batch that is given up, and nobody waiting for
  // it; when its step ends, the disk is well again.
  std::latch is_broken{1};
  std::atomic<bool> is_first{true};
  std::optional<run_handle> waiting;
  catalog.flow("waits").recoverable().process("first").step(
    "a", [&](step&) { is_broken.wait(); });
  catalog.flow("loses").recoverable().process("second").step(
    "a", [&](step& self) {
      count(self);
      if (!is_first)
        return;
      disk->wait_for_failures(1);
      is_broken.count_down();
      BOOST_CHECK_THROW(waiting->wait(), error); // until it is given up
      disk->mend();
    });
  disk->fail_from([](const journal_batch& x) {
    return std::any_of(x.records.begin(), x.records.end(), [](auto& record) {
      return record.run == "lost" && record.sequence > 0;
    });
  });
  {
    engine first{catalog, options()};
    waiting = first.start_as("waiting", "waits");
    first.start_as("lost", "loses");
    disk->wait_for_failures(2);
  }
  is_first = false;
  BOOST_TEST(disk->records_of("lost").has_value());
  engine second{catalog, options()};
  BOOST_TEST(second.start_as("lost", "loses").wait().success());
  BOOST_TEST(second.start_as("waiting", "waits").wait().success());
}

BOOST_AUTO_TEST_CASE(an_engine_ends_although_somebody_waits_for_its_disk) {
  std::promise<void> begun;
  catalog.flow("flow").recoverable().process("p").step("a", [&](step& self) {
    begun.set_value();
    wait_until_stopped(self);
  });
  std::optional<engine> engine{std::in_place, catalog, options()};
  auto run = engine->start("flow");
  begun.get_future().wait();
  run.pause(); // all that came before it is written, so that it fails next time
  run.resume();
  disk->fail_commits(failing_journal::always);
  auto paused = std::async(std::launch::async, [&] { return run.pause(); });
  disk->wait_for_failures(1);
  engine.reset();
  BOOST_TEST(!paused.get());
  BOOST_CHECK_THROW(run.wait(), error);
  BOOST_CHECK_THROW(run.recover(), error);
}

BOOST_AUTO_TEST_CASE(runs_go_on_when_a_full_disk_gets_room) {
  auto mount = temporary.path() / "disk";
  mounted_directory mounted{mount, 16U << 20};
  if (!mounted) {
    BOOST_TEST_MESSAGE("skipped: no right to mount");
    return;
  }
  auto ballast = mount / "ballast";
  std::promise<void> stands_still;
  std::atomic<int> told{0};
  use_rocksdb(mount / "journal");
  auto& process = catalog.flow("flow").recoverable().process("p");
  process.step("a", [&](step& self) {
    count(self);
    std::ofstream out{ballast, std::ios::binary};
    for (auto some = std::string(4096, 'x'); out.flush();)
      out << some;
    self.set("large", std::string(500'000, 'x'));
  });
  process.step(
    "b", [&](step& self) { count(self); }, "a");
  process.step(
    "c", [&](step& self) { count(self); }, "b");
  auto how = options();
  how.events.handle(event_stage::persist, [&](const event&) {
    if (++told == 1)
      stands_still.set_value();
  });
  std::string id;
  {
    engine engine{catalog, how};
    auto run = engine.start("flow");
    id = run.id();
    stands_still.get_future().wait();
    BOOST_TEST(!run.has_ended());
    fs::remove(ballast);
    auto p = run.wait().process("p");
    BOOST_TEST(p.success());
    for (auto step : {"a", "b", "c"})
      BOOST_TEST(runs[p.step(step).id()] == 1);
    BOOST_TEST(told == 1);
  }
  disk.reset();
  how.journal.reset();
  use_rocksdb(mount / "journal");
  engine next{catalog, options()};
  BOOST_TEST(next.find(id)->wait().success());
}

BOOST_AUTO_TEST_SUITE_END()
