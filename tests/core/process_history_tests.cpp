// SPDX-License-Identifier: MIT
// All that can happen to a process, in any order.
#include "state_fixture.hpp"

#include <functional>
#include <random>

using namespace lightflow;
using namespace lightflow::tests;

BOOST_AUTO_TEST_SUITE(process_history_tests)

BOOST_AUTO_TEST_CASE(random_histories_keep_the_rules_and_replay_to_the_same) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    BOOST_TEST_CONTEXT("seed " << seed) {
      std::mt19937 random{seed};
      lightflow::catalog own;
      auto& dag = own.flow_with_process("flow");
      auto n = 1 + random() % 12;
      for (std::size_t i = 0; i < n; ++i) {
        auto& s = dag.step("s" + std::to_string(i), nothing);
        for (auto k = random() % 3; k > 0 && i > 0; --k)
          s.after("s" + std::to_string(random() % i));
        if (random() % 4 == 0)
          s.skip_with_dependents();
        if (random() % 3 == 0)
          s.on("label");
      }
      if (random() % 3 == 0)
        dag.before_process([](lightflow::process&) {});
      if (random() % 3 == 0)
        dag.after_process([](lightflow::process&) {});
      if (random() % 3 == 0)
        dag.after_step([](step&) {});
      if (random() % 2 == 0)
        dag.parallelism(1 + random() % 3);
      auto plan = own.plan("flow")->processes[0];
      auto make = [&] {
        return process_state{plan, std::make_shared<const writes>(), true};
      };
      auto live = make();
      std::vector<std::function<void(process_state&)>> history;
      auto happens = [&](auto x) {
        history.emplace_back([x](process_state& state) { state.apply(x); });
        history.back()(live);
      };
      std::vector<bool> skips(n), succeeded(n);
      auto is_barred = [&](auto& self, step_index x) -> bool {
        for (auto d : plan->graph.dependencies(x))
          if (live.step(d).flags.has(status::skipped)
              && (skips[d] || self(self, d)))
            return true;
        return false;
      };
      happens(process_started{epoch});
      auto recoveries = random() % 4;
      for (int i = 0; i < 5000; ++i) {
        BOOST_REQUIRE(live.has_ended()
                      == (live.wakes_by() == wake_source::ended));
        if (live.has_ended()) {
          if (!live.own_status().is_abnormal() || recoveries-- == 0)
            break;
          for (step_index x = 0; x < n; ++x)
            succeeded[x] = !live.step(x).flags.is_abnormal();
          happens(process_reopened{at(i)});
          continue;
        }
        auto x = static_cast<step_index>(random() % n);
        auto attempt = live.step(x).attempt - (random() % 8 == 0 ? 1 : 0);
        switch (random() % 20) {
        case 18:
          if (random() % 3 == 0)
            happens(resource_attached{"pool", 1});
          break;
        case 19:
          if (random() % 4 == 0)
            happens(process_interrupted{at(i)});
          break;
        case 16:
          if (live.is_preparing()) {
            auto fails = random() % 4 == 0;
            happens(process_prepared{
              at(i),
              fails ? std::optional{failed_callback{third_of_flow, "no"}}
                    : std::nullopt,
              nullptr});
          } else if (live.steps_ended()) {
            process_concluded end_of_it;
            end_of_it.time = at(i);
            happens(end_of_it);
          }
          break;
        case 17:
          if (auto& open = live.concluding(); !open.empty())
            happens(step_concluded{*open.begin(), {}, {}, std::nullopt});
          else
            happens(step_concluded{x, {}, {}, std::nullopt});
          break;
        case 0:
          happens(process_paused{});
          break;
        case 1:
          if (random() % 20 == 0)
            happens(process_stopped{at(i)});
          break;
        case 2:
          if (random() % 40 == 0)
            happens(process_timed_out{at(i)});
          break;
        case 3:
          if (random() % 3 == 0)
            happens(attempt_lost{x, attempt, "gone", at(i), nullptr});
          else
            happens(attempt_failed{x, attempt, "no", at(i), at(i), nullptr});
          break;
        case 4:
          if (random() % 4 == 0)
            happens(step_timed_out{x, attempt, "slow", at(i)});
          break;
        case 5:
        case 6:
          happens(process_resumed{});
          break;
        case 7:
        case 8:
          live.apply(retry_due{x, attempt}); // follows by itself when replayed
          break;
        case 9:
          happens(step_finished{x, attempt, status::error, "e", at(i), at(i),
                                nullptr});
          break;
        case 10:
          if (live.is_current(x, attempt))
            skips[x] = plan->steps[x].skips_dependents;
          happens(step_finished{x, attempt, status::skipped, "", at(i), at(i),
                                nullptr});
          break;
        case 11:
        case 12:
          happens(step_finished{x, attempt, status::success, "", at(i), at(i),
                                nullptr});
          break;
        default:
          if (auto next = live.next_step()) {
            BOOST_REQUIRE(!live.is_paused());
            for (auto d : plan->graph.dependencies(*next))
              BOOST_REQUIRE(live.step(d).flags.succeeded());
            BOOST_REQUIRE(!succeeded[*next]); // before a recovery
            BOOST_REQUIRE(!is_barred(is_barred, *next));
            happens(step_started{*next, live.step(*next).attempt + 1, at(i)});
            BOOST_REQUIRE(live.running_delegated() <= live.running());
            if (plan->parallelism > 0)
              BOOST_REQUIRE(live.running() <= plan->parallelism);
          }
        }
      }
      BOOST_TEST(live.has_ended(), describe(live));
      BOOST_TEST((live.wakes_by() == wake_source::ended));
      BOOST_TEST(live.running_delegated() == 0U);
      auto replayed = make();
      for (auto& happened_again : history)
        happened_again(replayed);
      BOOST_TEST(describe(replayed) == describe(live));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
