// SPDX-License-Identifier: MIT
#include "definition_fixture.hpp"

#include <functional>

using namespace lightflow;
using namespace lightflow::tests;

BOOST_FIXTURE_TEST_SUITE(definition_tests, definition_fixture)

BOOST_AUTO_TEST_CASE(flow_with_process_gives_a_process_of_the_same_name) {
  BOOST_TEST(process.name() == "flow");
  auto plan = catalog.plan("flow");
  BOOST_REQUIRE(plan->processes.size() == 1U);
  BOOST_TEST(plan->processes[0]->name == "flow");
}

BOOST_AUTO_TEST_CASE(a_function_s_name_is_its_step_s_name) {
  process.step<first>();
  process.parallel<second, third, fourth>();
  for (auto name : {"first", "second", "third", "fourth"})
    BOOST_TEST(process.step(name).name() == name);
}

BOOST_AUTO_TEST_CASE(after_takes_functions_names_sync_points_and_steps) {
  auto point = process.parallel<first, second>();
  auto& other = process.step("other", first);
  process.step("by_name", first).after("first", std::string{"second"});
  process.step("by_function", first).after<first, second>();
  process.step("by_point", first).after(point);
  process.step("by_step", first).after(other);
  process.step("at_once", first, fn<first>, "other", point);
  CHECK_AFTER("by_name", "first", "second");
  CHECK_AFTER("by_function", "first", "second");
  CHECK_AFTER("by_point", "first", "second");
  CHECK_AFTER("by_step", "other");
  CHECK_AFTER("at_once", "first", "other", "second");
}

BOOST_AUTO_TEST_CASE(follow_runs_one_after_the_other) {
  process.follow<first, second, third>();
  CHECK_AFTER("first");
  CHECK_AFTER("second", "first");
  CHECK_AFTER("third", "second");
}

BOOST_AUTO_TEST_CASE(parallel_binds_nothing) {
  process.parallel<first, second>();
  CHECK_AFTER("first");
  CHECK_AFTER("second");
}

BOOST_AUTO_TEST_CASE(after_binds_the_first_of_follow_and_each_of_parallel) {
  process.step("root", first);
  process.follow<first, second>().after("root");
  process.parallel<third, fourth>().after("root");
  CHECK_AFTER("first", "root");
  CHECK_AFTER("second", "first");
  CHECK_AFTER("third", "root");
  CHECK_AFTER("fourth", "root");
}

BOOST_AUTO_TEST_CASE(follow_and_parallel_take_named_steps) {
  process.follow(named("a", first), named("b", [](step&) { return 1; }));
  process.parallel({named("c", first), named("d", second)}).after("b");
  CHECK_AFTER("b", "a");
  CHECK_AFTER("c", "b");
  CHECK_AFTER("d", "b");
}

BOOST_AUTO_TEST_CASE(sync_all_runs_after_every_end_of_the_moment) {
  process.follow<first, second>();
  process.step("alone", first);
  process.sync_all("sync", first);
  process.step("later", first);
  CHECK_AFTER("sync", "second", "alone");
  CHECK_AFTER("later");
}

BOOST_AUTO_TEST_CASE(sync_all_in_an_empty_process_runs_after_nothing) {
  process.sync_all<first>();
  CHECK_AFTER("first");
}

BOOST_AUTO_TEST_CASE(next_runs_after_the_step_and_same_after_what_it_does) {
  process.parallel<first, second>();
  auto& middle = process.step("middle", third).after("first", "second");
  middle.next("next", first).next("after_next", first);
  middle.same("same", first);
  CHECK_AFTER("next", "middle");
  CHECK_AFTER("after_next", "next");
  CHECK_AFTER("same", "first", "second");
}

BOOST_AUTO_TEST_CASE(a_dependency_given_twice_counts_once) {
  process.step<first>();
  process.step("x", second, "first", "first").after<first>();
  CHECK_AFTER("x", "first");
}

// -- defects ------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(names_are_unique_per_kind) {
  process.step<first>();
  CHECK_DEFECT(process.step("first", second), "flow", "first");
  CHECK_DEFECT(catalog.flow("flow"), "flow \"flow\"");
  CHECK_DEFECT(catalog.flow("other").process("flow"), "process \"flow\"");
  process.step("flow", second); // of another kind
}

BOOST_AUTO_TEST_CASE(bad_names_are_refused) {
  CHECK_DEFECT(process.step("", first), "step", "1 to 128");
  CHECK_DEFECT(process.step("a b", first), "\"a b\"");
  CHECK_DEFECT(catalog.flow("a/b"), "flow", "\"a/b\"");
  CHECK_DEFECT(catalog.flow("f").process("a:b"), "process", "\"a:b\"");
}

BOOST_AUTO_TEST_CASE(unknown_steps_are_told_with_who_names_them) {
  CHECK_DEFECT(process.step("x", first, "nobody"), "nobody", "\"x\"", "flow");
  CHECK_DEFECT(process.step("nobody"), "nobody", "flow");
  process.step("y", first);
  CHECK_DEFECT(process.step("y").after("nobody"), "nobody", "\"y\"");
}

BOOST_AUTO_TEST_CASE(a_defect_leaves_nothing_half_defined_behind) {
  BOOST_CHECK_THROW(process.step("x", first, "nobody"), definition_error);
  BOOST_CHECK_THROW(process.step("x"), definition_error);
  BOOST_CHECK_THROW(process.step("x", first, ""), definition_error);
  BOOST_CHECK_THROW(process.step("x"), definition_error);
  auto& foreign = catalog.flow_with_process("elsewhere").step("y", first);
  BOOST_CHECK_THROW(process.step("x", first, foreign), definition_error);
  BOOST_CHECK_THROW(process.step("x"), definition_error);
  BOOST_CHECK_THROW(catalog.flow("other").process("a b"), definition_error);
  catalog.flow("holder").process("taken");
  BOOST_CHECK_THROW(catalog.flow_with_process("taken"), definition_error);
  BOOST_TEST(catalog.plan("taken") == nullptr);
  process.step("x", first);
}

BOOST_AUTO_TEST_CASE(a_call_that_fails_halfway_changes_nothing) {
  using lightflow::named;
  process.follow<first, second, third>();
  auto& last = process.step("last", fourth);
  BOOST_CHECK_THROW(last.after("first", "nobody"), definition_error);
  CHECK_DEFECT(process.step("first").after("last", "third"), "cycle");
  auto pair = process.parallel(named("p1", first), named("p2", first));
  BOOST_CHECK_THROW(pair.after("third", "p2"), definition_error);
  BOOST_CHECK_THROW(process.follow(named("f1", first), named("first", first)),
                    definition_error);
  BOOST_CHECK_THROW(process.parallel(named("f1", first), named("a b", first)),
                    definition_error);
  BOOST_CHECK_THROW(
    process.step("third").restrict({{"k", "first"}, {"l", "last"}}),
    definition_error);
  BOOST_CHECK_THROW(process.step("f1"), definition_error);
  BOOST_TEST(process.size() == 6U);
  for (auto step : {"last", "first", "p1", "p2"})
    CHECK_AFTER(step);
  BOOST_TEST(catalog.plan("flow")->processes[0]->steps[2].restrictions.empty());
}

BOOST_AUTO_TEST_CASE(a_cycle_names_the_two_steps_that_close_it) {
  auto chain = process.follow<first, second, third>();
  CHECK_DEFECT(chain.after("third"), "\"first\"", "\"third\"", "cycle");
  CHECK_DEFECT(process.step("second").after("second"), "\"second\"",
               "after itself");
  CHECK_AFTER("first");
}

BOOST_AUTO_TEST_CASE(following_nothing_is_refused) {
  CHECK_DEFECT(process.follow(std::vector<named_step>{}), "flow");
  CHECK_DEFECT(process.parallel(std::vector<named_step>{}), "flow");
}

BOOST_AUTO_TEST_CASE(a_restriction_must_name_an_ancestor) {
  process.follow<first, second, third>();
  process.step("beside", first);
  process.step("third").restrict({{"a", "first"}, {"b", "second"}});
  CHECK_DEFECT(process.step("third").restrict("k", "beside"), "\"third\"",
               "\"k\"", "\"beside\"");
  CHECK_DEFECT(process.step("first").restrict("k", "third"), "ancestors");
  CHECK_DEFECT(process.step("first").restrict("k", "first"), "ancestors");
  CHECK_DEFECT(process.step("first").restrict("k", "nobody"), "nobody");
}

BOOST_AUTO_TEST_CASE(steps_of_another_process_are_no_dependencies) {
  auto& other = catalog.flow_with_process("other");
  auto& foreign = other.step("foreign", first);
  CHECK_DEFECT(process.step("x", first).after(foreign), "other", "flow");
}

BOOST_AUTO_TEST_CASE(a_sealed_definition_cannot_be_changed) {
  auto& step = process.step<first>();
  auto point = process.parallel<second>();
  catalog.plan("flow");
  CHECK_DEFECT(process.step("x", first), "started");
  CHECK_DEFECT(step.after("second"), "started");
  CHECK_DEFECT(point.after("first"), "started");
  CHECK_DEFECT(step.step_timeout(std::chrono::seconds{1}), "started");
  CHECK_DEFECT(step.restrict("a", "b"), "started");
  CHECK_DEFECT(process.process_timeout(std::chrono::seconds{1}), "started");
  CHECK_DEFECT(process.follow<third>(), "started");
  CHECK_DEFECT(process.sync_all<third>(), "started");
}

BOOST_AUTO_TEST_CASE(what_is_wrong_with_a_flow_can_be_mended) {
  auto& flow = catalog.flow("other");
  auto& good = flow.process("good");
  auto& bad = flow.process("bad").step("a", first);
  bad.eq("key", 1).or_();
  CHECK_DEFECT(catalog.plan("other"), "or_()");
  good.step("b", first);
  bad.eq("key", 2);
  BOOST_TEST(catalog.plan("other") != nullptr);
}

BOOST_AUTO_TEST_CASE(a_sealed_flow_takes_no_more_processes) {
  auto& flow = catalog.flow("another");
  catalog.plan("another");
  CHECK_DEFECT(flow.process("late"), "another");
  CHECK_DEFECT(flow.recoverable(), "another");
}

// -- settings -----------------------------------------------------------------

BOOST_AUTO_TEST_CASE(each_setting_is_looked_up_by_itself) {
  using namespace std::chrono_literals;
  lightflow::catalog own;
  own.defaults().step_timeout(4s).process_timeout(4s).retry(4).parallelism(4);
  auto& flow = own.flow("flow").step_timeout(3s).process_timeout(3s).retry(3);
  auto& narrow = flow.process("narrow").step_timeout(2s).process_timeout(2s);
  narrow.step("own", first).step_timeout(1s);
  narrow.step("of_process", first);
  flow.process("wide").step("of_flow", first);
  auto plan = own.plan("flow");
  auto& n = *plan->processes[0];
  auto& w = *plan->processes[1];
  BOOST_TEST((n.steps[0].timeout == 1s));
  BOOST_TEST((n.steps[1].timeout == 2s));
  BOOST_TEST((w.steps[0].timeout == 3s));
  BOOST_TEST((n.timeout == 2s));
  BOOST_TEST((w.timeout == 3s));
  BOOST_TEST(n.steps[0].retry.retries == 3U);
  BOOST_TEST(n.parallelism == 4U);
  BOOST_TEST(!plan->recoverable);
}

BOOST_AUTO_TEST_CASE(the_built_in_settings_hold_where_nothing_is_set) {
  using namespace std::chrono_literals;
  process.step<first>();
  auto plan = catalog.plan("flow");
  BOOST_TEST((plan->processes[0]->timeout == 3h));
  BOOST_TEST((plan->processes[0]->steps[0].timeout == 3h));
  BOOST_TEST(plan->processes[0]->steps[0].retry.retries == 0U);
  BOOST_TEST(plan->processes[0]->parallelism == 0U);
}

BOOST_AUTO_TEST_CASE(a_retry_policy_must_make_sense) {
  auto& step = process.step<first>();
  CHECK_DEFECT(step.retry({.factor = 0.5}), "factor");
  CHECK_DEFECT(step.retry({.jitter = 1.5}), "jitter");
  CHECK_DEFECT(step.retry({.initial = duration{-1}}), "negative");
}

// -- what is known only when all is defined -----------------------------------

BOOST_AUTO_TEST_CASE(a_step_kept_from_being_skipped_must_be_a_dependent) {
  process.follow<first, second>();
  process.step("second").eq("key", 1).skip_with_dependents("first");
  CHECK_DEFECT(catalog.plan("flow"), "\"second\"", "\"first\"");
}

BOOST_AUTO_TEST_CASE(sealed_callbacks_and_resources_cannot_be_changed) {
  process.step<first>();
  auto narrowed = process.before_step([](step&) {});
  auto& resource
    = catalog.resource("db").on_release([](lightflow::resource&) {});
  CHECK_DEFECT(catalog.resource("db"), "\"db\"", "already");
  CHECK_DEFECT(catalog.resource("a b"), "resource name");
  catalog.plan("flow");
  CHECK_DEFECT(process.after_step([](step&) {}), "cannot be changed");
  CHECK_DEFECT(narrowed.when(status::pending), "cannot be changed");
  CHECK_DEFECT(resource.on_release([](lightflow::resource&) {}), "\"db\"");
}

BOOST_AUTO_TEST_CASE(a_must_callback_cannot_follow_one_that_need_not) {
  process.before_step(must, [](step&) {});
  process.before_step([](step&) {});
  process.after_step(must, [](step&) {}); // another chain
  CHECK_DEFECT(process.before_step(must, [](step&) {}), "must succeed");
}

BOOST_AUTO_TEST_CASE(empty_functions_are_refused) {
  CHECK_DEFECT(process.step("x", std::function<void(step&)>{}), "empty");
  CHECK_DEFECT(process.before_step(std::function<void(step&)>{}), "empty");
  CHECK_DEFECT(
    catalog.step_records().on_insert(std::function<void(const step&)>{}),
    "empty");
  CHECK_DEFECT(
    catalog.resource("r").on_release(std::function<void(resource&)>{}),
    "empty");
}

// -- size ---------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_hundred_thousand_steps_can_be_defined) {
  constexpr int steps = 100'000;
  auto name = [](int i) { return "s" + std::to_string(i); };
  auto& wide = catalog.flow_with_process("wide");
  auto& deep = catalog.flow_with_process("deep");
  auto& mixed = catalog.flow_with_process("mixed");
  for (int i = 0; i < steps; ++i) {
    wide.step(name(i), first);
    auto& d = deep.step(name(i), first);
    auto& m = mixed.step(name(i), first);
    if (i > 0)
      d.after(name(i - 1));
    if (i > 10)
      m.after(name(i - 1 - i % 7), name(i / 2), name(i / 3));
  }
  wide.sync_all("join", first);
  BOOST_TEST(catalog.plan("wide")->processes[0]->steps.size() == steps + 1U);
  BOOST_TEST(catalog.plan("deep")->processes[0]->steps.size() == steps + 0U);
  BOOST_TEST(catalog.plan("mixed")->processes[0]->steps.size() == steps + 0U);
}

BOOST_AUTO_TEST_CASE(edges_can_be_added_backwards_to_many_steps) {
  constexpr int steps = 50'000;
  auto name = [](int i) { return "s" + std::to_string(i); };
  for (int i = 0; i < steps; ++i)
    process.step(name(i), first);
  for (int i = 0; i + 1 < steps; ++i)
    process.step(name(i)).after(name(i + 1)); // a chain, last to first
  auto plan = catalog.plan("flow")->processes[0];
  BOOST_TEST(plan->graph.order().front() == steps - 1U);
  BOOST_TEST(plan->graph.order().back() == 0U);
}

BOOST_AUTO_TEST_CASE(long_chains_can_be_tied_together_and_restricted) {
  constexpr int steps = 50'000;
  auto name = [](char chain, int i) { return chain + std::to_string(i); };
  for (auto chain : {'a', 'b', 'c'})
    for (int i = 0; i < steps; ++i) {
      auto& step = process.step(name(chain, i), first);
      if (i > 0)
        step.after(name(chain, i - 1)).restrict("key", name(chain, 0));
    }
  for (int i = 0; i < steps; ++i) {
    process.step(name('a', i)).after(name('b', i));
    process.step(name('b', steps - 1 - i)).after(name('c', steps - 1 - i));
  }
  CHECK_DEFECT(process.step("c0").after(name('a', steps - 1)), "cycle");
  process.step(name('a', steps - 1)).restrict("key", "c1");
  auto plan = catalog.plan("flow")->processes[0];
  BOOST_TEST(plan->graph.order().size() == 3U * steps);
}

BOOST_AUTO_TEST_CASE(many_steps_can_be_put_before_one) {
  constexpr int steps = 50'000;
  auto& last = process.step("last", first);
  auto& end = process.step("end", first, "last");
  for (int i = 0; i < steps; ++i) {
    auto& before = process.step("s" + std::to_string(i), first);
    (i % 2 == 0 ? last : end).after(before);
  }
  BOOST_TEST(catalog.plan("flow")->processes[0]->graph.order().back() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
