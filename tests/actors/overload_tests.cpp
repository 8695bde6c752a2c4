// SPDX-License-Identifier: MIT
// A bound on runs, without threads: what becomes of starts beyond it.
#include "../support/failing_journal.hpp"
#include "message_fixture.hpp"

#include <algorithm>

using namespace lightflow;
using namespace lightflow::tests;

namespace {

/// Runs that end at once, or hold their place for an hour at a time.
struct overload_fixture : message_fixture {
  overload_fixture() {
    for (std::string name : {"plain", "kept"}) {
      auto& flow = catalog.flow(name).recoverable(name == "kept");
      flow.process(name).step("work", working("work")).retry(9, 1h);
    }
    configure = [this](engine_options& options) {
      options.max_runs = max_runs;
      options.excess = excess;
      options.max_waiting = max_waiting;
    };
  }

  /// Has the next `n` attempts fail, so that their runs wait an hour.
  void hold(int n) {
    fails["work"] = n;
  }

  auto count(run_condition x) {
    return engine().list(x).size();
  }

  auto start_by_message(std::string flow, std::string id) {
    return request<messages::run_status>(messages::start{flow, {}, id});
  }

  /// Ends a run that holds its place.
  void end(const std::string& id) {
    ask<bool>(messages::stop{id});
  }

  std::size_t max_runs = 1;
  std::size_t max_waiting = 100;
  excess_starts excess = excess_starts::refuse;
};

const auto is_refused = code_is(error_code::too_many_runs);

} // namespace

BOOST_FIXTURE_TEST_SUITE(overload_tests, overload_fixture)

// -- refusing -----------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_start_beyond_the_bound_is_refused) {
  max_runs = 2;
  hold(2);
  start("plain");
  start("kept");
  for (auto flow : {"plain", "kept"}) {
    BOOST_CHECK_EXCEPTION(start(flow), error, is_refused);
    BOOST_CHECK_EXCEPTION(engine().start_as("mine", flow), error, is_refused);
    BOOST_CHECK_EXCEPTION(engine().run(flow), error,
                          says({"max_runs", "(2)", "try again"}));
  }
  BOOST_TEST(count(run_condition::running) == 1U);
  BOOST_TEST(!engine().find("mine").has_value());
}

BOOST_AUTO_TEST_CASE(without_a_bound_none_is_refused) {
  max_runs = 0;
  hold(200);
  for (int i = 0; i < 100; ++i) {
    start("plain");
    start("kept");
  }
  BOOST_TEST(count(run_condition::running) == 100U);
}

BOOST_AUTO_TEST_CASE(a_place_is_free_once_a_run_has_ended) {
  for (auto flow : {"plain", "kept"}) {
    hold(1);
    auto run = start(flow);
    BOOST_CHECK_EXCEPTION(start(flow), error, is_refused);
    advance(61min, 10s);
    BOOST_TEST(run.wait().success());
    BOOST_TEST(engine().run(flow).success());
  }
}

BOOST_AUTO_TEST_CASE(a_run_holds_its_place_until_its_end_is_written) {
  auto disk = std::make_shared<failing_journal>();
  journal = disk;
  disk->fail_from([](const journal_batch& x) {
    return std::ranges::any_of(x.summaries, [](auto& y) {
      return y.condition == run_condition::finished;
    });
  });
  auto run = start("kept");
  BOOST_TEST(!run.has_ended());
  BOOST_CHECK_EXCEPTION(start("plain"), error, is_refused);
  disk->mend();
  advance(10s, 100ms);
  BOOST_TEST(run.has_ended());
  BOOST_TEST(engine().run("plain").success());
}

BOOST_AUTO_TEST_CASE(a_run_that_could_not_begin_holds_no_place) {
  auto disk = std::make_shared<failing_journal>();
  journal = disk;
  disk->fail_commits(1);
  BOOST_CHECK_EXCEPTION(start("kept"), error,
                        code_is(error_code::journal_failed));
  BOOST_TEST(engine().run("plain").success());
}

BOOST_AUTO_TEST_CASE(a_run_that_is_there_already_needs_no_place) {
  engine().start_as("done-1", "plain").wait();
  engine().start_as("done-2", "kept").wait();
  hold(1);
  engine().start_as("held", "kept");
  run_all();
  BOOST_TEST(!engine().start_as("held", "kept").has_ended());
  BOOST_TEST(engine().start_as("done-1", "plain").has_ended());
  BOOST_TEST(engine().start_as("done-2", "kept").has_ended());
  BOOST_TEST(engine().find("done-2")->wait().success());
}

BOOST_AUTO_TEST_CASE(many_beyond_the_bound_are_refused_before_any_begins) {
  max_runs = 3;
  for (auto flow : {"plain", "kept"}) {
    happened.clear();
    BOOST_CHECK_EXCEPTION(engine().start_all(flow, std::vector<inputs>(4)),
                          error, is_refused);
    BOOST_TEST(happened.empty());
    BOOST_TEST(count(run_condition::finished) == 0U);
    for (auto& run : engine().start_all(flow, std::vector<inputs>(3)))
      BOOST_TEST(run.wait().success());
    BOOST_TEST(happened.size() == 3U);
  }
}

BOOST_AUTO_TEST_CASE(messages_beyond_the_bound_are_refused) {
  hold(1);
  BOOST_TEST(!start_by_message("kept", "r1")->is_open());
  for (auto flow : {"plain", "kept"}) {
    BOOST_CHECK_EXCEPTION(ask(messages::start{flow, {}, "r2"}), error,
                          is_refused);
    BOOST_CHECK_EXCEPTION(ask(messages::run{flow}), error, is_refused);
  }
  BOOST_TEST(ask(messages::start{"kept", {}, "r1"}).id == "r1");
  end("r1");
  BOOST_TEST(ask(messages::run{"plain"}).success());
}

BOOST_AUTO_TEST_CASE(a_recovery_beyond_the_bound_is_refused) {
  hold(1);
  engine().start_as("failed", "kept");
  run_all();
  end("failed");
  hold(1);
  engine().start_as("held", "plain");
  run_all();
  BOOST_CHECK_EXCEPTION(engine().recover("failed"), error, is_refused);
  BOOST_CHECK_EXCEPTION(ask(messages::recover{"failed"}), error, is_refused);
  BOOST_TEST(count(run_condition::suspended) == 1U);
  end("held");
  auto run = engine().recover("failed");
  run_all();
  BOOST_TEST(run.wait().success());
}

// -- waiting ------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(messages_beyond_the_bound_wait_in_their_order) {
  excess = excess_starts::wait;
  hold(9);
  for (auto flow : {"plain", "kept"}) {
    start_by_message(flow, "r1");
    auto second = start_by_message(flow, "r2");
    auto third = request<messages::run_status>(messages::run{flow, {}, "r3"});
    BOOST_TEST(second->is_open());
    end("r1");
    BOOST_TEST(second->answer.value().id == "r2");
    BOOST_TEST(third->is_open());
    hold(0);
    end("r2");
    BOOST_TEST(third->answer.value().success());
    destroy_engine();
    journal = std::make_shared<memory_journal>();
    hold(9);
  }
}

BOOST_AUTO_TEST_CASE(more_messages_than_may_wait_are_refused) {
  excess = excess_starts::wait;
  max_waiting = 2;
  hold(1);
  start_by_message("plain", "r1");
  auto second = start_by_message("plain", "r2");
  auto third = start_by_message("kept", "r3");
  for (int i = 0; i < 1000; ++i)
    BOOST_CHECK_EXCEPTION(ask(messages::start{"plain"}), error,
                          says({"max_waiting", "(2)"}));
  end("r1");
  BOOST_TEST(second->answer.has_value());
  BOOST_TEST(third->answer.has_value());
  BOOST_TEST(ask(messages::run{"plain"}).success());
}

BOOST_AUTO_TEST_CASE(starts_with_one_id_wait_for_one_run) {
  excess = excess_starts::wait;
  for (auto flow : {"plain", "kept"}) {
    hold(1);
    auto held = std::string{flow} + "-1";
    auto wanted = std::string{flow} + "-2";
    start_by_message(flow, held);
    auto one = start_by_message(flow, wanted);
    auto other = start_by_message(flow, wanted);
    happened.clear();
    end(held);
    BOOST_TEST(one->answer.value().id == wanted);
    BOOST_TEST(other->answer.value().id == wanted);
    BOOST_TEST(happened.size() == 1U);
  }
}

BOOST_AUTO_TEST_CASE(a_function_does_not_wait_where_nothing_could_end) {
  excess = excess_starts::wait;
  hold(1);
  start("plain");
  BOOST_CHECK_EXCEPTION(start("plain"), error, is_refused);
  advance(61min, 10s);
  for (auto flow : {"plain", "kept"})
    for (auto& run : engine().start_all(flow, std::vector<inputs>(10)))
      BOOST_TEST(run.wait().success());
}

BOOST_AUTO_TEST_CASE(a_recovery_by_message_waits) {
  excess = excess_starts::wait;
  hold(1);
  start_by_message("kept", "failed");
  end("failed");
  hold(1);
  start_by_message("plain", "held");
  auto recovery = request<messages::run_status>(messages::recover{"failed"});
  BOOST_TEST(recovery->is_open());
  BOOST_TEST(!engine().forget("failed"));
  end("held");
  BOOST_TEST(recovery->answer.has_value());
  BOOST_TEST(ask(messages::wait{"failed"}).success());
}

BOOST_AUTO_TEST_CASE(who_waits_is_told_when_the_engine_closes) {
  excess = excess_starts::wait;
  hold(1);
  start_by_message("plain", "held");
  auto waiting = start_by_message("kept", "r2");
  destroy_engine();
  run_all();
  BOOST_REQUIRE(waiting->refusal.has_value());
  BOOST_TEST((waiting->refusal->code() == error_code::engine_closed));
  BOOST_TEST(journal->list(run_condition::running, {}, 9).empty());
}

// -- runs that were interrupted -----------------------------------------------

BOOST_AUTO_TEST_CASE(interrupted_runs_go_on_as_others_end) {
  max_runs = 10;
  hold(10);
  for (int i = 0; i < 10; ++i)
    engine().start_as("r" + std::to_string(i), "kept");
  run_all();
  destroy_engine();
  happened.clear();
  max_runs = 3;
  hold(3);
  engine();
  advance(61min, 10s);
  BOOST_TEST(happened.size() == 3U); // the others have no place yet
  BOOST_CHECK_EXCEPTION(start("plain"), error, is_refused);
  advance(121min, 10s);
  BOOST_TEST(happened.size() == 13U);
  BOOST_TEST(count(run_condition::finished) == 10U);
  BOOST_TEST(engine().run("plain").success());
}

BOOST_AUTO_TEST_CASE(interrupted_runs_behind_new_ones_go_on) {
  max_runs = 2;
  hold(2);
  engine().start_as("y", "kept");
  engine().start_as("z", "kept");
  run_all();
  destroy_engine();
  interrupted = interrupted_runs::wait;
  hold(1);
  engine().start_as("a", "kept");
  run_all();
  destroy_engine();
  interrupted = interrupted_runs::resume;
  max_runs = 1;
  engine();
  advance(2h, 10s);
  BOOST_TEST(count(run_condition::finished) == 3U);
}

BOOST_AUTO_TEST_CASE(who_asks_for_an_interrupted_run_waits_until_it_goes_on) {
  excess = excess_starts::wait;
  max_runs = 2;
  hold(2);
  start_by_message("kept", "r1");
  start_by_message("kept", "r2");
  destroy_engine();
  max_runs = 1;
  auto look = request<messages::run_status>(messages::look{"r2"});
  auto wait = request<messages::run_status>(messages::wait{"r2"});
  auto again = start_by_message("kept", "r2");
  auto later = start_by_message("plain", "r3");
  BOOST_TEST(look->is_open());
  BOOST_TEST(again->is_open());
  hold(1);
  advance(61min, 10s);
  BOOST_TEST(later->is_open()); // r1 goes on
  end("r1");
  BOOST_TEST(look->answer.value().state.has(status::recovering));
  BOOST_TEST(again->answer.value().id == "r2");
  advance(1h, 10s);
  BOOST_TEST(wait->answer.value().success());
  BOOST_TEST(later->answer.has_value());
}

BOOST_AUTO_TEST_CASE(an_interrupted_run_without_a_place_is_not_found_yet) {
  max_runs = 2;
  hold(2);
  start_by_message("kept", "r1");
  start_by_message("kept", "r2");
  destroy_engine();
  max_runs = 1;
  BOOST_CHECK_EXCEPTION(engine().find("r2"), error, is_refused);
  advance(61min, 10s);
  BOOST_TEST(engine().find("r2")->wait().success());
}

BOOST_AUTO_TEST_CASE(an_interrupted_run_that_cannot_go_on_frees_its_place) {
  hold(1);
  engine().start_as("r1", "kept");
  run_all();
  destroy_engine();
  auto broken = std::make_shared<failing_journal>(journal);
  journal = broken;
  broken->fail_reads(true);
  engine();
  run_all();
  broken->mend();
  BOOST_TEST(engine().run("plain").success());
}

BOOST_AUTO_TEST_SUITE_END()
