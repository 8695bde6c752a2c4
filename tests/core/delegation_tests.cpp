// SPDX-License-Identifier: MIT
#include "lightflow/core/error.hpp"
#include "lightflow/core/step_input.hpp"

#include "state_fixture.hpp"

using namespace lightflow;
using namespace lightflow::tests;

namespace {

/// Something of another layer that can do a step.
struct robot {
  bool exists = true;
};

class robot_performer : public performer {};

} // namespace

template <>
struct lightflow::performer_traits<robot> {
  static std::shared_ptr<const performer> make(robot x) {
    return x.exists ? std::make_shared<robot_performer>() : nullptr;
  }
};

namespace {

struct delegation_fixture : state_fixture {
  std::shared_ptr<const process_plan> plan() {
    return catalog.plan("flow")->processes[0];
  }

  const delegation* delegation_of(std::string_view step) {
    auto all = plan();
    return all->steps[all->find(step).value()].delegated.get();
  }

  /// A step as it is when its function begins.
  static step_input input_of(const process_state& state, std::string_view name,
                             writes own = {}) {
    process_run run{std::make_shared<const run_info>(), state.plan().name};
    step self{run,
              step_view{state.shared_context(), index(state, name)},
              {},
              std::move(own)};
    return step_input{self};
  }

  static void end_with(process_state& state, std::string_view step,
                       writes context, value result) {
    auto x = index(state, step);
    state.apply(
      step_finished{x, state.step(x).attempt, status::success, "", at(1), at(2),
                    std::make_shared<const step_output>(
                      step_output{std::move(context), std::move(result)})});
  }

  static void lose(process_state& state, step_index x) {
    state.apply(
      attempt_lost{x, state.step(x).attempt, "worker left", at(2), nullptr});
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(delegation_tests, delegation_fixture)

// -- definitions --------------------------------------------------------------

BOOST_AUTO_TEST_CASE(what_does_a_step_in_place_of_a_function_can_be_one) {
  auto& a = process.step("a", robot{}).retry(3).eq("key", 1);
  a.next("b", robot{}).step_timeout(std::chrono::seconds{1});
  a.same("c", robot{});
  process.follow(named("d", robot{}), named("e", nothing));
  process.sync_all("f", robot{}).after("a");
  auto all = plan();
  BOOST_TEST(all->delegates);
  for (auto name : {"a", "b", "c", "d", "f"}) {
    BOOST_TEST(delegation_of(name)->performer != nullptr);
    BOOST_TEST(!all->steps[all->find(name).value()].function);
  }
  BOOST_TEST(delegation_of("e") == nullptr);
  BOOST_TEST(all->steps[0].retry.retries == 3U);
}

BOOST_AUTO_TEST_CASE(a_function_runs_at_the_engine_unless_it_has_a_label) {
  process.step("a", nothing);
  process.step("b", nothing, "a").on("gpu").reads("x", "y");
  process.step("c", nothing).reads().on("gpu");
  BOOST_TEST(delegation_of("a") == nullptr);
  BOOST_TEST(delegation_of("b")->label == "gpu");
  BOOST_TEST(delegation_of("b")->performer == nullptr);
  BOOST_TEST(*delegation_of("b")->reads == (names{"x", "y"}),
             boost::test_tools::per_element());
  BOOST_TEST(delegation_of("c")->reads->empty());
  BOOST_TEST(bool{plan()->steps[1].function});
}

BOOST_AUTO_TEST_CASE(a_label_follows_the_rules_for_names) {
  auto& a = process.step("a", nothing);
  BOOST_CHECK_EXCEPTION(a.on("two words"), definition_error,
                        says({"label", "two words"}));
  BOOST_CHECK_EXCEPTION(a.on(""), definition_error, says({"label"}));
}

BOOST_AUTO_TEST_CASE(what_an_actor_does_is_not_placed_on_workers) {
  auto& a = process.step("a", robot{});
  BOOST_CHECK_EXCEPTION(a.on("gpu"), definition_error,
                        says({"\"a\"", "\"flow\"", "\"gpu\"", "actor"}));
}

BOOST_AUTO_TEST_CASE(a_step_that_nobody_does_is_refused) {
  BOOST_CHECK_EXCEPTION(process.step("a", robot{false}), definition_error,
                        says({"\"a\"", "\"flow\"", "nobody"}));
  BOOST_TEST(process.size() == 0U);
}

BOOST_AUTO_TEST_CASE(what_a_step_reads_is_said_of_delegated_ones_only) {
  process.step("a", nothing).reads("x");
  BOOST_CHECK_EXCEPTION(catalog.plan("flow"), definition_error,
                        says({"\"a\"", "reads()", "engine"}));
}

BOOST_AUTO_TEST_CASE(where_a_step_is_done_is_merged_and_replaced_with_it) {
  auto& other = catalog.flow("other").process("other");
  other.step("a", nothing).on("gpu").reads("x");
  other.step("b", robot{});
  other.step("c", nothing).on("gpu");
  process.step("c", nothing);
  process.merge("other");
  process.step("b", nothing);
  BOOST_TEST(delegation_of("a")->label == "gpu");
  BOOST_TEST(delegation_of("a")->reads->size() == 1U);
  BOOST_TEST(delegation_of("b") == nullptr);
  BOOST_TEST(delegation_of("c") == nullptr);
}

// -- what a step takes along --------------------------------------------------

BOOST_AUTO_TEST_CASE(a_step_takes_along_what_it_sees) {
  process.step("a", nothing);
  process.step("beside", nothing);
  process.step("b", nothing, "a");
  process.step("c", robot{}, "b", "a").restrict("both", "a");
  process_state state{
    plan(), std::make_shared<const writes>(writes{{"of run", 1}, {"own", 2}})};
  state.apply(process_started{epoch});
  start_all(state);
  end_with(state, "a", {{"of a", 3}, {"both", 4}}, 10);
  end_with(state, "beside", {{"hidden", 5}}, 20);
  start_all(state);
  end_with(state, "b", {{"both", 6}}, 30);
  auto input = input_of(state, "c", {{"own", 7}});
  auto all = input.context();
  BOOST_TEST(all.size() == 4U);
  BOOST_TEST(all.find("of run")->as<int>() == 1);
  BOOST_TEST(all.find("of a")->as<int>() == 3);
  BOOST_TEST(all.find("both")->as<int>() == 4);
  BOOST_TEST(all.find("own")->as<int>() == 7);
  BOOST_TEST(input.find("hidden") == nullptr);
  BOOST_TEST(input.results().size() == 2U);
  BOOST_TEST(input.results().find("b")->as<int>() == 30);
  BOOST_TEST(input.result("a")->as<int>() == 10);
  BOOST_TEST(input.result("beside") == nullptr);
}

BOOST_AUTO_TEST_CASE(a_step_that_says_what_it_reads_takes_only_that_along) {
  process.step("a", robot{}).reads("x", "missing", "own");
  process_state state{
    plan(), std::make_shared<const writes>(writes{{"x", 1}, {"y", 2}})};
  state.apply(process_started{epoch});
  auto input = input_of(state, "a", {{"own", 3}, {"other", 4}});
  auto all = input.context();
  BOOST_TEST(all.size() == 2U);
  BOOST_TEST(all.find("x")->as<int>() == 1);
  BOOST_TEST(all.find("own")->as<int>() == 3);
  BOOST_TEST(input.find("y") == nullptr);
  BOOST_TEST(input.find("other") == nullptr);
}

// -- lost attempts ------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_lost_attempt_is_followed_by_one_that_does_not_count) {
  process.step("a", robot{}).retry(1);
  auto state = started();
  start_all(state);
  BOOST_TEST(state.running_delegated() == 1U);
  auto left = std::make_shared<const step_output>(step_output{{{"k", 1}}, {}});
  state.apply(attempt_lost{0, 1, "worker left", at(2), left});
  BOOST_TEST(phase(state, "a") == step_phase::ready);
  BOOST_TEST(state.running() == 0U);
  BOOST_TEST(state.running_delegated() == 0U);
  BOOST_TEST((state.wakes_by() == wake_source::ready_step));
  BOOST_TEST(state.losses(0) == 1U);
  BOOST_TEST(state.step(0).uncounted_attempts == 1U);
  BOOST_TEST((state.step(0).entry == step_entry::function));
  BOOST_TEST(state.carried_over(0) == left);
  start_all(state);
  BOOST_TEST(state.step(0).attempt == 2U);
  end(state, "a", status::error);
  BOOST_TEST(state.losses(0) == 0U);
}

BOOST_AUTO_TEST_CASE(losses_add_up_over_failures_until_the_step_ends) {
  process.step("a", robot{}).retry(9);
  auto state = started();
  start_all(state);
  lose(state, 0);
  start_all(state);
  state.apply(attempt_failed{0, 2, "no", at(3), at(3), nullptr});
  state.apply(retry_due{0, 2});
  start_all(state);
  lose(state, 0);
  BOOST_TEST(state.losses(0) == 2U);
  BOOST_TEST(state.step(0).uncounted_attempts == 2U);
  BOOST_TEST(state.step(0).attempt == 3U);
}

BOOST_AUTO_TEST_CASE(
  a_loss_of_an_older_attempt_or_of_an_ended_step_is_dropped) {
  process.step("a", robot{});
  auto state = started();
  start_all(state);
  lose(state, 0);
  start_all(state);
  auto before = describe(state);
  state.apply(attempt_lost{0, 1, "worker left", at(9), nullptr});
  BOOST_TEST(describe(state) == before);
  end(state, "a");
  before = describe(state);
  state.apply(attempt_lost{0, 2, "worker left", at(9), nullptr});
  BOOST_TEST(describe(state) == before);
}

BOOST_AUTO_TEST_CASE(a_loss_while_the_process_is_stopped_ends_the_step) {
  process.step("a", robot{});
  process.step("b", nothing, "a");
  auto state = started();
  start_all(state);
  state.apply(process_stopped{at(1)});
  lose(state, 0);
  BOOST_TEST(flags(state, "a") == status::stopped);
  BOOST_TEST(flags(state, "b") == status::cancelled);
  BOOST_TEST(state.steps_ended());
}

BOOST_AUTO_TEST_CASE(a_recovery_by_a_person_forgets_what_was_lost) {
  process.step("a", robot{});
  process_state state{plan(), std::make_shared<const writes>(), true};
  state.apply(process_started{epoch});
  start_all(state);
  lose(state, 0);
  start_all(state);
  state.apply(process_stopped{at(3)});
  lose(state, 0);
  state.apply(process_reopened{at(4)});
  BOOST_TEST(state.losses(0) == 0U);
  BOOST_TEST(phase(state, "a") == step_phase::ready);
}

BOOST_AUTO_TEST_CASE(a_step_stopped_in_its_function_goes_on_with_it) {
  process.step("fresh", nothing);
  process.step("waited", robot{});
  process_state state{plan(), std::make_shared<const writes>(), true};
  state.apply(process_started{epoch});
  start_all(state);
  state.apply(process_stopped{at(1)});
  state.apply(step_finished{0, 1, status::stopped, "no", at(1), at(1), nullptr,
                            std::nullopt, false});
  state.apply(step_finished{1, 1, status::stopped, "no", at(1), at(1), nullptr,
                            std::nullopt, true});
  state.apply(process_reopened{at(2)});
  BOOST_TEST((state.step(0).entry == step_entry::beginning));
  BOOST_TEST((state.step(1).entry == step_entry::function));
}

BOOST_AUTO_TEST_SUITE_END()
