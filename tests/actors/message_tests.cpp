// SPDX-License-Identifier: MIT
#include "message_fixture.hpp"

#include <caf/exit_reason.hpp>

#include <set>

using namespace lightflow;
using namespace lightflow::tests;

namespace {

/// Notes of which runs a commit has records, and how it is written.
struct noting_journal : memory_journal {
  struct entry {
    std::set<std::string> runs;
    durability how;
  };

  void commit(const journal_batch& batch, durability how) override {
    auto& noted = commits.emplace_back(entry{{}, how});
    for (auto& x : batch.records)
      noted.runs.insert(x.run);
    memory_journal::commit(batch, how);
  }

  std::vector<entry> commits;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(message_tests, message_fixture)

BOOST_AUTO_TEST_CASE(a_commit_is_as_durable_as_any_of_its_runs_needs) {
  auto noting = std::make_shared<noting_journal>();
  journal = noting;
  auto define = [this](const std::string& flow, durability how) {
    catalog.flow(flow).recoverable().durability(how).process(flow).step(
      "a", working("a"));
  };
  define("synced", durability::sync);
  define("flow", durability::process);
  for (auto flow : {"synced", "flow"})
    (void)tests::request<messages::run_status>(front(),
                                               messages::start{flow, {}, flow});
  run_all();
  auto& first = noting->commits.at(0);
  BOOST_TEST(first.runs.size() == 2U);
  BOOST_TEST((first.how == durability::sync));
}

BOOST_AUTO_TEST_CASE(start_is_answered_once_the_run_has_begun) {
  catalog.flow_with_process("flow")
    .step("fails", [](step&) { return fail("no"); })
    .retry(1, 1h);
  auto run = ask(messages::start{"flow", {}, "r1"});
  BOOST_TEST(run.id == "r1");
  BOOST_TEST(run.flow == "flow");
  BOOST_TEST(run.state == status::pending);
  BOOST_TEST(!run.has_ended());
}

BOOST_AUTO_TEST_CASE(a_run_without_an_id_gets_one) {
  catalog.flow_with_process("flow").step("a", [](step&) {});
  auto run = ask(messages::start{"flow"});
  BOOST_TEST(!run.id.empty());
}

BOOST_AUTO_TEST_CASE(run_is_answered_when_the_run_has_ended) {
  catalog.flow_with_process("flow").step("double", [](step& self) {
    auto x = *self.get<int>("x");
    self.set("seen", x);
    return 2 * x;
  });
  auto run = ask(
    messages::run{"flow", {{"x", 21}}, "r1", {true, true, {"x", "seen"}}});
  BOOST_TEST(run.success());
  BOOST_TEST(run.values.find("x")->as<int>() == 21);
  BOOST_REQUIRE(run.processes.size() == 1u);
  BOOST_REQUIRE(run.processes[0].steps.size() == 1u);
  auto& step = run.processes[0].steps[0];
  BOOST_TEST(step.name == "double");
  BOOST_TEST(step.state == status::success);
  BOOST_TEST(step.attempt == 1u);
  BOOST_TEST(step.result.as<int>() == 42);
  BOOST_TEST(step.values.find("seen")->as<int>() == 21);
}

BOOST_AUTO_TEST_CASE(a_status_tells_what_it_is_asked_for_only) {
  catalog.flow_with_process("flow").step("a", [](step& self) {
    self.set("key", 1);
    return 2;
  });
  auto brief = ask(messages::run{"flow", {}, "r1", {false}});
  BOOST_TEST(brief.processes[0].steps.empty());
  auto steps = ask(messages::look{"r1"});
  BOOST_TEST(!steps.processes[0].steps[0].result.has_value());
  BOOST_TEST(steps.processes[0].steps[0].values.empty());
}

BOOST_AUTO_TEST_CASE(values_of_encrypted_keys_are_not_told) {
  configure = [](engine_options& options) {
    key_ring keys;
    keys.add("k1", std::string(64, '1'));
    options.encryption = encryption::of_keys(keys, {"secret"});
  };
  catalog.flow_with_process("flow").step("a", [](step& self) {
    self.set("secret", 1);
    self.set("public", 2);
  });
  auto run
    = ask(messages::run{"flow", {}, "r1", {true, false, {"secret", "public"}}});
  auto& values = run.processes[0].steps[0].values;
  BOOST_TEST(values.size() == 1u);
  BOOST_TEST(values.find("public")->as<int>() == 2);
}

BOOST_AUTO_TEST_CASE(who_waits_is_answered_when_the_run_ends) {
  catalog.flow_with_process("flow")
    .step("fails", [](step&) { return fail("no"); })
    .retry(1, 1h);
  ask(messages::start{"flow", {}, "r1"});
  auto waits = request<messages::run_status>(messages::wait{"r1"});
  BOOST_TEST(waits->is_open());
  advance(2h, 1min);
  BOOST_REQUIRE(!waits->is_open());
  BOOST_TEST(waits->answer->state.has(status::failed));
  BOOST_TEST(waits->answer->processes[0].steps[0].attempt == 2u);
}

BOOST_AUTO_TEST_CASE(who_waits_for_a_run_that_has_ended_is_answered_at_once) {
  catalog.flow_with_process("flow").step("a", [](step&) {});
  ask(messages::run{"flow", {}, "r1"});
  BOOST_TEST(ask(messages::wait{"r1"}).success());
}

BOOST_AUTO_TEST_CASE(who_waits_for_a_run_of_an_earlier_program_is_answered) {
  recoverable_process().step("a", working("a"));
  ask(messages::run{"flow", {}, "r1"});
  destroy_engine();
  BOOST_TEST(ask(messages::wait{"r1"}).success());
  BOOST_TEST(ask(messages::look{"r1"}).processes[0].steps[0].name == "a");
}

BOOST_AUTO_TEST_CASE(a_start_that_comes_twice_gives_one_run) {
  int executions = 0;
  catalog.flow_with_process("flow").step("a", [&](step&) { ++executions; });
  ask(messages::start{"flow", {}, "r1"});
  auto again = ask(messages::run{"flow", {}, "r1"});
  BOOST_TEST(again.id == "r1");
  BOOST_TEST(executions == 1);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_done_is_refused_as_the_engine_would) {
  catalog.flow_with_process("flow").step("a", [](step&) {});
  std::string huge(1 << 20, 'x');
  using messages::run_status;
  auto refused = [&](auto what, error_code code) {
    BOOST_CHECK_EXCEPTION(ask<run_status>(what), error, code_is(code));
  };
  refused(messages::start{"other"}, error_code::unknown_flow);
  refused(messages::start{huge}, error_code::unknown_flow);
  refused(messages::start{"flow", {}, "a b"}, error_code::bad_run_id);
  refused(messages::run{"flow", {}, huge}, error_code::bad_run_id);
  refused(messages::look{"other"}, error_code::unknown_run);
  refused(messages::look{}, error_code::unknown_run);
  refused(messages::wait{huge}, error_code::unknown_run);
  refused(messages::recover{"other"}, error_code::unknown_run);
  refused(messages::recover{huge}, error_code::unknown_run);
  BOOST_CHECK_EXCEPTION(ask<bool>(messages::pause{"other"}), error,
                        code_is(error_code::unknown_run));
  BOOST_CHECK_EXCEPTION(ask<bool>(messages::forget{huge}), error,
                        code_is(error_code::unknown_run));
  BOOST_CHECK_EXCEPTION(
    ask<messages::run_list>(messages::list{static_cast<run_condition>(9)}),
    error, code_is(error_code::bad_request));
  BOOST_TEST(ask(messages::run{"flow"}).success());
}

BOOST_AUTO_TEST_CASE(texts_of_refusals_do_not_grow_with_what_was_sent) {
  catalog.flow("flow");
  auto refused
    = request<messages::run_status>(messages::look{std::string(1 << 20, 'x')});
  BOOST_TEST(std::string_view{refused->refusal->what()}.size() < 1000u);
}

BOOST_AUTO_TEST_CASE(an_engine_without_a_journal_says_so) {
  journal = nullptr;
  catalog.flow("flow");
  BOOST_CHECK_EXCEPTION(ask(messages::recover{"r1"}), error,
                        code_is(error_code::no_journal));
  BOOST_CHECK_EXCEPTION(ask<messages::run_list>(messages::list{}), error,
                        code_is(error_code::no_journal));
}

BOOST_AUTO_TEST_CASE(runs_of_an_engine_without_a_journal_can_be_forgotten) {
  journal = nullptr;
  catalog.flow_with_process("flow").step("a", [](step&) {});
  ask(messages::run{"flow", {}, "r1"});
  BOOST_TEST(ask<bool>(messages::forget{"r1"}));
  BOOST_CHECK_EXCEPTION(ask(messages::look{"r1"}), error,
                        code_is(error_code::unknown_run));
}

BOOST_AUTO_TEST_CASE(a_run_is_paused_resumed_and_stopped) {
  auto& process = catalog.flow_with_process("flow");
  process.step("a", [](step&) { return fail("no"); }).retry(1, 1s);
  process.step("b", [](step&) {}).after("a");
  ask(messages::start{"flow", {}, "r1"});
  BOOST_TEST(ask<bool>(messages::pause{"r1"}));
  BOOST_TEST(ask<bool>(messages::pause{"r1", "flow"}));
  BOOST_CHECK_EXCEPTION(ask<bool>(messages::pause{"r1", "other"}), error,
                        code_is(error_code::unknown_process));
  BOOST_TEST(ask(messages::look{"r1"}).state.has(status::paused));
  BOOST_TEST(ask<bool>(messages::resume{"r1"}));
  BOOST_TEST(!ask(messages::look{"r1"}).state.has(status::paused));
  BOOST_TEST(ask<bool>(messages::stop{"r1"}));
  BOOST_TEST(ask(messages::wait{"r1"}).state.has(status::stopped));
  BOOST_TEST(!ask<bool>(messages::stop{"r1"}));
}

BOOST_AUTO_TEST_CASE(a_run_that_failed_is_listed_recovered_and_forgotten) {
  recoverable_process().step("a", working("a"));
  fails["a"] = 1;
  BOOST_TEST(!ask(messages::run{"flow", {}, "r1"}).success());
  auto suspended
    = ask<messages::run_list>(messages::list{run_condition::suspended});
  BOOST_REQUIRE(suspended.runs.size() == 1u);
  BOOST_TEST(suspended.runs[0].id == "r1");
  BOOST_TEST(ask(messages::recover{"r1"}).id == "r1");
  BOOST_TEST(ask(messages::wait{"r1"}).success());
  BOOST_CHECK_EXCEPTION(ask(messages::recover{"r1"}), error,
                        code_is(error_code::not_recoverable));
  BOOST_TEST(ask<bool>(messages::forget{"r1"}));
  BOOST_CHECK_EXCEPTION(ask(messages::look{"r1"}), error,
                        code_is(error_code::unknown_run));
}

// -- its end ------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(who_waits_is_refused_when_the_engine_is_destroyed) {
  catalog.flow_with_process("flow")
    .step("fails", [](step&) { return fail("no"); })
    .retry(1, 1h);
  auto waits = request<messages::run_status>(messages::run{"flow"});
  auto to = front();
  caf::scoped_actor observer{system()};
  observer->monitor(to);
  destroy_engine();
  run_all();
  BOOST_REQUIRE(waits->refusal);
  BOOST_TEST((waits->refusal->code() == error_code::engine_closed));
  observer->receive([&](const caf::down_msg& x) {
    BOOST_TEST((x.source == to.address()));
    BOOST_TEST((x.reason == caf::exit_reason::user_shutdown));
  });
  auto late = tests::request<messages::run_status>(to, messages::look{"r1"});
  run_all();
  BOOST_REQUIRE(late->refusal);
  BOOST_TEST((late->refusal->code() == error_code::engine_closed));
}

BOOST_AUTO_TEST_CASE(an_exit_message_closes_the_engine) {
  auto& process = recoverable_process();
  process.step("a", working("a"));
  process.step("b", working("b")).after("a").retry(1, 1h);
  fails["b"] = 1;
  auto run = engine().start_as("r1", "flow");
  run_all();
  auto waits = request<messages::run_status>(messages::wait{"r1"});
  caf::anon_send_exit(front(), caf::exit_reason::kill);
  run_all();
  BOOST_TEST((waits->refusal->code() == error_code::engine_closed));
  BOOST_CHECK_EXCEPTION(run.wait(), error, code_is(error_code::engine_closed));
  BOOST_CHECK_EXCEPTION(engine().start("flow"), error,
                        code_is(error_code::engine_closed));
  destroy_engine();
  engine();
  advance(2h, 1min);
  BOOST_TEST(ask(messages::wait{"r1"}).success());
  BOOST_TEST(happened == (std::vector<std::string>{"a", "b", "b"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_linked_actor_that_dies_closes_the_engine) {
  catalog.flow("flow");
  auto peer = system().spawn([to = front()](caf::event_based_actor* self) {
    self->link_to(to);
    self->become([self](int) { self->quit(caf::exit_reason::kill); });
  });
  run_all();
  BOOST_CHECK_NO_THROW(engine().run("flow"));
  caf::anon_send(peer, 1);
  run_all();
  BOOST_CHECK_EXCEPTION(engine().start("flow"), error,
                        code_is(error_code::engine_closed));
}

BOOST_AUTO_TEST_CASE(messages_of_other_kinds_do_no_harm) {
  catalog.flow("flow");
  auto to = caf::actor_cast<caf::actor>(front());
  caf::anon_send(to, 1, std::string{"two"});
  caf::anon_send(to, caf::make_error(caf::sec::runtime_error));
  caf::anon_send(to, caf::close_atom_v);
  caf::anon_send(to, caf::down_msg{});
  run_all();
  BOOST_TEST(ask(messages::run{"flow"}).success());
}

BOOST_AUTO_TEST_CASE(engines_in_one_system_do_not_mix) {
  catalog.flow_with_process("flow").step("a", [](step&) { return 1; });
  lightflow::catalog others;
  others.flow_with_process("flow").step("a", [](step&) { return 2; });
  engine_options options;
  options.runs_on = executor::system_scheduler;
  lightflow::engine second{system(), others, options};
  auto of = [](const messages::run_status& x) {
    return x.processes[0].steps[0].result.as<int>();
  };
  messages::run what{"flow", {}, "r1", {true, true}};
  auto from_second
    = tests::request<messages::run_status>(actor_of(second), what);
  BOOST_TEST(of(ask(what)) == 1);
  BOOST_TEST(of(*from_second->answer) == 2);
}

BOOST_AUTO_TEST_SUITE_END()
