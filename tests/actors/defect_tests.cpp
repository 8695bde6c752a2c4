// SPDX-License-Identifier: MIT
// What becomes of a run when an actor of the library dies of an exception of
// its own: nobody waits for ever.
#include "../support/failing_journal.hpp"
#include "../support/fragile.hpp"

#include "../../actors/src/user_job.hpp"

#include "message_fixture.hpp"
#include "worker_fixture.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <msgpack.hpp>

#include <functional>
#include <memory>
#include <stdexcept>
#include <utility>

using namespace lightflow;
using namespace lightflow::tests;

namespace {

/// Cannot be encoded any more once this has been done so often: a process that
/// writes it to the journal dies.
struct brittle {
  template <class Packer>
  void msgpack_pack(Packer& p) const {
    if (left-- <= 0)
      throw std::runtime_error("cannot be encoded any more");
    p.pack(0);
  }

  void msgpack_unpack(const msgpack::object&) {}

  static inline int left = 0;
};

/// A recoverable flow on a journal that fails when it is told to.
struct defect_fixture : message_fixture {
  defect_fixture() {
    journal = disk;
    fragile::armed = false;
    for (auto stage : {event_stage::recover, event_stage::resource})
      events.handle(stage,
                    [this](const event& x) { told.push_back(to_string(x)); });
  }

  ~defect_fixture() {
    fragile::armed = false;
  }

  bool has_told(std::initializer_list<std::string_view> parts) {
    run_all();
    return has_line(told, parts);
  }

  /// A step that first does something, then has its process die.
  auto fatal(std::function<void()> first = [] {}) {
    return [first = std::move(first)](step&) {
      first();
      brittle::left = 1; // it is tried once whether it can be kept
      return brittle{};
    };
  }

  run_handle begin() {
    auto result = engine().start_as("run", "flow");
    run_all();
    return result;
  }

  auto request_control(bool pauses, const std::string& of = "p") {
    return pauses ? request<bool>(messages::pause{"run", of})
                  : request<bool>(messages::resume{"run", of});
  }

  static auto is_defect() {
    return code_is(error_code::internal);
  }

  std::vector<std::string> told; // of events
  std::shared_ptr<failing_journal> disk = std::make_shared<failing_journal>();
  flow_definition& flow = catalog.flow("flow").recoverable();
  process_definition& process = flow.process("p");
};

using control_outcome = std::shared_ptr<tests::outcome<bool>>;

} // namespace

BOOST_FIXTURE_TEST_SUITE(defect_tests, defect_fixture)

// -- answers ------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_process_that_dies_leaves_no_control_unanswered) {
  control_outcome paused;
  process.step("step", fatal([&] {
                 disk->fail_commits(failing_journal::always);
                 paused = request_control(true);
               }));
  auto run = begin();
  auto resumed = request_control(false); // after the end of the step
  BOOST_TEST(paused->is_open());
  BOOST_TEST(resumed->is_open());
  disk->mend();
  advance(1s);
  BOOST_TEST(paused->answer.value());
  BOOST_TEST(!resumed->answer.value());
  BOOST_CHECK_EXCEPTION(run.wait(), error, is_defect());
  BOOST_TEST(has_told({"run", "defect", "goes on when it is recovered"}));
}

BOOST_AUTO_TEST_CASE(an_engine_that_is_destroyed_leaves_no_control_unanswered) {
  control_outcome paused;
  process.step("step", [&](step&) {
    disk->fail_commits(failing_journal::always);
    paused = request_control(true);
  });
  auto run = begin();
  auto resumed = request_control(false);
  BOOST_TEST(paused->is_open());
  BOOST_TEST(resumed->is_open());
  destroy_engine();
  BOOST_TEST(!paused->answer.value());
  BOOST_TEST(!resumed->answer.value());
  BOOST_CHECK_EXCEPTION(run.wait(), error, code_is(error_code::engine_closed));
}

BOOST_AUTO_TEST_CASE(a_look_at_a_run_with_a_dead_process_tells_of_its_end) {
  std::shared_ptr<tests::outcome<messages::run_status>> looked;
  process.step("step", fatal());
  flow.process("q").step("step", [&](step&) {
    run_all(); // the other process dies
    looked = request<messages::run_status>(messages::look{"run"});
    BOOST_TEST(looked->is_open());
  });
  begin();
  BOOST_REQUIRE(looked->refusal.has_value());
  BOOST_TEST((looked->refusal->code() == error_code::internal));
}

// -- steps and jobs -----------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_step_fails_that_cannot_go_on_from_its_last_attempt) {
  catalog.flow_with_process("plain")
    .step("step",
          [](step& self) -> result<> {
            self.set("key", fragile{});
            fragile::armed = true;
            return fail("again");
          })
    .retry(1);
  auto run = start("plain");
  auto step = run.wait().process("plain").step("step");
  BOOST_TEST(step.state() == (status::failed | status::panicked));
  BOOST_TEST(step.error().find("cannot be copied now") != std::string::npos,
             step.error());
}

BOOST_AUTO_TEST_CASE(a_resource_that_cannot_be_suspended_is_released) {
  int released = 0;
  catalog.resource("db")
    .on_suspend([](resource&) { fragile::armed = true; })
    .on_release([&](resource&) { ++released; });
  process.step("step", [](step& self) -> result<> {
    (*self.attach("db"))->put("key", fragile{});
    return fail("no");
  });
  BOOST_TEST(begin().wait().has(status::suspended));
  BOOST_TEST(released == 1);
  BOOST_TEST(has_told({"action suspend", "cannot be copied now"}));
}

BOOST_FIXTURE_TEST_CASE(who_waits_for_a_job_is_told_if_it_throws,
                        actor_fixture) {
  using listener = caf::typed_actor<caf::reacts_to<event_handled>>;
  std::vector<std::uint64_t> heard;
  auto self = system().spawn<caf::hidden>([&heard](listener::pointer) {
    return listener::behavior_type{
      [&heard](const event_handled& x) { heard.push_back(x.number); }};
  });
  auto spawn = [&](auto work) {
    system().spawn<user_job, caf::hidden>(
      env(), env().pool, self, work, [](const error& why) -> event_handled {
        auto known = why.code() == error_code::internal;
        return {known ? 1U : 2U};
      });
    run_all();
  };
  spawn([]() -> event_handled { throw std::runtime_error("odd"); });
  spawn([]() -> event_handled { throw 7; });
  spawn([]() -> event_handled {
    throw error{error_code::journal_failed, "no disk"};
  });
  spawn([] { return event_handled{3}; });
  BOOST_TEST(heard == (std::vector<std::uint64_t>{1, 1, 2, 3}),
             boost::test_tools::per_element());
  BOOST_TEST(log.size() == 2U); // an error of the journal is no defect
  BOOST_TEST(has_line(log, {"a job of the engine", "odd"}));
  self = nullptr;
}

// -- journals of the user -----------------------------------------------------

namespace {

/// Throws what no journal should.
struct odd_journal : failing_journal {
  void commit(const journal_batch& batch, durability how) override {
    if (std::exchange(commits_throw, false))
      throw 7;
    failing_journal::commit(batch, how);
  }

  std::optional<run_summary> find(std::string_view run) const override {
    if (reads_throw)
      throw std::runtime_error("an odd one");
    return failing_journal::find(run);
  }

  std::vector<run_summary> list(run_condition x, std::string_view after,
                                std::size_t limit) const override {
    if (reads_throw)
      throw std::runtime_error("an odd one");
    return failing_journal::list(x, after, limit);
  }

  bool commits_throw = false;
  bool reads_throw = false;
};

struct odd_fixture : defect_fixture {
  odd_fixture() {
    journal = odd;
  }

  std::shared_ptr<odd_journal> odd = std::make_shared<odd_journal>();
};

} // namespace

BOOST_FIXTURE_TEST_CASE(a_commit_that_throws_anything_is_tried_again,
                        odd_fixture) {
  process.step("step", [&](step&) { odd->commits_throw = true; });
  auto run = begin();
  BOOST_TEST(!run.has_ended());
  advance(1s);
  BOOST_TEST(run.wait().success());
}

BOOST_FIXTURE_TEST_CASE(an_engine_survives_reads_that_throw_anything,
                        odd_fixture) {
  process.step("step", [](step&) {});
  odd->reads_throw = true;
  for (int i = 0; i < 2; ++i) {
    BOOST_CHECK_EXCEPTION(engine().start_as("run", "flow"), error, is_defect());
    BOOST_CHECK_EXCEPTION(engine().find("run"), error, is_defect());
    advance(31s, 1s); // the engine lists runs now and then
  }
  auto listed = request<messages::run_list>(messages::list{});
  BOOST_REQUIRE(listed->refusal.has_value());
  odd->reads_throw = false;
  BOOST_TEST(begin().wait().success());
}

BOOST_AUTO_TEST_SUITE_END()
