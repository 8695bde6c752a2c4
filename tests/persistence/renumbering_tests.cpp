// SPDX-License-Identifier: MIT
#include "lightflow/persistence/renumbering.hpp"

#include "lightflow/core/catalog.hpp"
#include "lightflow/core/error.hpp"
#include "lightflow/core/plan.hpp"

#include "../support/printing.hpp"
#include "../support/samples.hpp"

#include <functional>

using namespace lightflow;
using namespace lightflow::tests;
using namespace std::chrono_literals;

namespace {

using definer = std::function<void(flow_definition&)>;

std::shared_ptr<const flow_plan> plan_of(const definer& define) {
  catalog definitions;
  define(definitions.flow("flow"));
  return definitions.plan("flow");
}

/// What a program had, against what it has now.
structure_match match(const definer& then, const definer& now) {
  // As it would come out of a journal.
  auto old = decode_structure(encode(structure_of(*plan_of(then))));
  return structure_match::of(old, *plan_of(now));
}

/// The steps of one process: its first name, what each runs after.
using edges = std::vector<std::pair<std::string, std::vector<std::string>>>;

definer with_steps(const edges& steps) {
  return [steps](flow_definition& flow) {
    auto& process = flow.process("process");
    for (auto& [name, after] : steps)
      process.step(name, nothing);
    for (auto& [name, after] : steps)
      for (auto& other : after)
        process.step(name).after(other);
  };
}

std::vector<std::string> wrong(const edges& then, const edges& now) {
  return match(with_steps(then), with_steps(now)).incompatibilities;
}

void check(const std::vector<std::string>& found,
           const std::vector<std::string>& expected) {
  BOOST_CHECK_EQUAL_COLLECTIONS(found.begin(), found.end(), expected.begin(),
                                expected.end());
}

const edges chain{{"a", {}}, {"b", {"a"}}, {"c", {"b"}}};

} // namespace

BOOST_AUTO_TEST_SUITE(renumbering_tests)

// -- what fits ----------------------------------------------------------------

BOOST_AUTO_TEST_CASE(the_same_definition_keeps_its_numbers) {
  auto x = match(with_steps(chain), with_steps(chain));
  check(x.incompatibilities, {});
  BOOST_TEST(x.numbers.process(0) == 0U);
  for (step_index i = 0; i < 3; ++i)
    BOOST_TEST(x.numbers.step(0, i) == i);
}

BOOST_AUTO_TEST_CASE(equal_fingerprints_need_no_comparison) {
  auto numbers = renumbering::unchanged(*plan_of(with_steps(chain)));
  BOOST_TEST(numbers.process(0) == 0U);
  BOOST_TEST(numbers.step(0, 2) == 2U);
  BOOST_CHECK_THROW(numbers.step(0, 3), error);
}

BOOST_AUTO_TEST_CASE(steps_move_when_others_are_inserted_before_them) {
  auto x = match(with_steps(chain), with_steps({{"new", {}},
                                                {"a", {}},
                                                {"newer", {"a"}},
                                                {"b", {"a"}},
                                                {"c", {"b"}},
                                                {"last", {"c"}}}));
  check(x.incompatibilities, {});
  BOOST_TEST(x.numbers.step(0, 0) == 1U);
  BOOST_TEST(x.numbers.step(0, 1) == 3U);
  BOOST_TEST(x.numbers.step(0, 2) == 4U);
}

BOOST_AUTO_TEST_CASE(steps_are_found_in_another_order_of_definition) {
  auto x = match(with_steps(chain),
                 with_steps({{"c", {"b"}}, {"b", {"a"}}, {"a", {}}}));
  check(x.incompatibilities, {});
  BOOST_TEST(x.numbers.step(0, 0) == 2U);
  BOOST_TEST(x.numbers.step(0, 1) == 1U);
  BOOST_TEST(x.numbers.step(0, 2) == 0U);
}

BOOST_AUTO_TEST_CASE(processes_move_when_others_are_added) {
  auto then = [](flow_definition& flow) {
    flow.process("one").step("a", nothing);
    flow.process("two").step("b", nothing);
  };
  auto now = [](flow_definition& flow) {
    flow.process("two").step("b", nothing);
    flow.process("new").step("a", nothing);
    auto& one = flow.process("one");
    one.step("before", nothing);
    one.step("a", nothing);
  };
  auto x = match(then, now);
  check(x.incompatibilities, {});
  BOOST_TEST(x.numbers.process(0) == 2U);
  BOOST_TEST(x.numbers.process(1) == 0U);
  BOOST_TEST(x.numbers.step(0, 0) == 1U);
  BOOST_TEST(x.numbers.step(1, 0) == 0U);
}

BOOST_AUTO_TEST_CASE(other_settings_are_no_matter) {
  auto now = [](flow_definition& flow) {
    with_steps(chain)(flow);
    flow.process_timeout(1s).parallelism(2).step_timeout(1s).retry(3);
  };
  check(match(with_steps(chain), now).incompatibilities, {});
  check(match(now, with_steps(chain)).incompatibilities, {});
}

BOOST_AUTO_TEST_CASE(what_is_skipped_along_has_to_stay) {
  auto skipping = [](const char* last, auto... kept) {
    return [=](flow_definition& flow) {
      auto& process = flow.process("process");
      process.step("a", nothing).eq("key", 1).skip_with_dependents(kept...);
      process.step("b", nothing, "a");
      process.step(last, nothing, "b");
    };
  };
  auto wrong = [](const definer& then, const definer& now) {
    return match(then, now).incompatibilities;
  };
  const std::vector<std::string> refused{
    R"(step "a" of process "process" skips others than it did)"};
  check(wrong(with_steps(chain), skipping("c")), refused);
  check(wrong(skipping("c"), with_steps(chain)), refused);
  check(wrong(skipping("c", "b"), skipping("c", "c")), refused);
  check(wrong(skipping("c", "b"), skipping("c", "b")), {});
  auto longer = [&](flow_definition& flow) {
    auto& process = flow.process("process");
    process.step("a", nothing).eq("key", 1).skip_with_dependents("b", "d");
    process.step("b", nothing, "a");
    process.step("c", nothing, "b");
    process.step("d", nothing, "c");
  };
  check(wrong(skipping("c", "b"), longer), {});
}

BOOST_AUTO_TEST_CASE(dependencies_that_amount_to_the_same_are_no_matter) {
  const edges with_more{{"a", {}}, {"b", {"a"}}, {"c", {"b", "a"}}};
  check(wrong(chain, with_more), {});
  check(wrong(with_more, chain), {});
}

BOOST_AUTO_TEST_CASE(a_flow_without_processes_fits_every_plan) {
  check(match([](auto&) {}, with_steps(chain)).incompatibilities, {});
}

// -- what does not ------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_process_that_is_gone_is_named) {
  check(match(with_steps(chain), [](auto&) {}).incompatibilities,
        {R"(process "process" is no longer part of flow "flow")"});
}

BOOST_AUTO_TEST_CASE(a_step_that_is_gone_is_named) {
  check(wrong(chain, {{"a", {}}, {"b", {"a"}}}),
        {R"(step "c" is no longer part of process "process")"});
}

BOOST_AUTO_TEST_CASE(a_renamed_step_shows_as_such) {
  check(wrong(chain, {{"a", {}}, {"new", {"a"}}, {"c", {"new"}}}),
        {R"(step "b" is no longer part of process "process")",
         R"(step "c" of process "process" no longer runs after "b" and now )"
         R"(runs after "new")"});
}

BOOST_AUTO_TEST_CASE(a_new_step_between_others_is_named) {
  check(wrong(chain, {{"a", {}}, {"new", {"a"}}, {"b", {"new"}}, {"c", {"b"}}}),
        {R"(step "b" of process "process" now runs after "new")"});
}

BOOST_AUTO_TEST_CASE(a_removed_dependency_is_named_where_it_was) {
  // What "c" lost with it follows.
  check(wrong(chain, {{"a", {}}, {"b", {}}, {"c", {"b"}}}),
        {R"(step "b" of process "process" no longer runs after "a")"});
}

BOOST_AUTO_TEST_CASE(a_removed_dependency_that_hid_others_names_what_is_lost) {
  check(wrong(chain, {{"a", {}}, {"b", {"a"}}, {"c", {"a"}}}),
        {R"(step "c" of process "process" no longer runs after "b")"});
}

BOOST_AUTO_TEST_CASE(a_turned_dependency_is_named_at_both_ends) {
  check(wrong({{"a", {}}, {"b", {"a"}}}, {{"a", {"b"}}, {"b", {}}}),
        {R"(step "a" of process "process" now runs after "b")",
         R"(step "b" of process "process" no longer runs after "a")"});
}

BOOST_AUTO_TEST_CASE(many_names_are_cut_to_a_few) {
  edges then{{"a", {}}, {"b", {}}, {"c", {}},
             {"d", {}}, {"e", {}}, {"last", {"a", "b", "c", "d", "e"}}};
  edges now = then;
  now.back().second.clear();
  check(wrong(then, now),
        {R"(step "last" of process "process" no longer runs after )"
         R"("a", "b", "c" and 2 more)"});
}

BOOST_AUTO_TEST_CASE(all_that_is_wrong_is_told_in_order_of_definition) {
  auto then = [](flow_definition& flow) {
    with_steps(chain)(flow);
    flow.process("gone");
    flow.process("other").follow(named("x", nothing), named("y", nothing));
  };
  auto now = [](flow_definition& flow) {
    flow.process("other").parallel(named("x", nothing), named("y", nothing));
    with_steps({{"a", {}}, {"c", {"a"}}})(flow);
  };
  check(match(then, now).incompatibilities,
        {R"(step "b" is no longer part of process "process")",
         R"(step "c" of process "process" no longer runs after "b")",
         R"(process "gone" is no longer part of flow "flow")",
         R"(step "y" of process "other" no longer runs after "x")"});
}

// -- records ------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(all_numbers_in_a_record_become_those_of_the_plan) {
  auto then = [](flow_definition& flow) { with_steps(chain)(flow); };
  auto now = [](flow_definition& flow) {
    flow.process("new");
    with_steps({{"new", {}}, {"a", {}}, {"b", {"a"}}, {"c", {"b"}}})(flow);
  };
  auto numbers = match(then, now).numbers;
  auto applied = [&](process_event event) {
    process_record x{0, std::move(event)};
    numbers.apply(x);
    BOOST_TEST(x.process == 1U);
    return x.event;
  };
  auto step_in = [&]<class T>(T event) {
    event.step = 1;
    event.attempt = 1;
    auto x = std::get<T>(applied(event));
    BOOST_TEST(x.attempt == 1U);
    return x.step;
  };
  BOOST_TEST(step_in(step_started{}) == 2U);
  BOOST_TEST(step_in(attempt_failed{}) == 2U);
  BOOST_TEST(step_in(attempt_lost{}) == 2U);
  BOOST_TEST(step_in(step_finished{}) == 2U);
  BOOST_TEST(step_in(step_timed_out{}) == 2U);
  BOOST_TEST(std::get<step_concluded>(applied(step_concluded{1, {}, ""})).step
             == 2U);
  auto timed_out
    = std::get<process_timed_out>(applied(process_timed_out{{}, {0, 2}, {1}}));
  BOOST_TEST((timed_out.not_begun == std::vector<step_index>{1, 3}));
  BOOST_TEST((timed_out.in_function == std::vector<step_index>{2}));
  applied(process_paused{});
}

BOOST_AUTO_TEST_CASE(a_record_about_what_the_run_does_not_have_is_refused) {
  auto numbers = match(with_steps(chain), with_steps(chain)).numbers;
  process_record of_process{7, process_paused{}};
  BOOST_CHECK_EXCEPTION(numbers.apply(of_process), error,
                        says({"process 7", "1 of them"}));
  process_record of_step{0, step_started{9, 1, {}}};
  BOOST_CHECK_EXCEPTION(numbers.apply(of_step), error,
                        says({"process 0, step 9", "3 of them"}));
  process_record of_many{0, process_timed_out{{}, {0, 3}}};
  BOOST_CHECK_THROW(numbers.apply(of_many), error);
}

// -- size ---------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_hundred_thousand_steps_are_compared) {
  constexpr int steps = 100'000;
  auto define = [](int shift, bool redundant) {
    return [=](flow_definition& flow) {
      auto& process = flow.process("process");
      auto name = [](int i) { return "step-" + std::to_string(i); };
      for (int i = 0; i < shift; ++i)
        process.step("new-" + std::to_string(i), nothing);
      process.step(name(0), nothing);
      for (int i = 1; i < steps; ++i) {
        auto& step = process.step(name(i), nothing, name(i - 1));
        if (redundant && i > 1)
          step.after(name(i / 2));
      }
    };
  };
  auto plain = plan_of(define(0, false));
  auto other = plan_of(define(5, true));
  auto x = structure_match::of(structure_of(*plain), *plain);
  check(x.incompatibilities, {});
  x = structure_match::of(structure_of(*plain), *other);
  check(x.incompatibilities, {});
  BOOST_TEST(x.numbers.step(0, steps - 1) == steps + 4U);
  x = structure_match::of(structure_of(*other), *plain);
  BOOST_TEST(x.incompatibilities.size() == 5U); // the new steps are gone
}

BOOST_AUTO_TEST_SUITE_END()
