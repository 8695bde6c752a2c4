// SPDX-License-Identifier: MIT
// What becomes of a run when an actor of the library dies of an exception of
// its own: nobody waits for ever.
#include "../support/failing_journal.hpp"

#include "message_fixture.hpp"

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

  auto request_control(bool pauses, const std::string& process = "p") {
    return pauses ? request<bool>(messages::pause{"run", process})
                  : request<bool>(messages::resume{"run", process});
  }

  static auto is_defect() {
    return code_is(error_code::internal);
  }

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

BOOST_AUTO_TEST_SUITE_END()
