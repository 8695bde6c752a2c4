// SPDX-License-Identifier: MIT
#include "lightflow/core/context.hpp"

#include "lightflow/core/catalog.hpp"
#include "lightflow/core/step.hpp"

#include "../support/printing.hpp"
#include "../support/samples.hpp"

#include <map>
#include <random>
#include <set>

using namespace lightflow;
using namespace lightflow::tests;

namespace {

/// Publishes outputs of steps by hand, and asks what other steps see.
struct context_fixture {
  lightflow::catalog catalog;
  process_definition& process = catalog.flow_with_process("flow");
  std::shared_ptr<process_context> context;
  writes input;

  process_context& sealed() {
    if (context == nullptr)
      context = std::make_shared<process_context>(
        catalog.plan("flow")->processes[0],
        std::make_shared<const writes>(input));
    return *context;
  }

  step_index index(std::string_view step) {
    return sealed().plan().find(step).value();
  }

  void ended(std::string_view step, writes set, value returned = {}) {
    sealed().publish(index(step), std::make_shared<step_output>(step_output{
                                    std::move(set), std::move(returned)}));
  }

  step_view view(std::string_view step) {
    auto number = index(step);
    return {context, number};
  }

  std::optional<int> get(std::string_view step, std::string_view key) {
    auto x = view(step).find(key);
    return x != nullptr ? std::optional{x->as<int>()} : std::nullopt;
  }

  std::map<std::string, int> end_values(std::string_view step,
                                        std::string_view key) {
    std::map<std::string, int> result;
    for (auto [number, x] : view(step).end_values(key))
      result.emplace(sealed().plan().steps[number].name, x->as<int>());
    return result;
  }
};

using ints = std::map<std::string, int>;

} // namespace

BOOST_FIXTURE_TEST_SUITE(context_tests, context_fixture)

BOOST_AUTO_TEST_CASE(a_step_sees_its_ancestors_then_the_process_then_the_run) {
  input = {{"run", 1}, {"process", 1}, {"far", 1}, {"near", 1}};
  process.step("far", nothing);
  process.step("near", nothing, "far");
  process.step("self", nothing, "near");
  sealed().prepare(
    std::make_shared<const writes>(writes{{"process", 2}, {"far", 2}}));
  ended("far", {{"far", 3}, {"near", 3}});
  ended("near", {{"near", 4}});
  BOOST_TEST(get("self", "run").value() == 1);
  BOOST_TEST(get("self", "process").value() == 2);
  BOOST_TEST(get("self", "far").value() == 3);
  BOOST_TEST(get("self", "near").value() == 4);
  BOOST_TEST(get("near", "near").value() == 3);
  BOOST_TEST(get("far", "near").value() == 1);
  BOOST_TEST(!get("self", "none").has_value());
}

BOOST_AUTO_TEST_CASE(siblings_and_dependents_are_invisible) {
  process.step("root", nothing);
  process.step("left", nothing, "root");
  process.step("right", nothing, "root");
  process.step("after_left", nothing, "left");
  process.step("unrelated", nothing);
  ended("root", {});
  ended("right", {{"key", 1}}, 1);
  ended("unrelated", {{"key", 2}}, 2);
  ended("left", {{"own", 3}}, 3);
  BOOST_TEST(!get("left", "key").has_value());
  BOOST_TEST(!get("after_left", "key").has_value());
  BOOST_TEST(!get("root", "own").has_value());
  BOOST_TEST(view("after_left").result("right") == nullptr);
  BOOST_TEST(view("after_left").result("unrelated") == nullptr);
  BOOST_TEST(view("after_left").result("after_left") == nullptr);
  BOOST_TEST(view("after_left").result("nobody") == nullptr);
  BOOST_TEST(view("after_left").result("left")->as<int>() == 3);
  BOOST_TEST(view("after_left").result("root") == nullptr); // returned nothing
}

BOOST_AUTO_TEST_CASE(the_last_in_topological_order_wins_whoever_ended_last) {
  process.step("a", nothing);
  process.step("b", nothing, "a");
  process.step("c", nothing);
  process.step("join", nothing, "a", "b", "c");
  ended("c", {{"x", 3}, {"y", 3}}); // defined last, ended first
  ended("a", {{"x", 1}, {"z", 1}});
  ended("b", {{"x", 2}, {"y", 2}, {"z", 2}});
  BOOST_TEST(get("join", "x").value() == 3);
  BOOST_TEST(get("join", "y").value() == 3);
  BOOST_TEST(get("join", "z").value() == 2);
}

BOOST_AUTO_TEST_CASE(of_many_dependencies_the_last_setter_wins) {
  constexpr int steps = 50;
  auto name = [](int i) { return "s" + std::to_string(i); };
  for (int i = 0; i < steps; ++i)
    process.step(name(i), nothing);
  auto& join = process.step("join", nothing);
  for (int i = steps; i-- > 0;)
    join.after(name(i));
  process.step("behind", nothing, "join");
  for (int i = 0; i < steps; ++i)
    ended(name(i), {{"all", i}, {i % 7 == 0 ? "some" : "others", i}});
  ended("join", {});
  for (auto step : {"join", "behind"}) {
    BOOST_TEST(get(step, "all").value() == 49);
    BOOST_TEST(get(step, "some").value() == 49);
    BOOST_TEST(get(step, "others").value() == 48);
    BOOST_TEST(!get(step, "none").has_value());
  }
}

BOOST_AUTO_TEST_CASE(restrict_reads_a_key_from_one_ancestor) {
  input = {{"k", 9}};
  process.step("a", nothing);
  process.step("b", nothing, "a");
  process.step("silent", nothing, "b");
  process.step("self", nothing, "silent").restrict("k", "a");
  process.step("other", nothing, "silent").restrict("k", "silent");
  ended("a", {{"k", 1}});
  ended("b", {{"k", 2}});
  BOOST_TEST(get("self", "k").value() == 1);
  BOOST_TEST(get("silent", "k").value() == 2);
  BOOST_TEST(get("other", "k").value() == 9); // that ancestor did not set it
}

BOOST_AUTO_TEST_CASE(end_values_are_the_last_on_each_path) {
  process.step("root", nothing);
  process.step("left", nothing, "root");
  process.step("right", nothing, "root");
  process.step("right2", nothing, "right");
  process.step("join", nothing, "left", "right2");
  ended("root", {{"all", 0}, {"root", 0}, {"mixed", 0}});
  ended("left", {{"all", 1}, {"mixed", 1}});
  ended("right", {{"all", 2}});
  ended("right2", {{"all", 3}});
  BOOST_TEST((end_values("join", "all") == ints{{"left", 1}, {"right2", 3}}));
  BOOST_TEST((end_values("join", "root") == ints{{"root", 0}}));
  // Reached over the right path as well, but left comes after it.
  BOOST_TEST((end_values("join", "mixed") == ints{{"left", 1}}));
  BOOST_TEST(end_values("join", "none").empty());
  BOOST_TEST((end_values("left", "all") == ints{{"root", 0}}));
}

BOOST_AUTO_TEST_CASE(a_process_sees_its_own_then_all_steps_then_the_run) {
  input = {{"run", 1}, {"step", 1}, {"own", 1}};
  process.step("a", nothing);
  process.step("b", nothing);
  sealed().prepare(std::make_shared<const writes>(writes{{"own", 2}}));
  ended("b", {{"step", 4}});
  ended("a", {{"step", 3}, {"own", 3}});
  BOOST_TEST(sealed().find("run")->as<int>() == 1);
  BOOST_TEST(sealed().find("own")->as<int>() == 2);
  BOOST_TEST(sealed().find("step")->as<int>() == 4);
  BOOST_TEST(sealed().find("none") == nullptr);
}

BOOST_AUTO_TEST_CASE(any_graph_gives_what_the_rules_say) {
  for (unsigned seed = 0; seed < 30; ++seed) {
    std::mt19937 random{seed};
    lightflow::catalog own;
    auto& dag = own.flow_with_process("flow");
    constexpr step_index n = 80;
    auto name = [](step_index i) { return "s" + std::to_string(i); };
    for (step_index i = 0; i < n; ++i) {
      auto& s = dag.step(name(i), nothing);
      for (auto k = random() % 3; k > 0 && i > 0; --k)
        s.after(name(random() % i));
    }
    auto plan = own.plan("flow")->processes[0];
    auto shared = std::make_shared<process_context>(
      plan, std::make_shared<const writes>());
    std::vector<std::map<std::string, int>> set(n);
    for (step_index i = 0; i < n; ++i) {
      std::set<step_index> ancestors;
      for (auto d = plan->graph.dependencies(i); auto x : d)
        ancestors.insert(x);
      for (step_index x = i; x-- > 0;)
        if (ancestors.contains(x))
          for (auto y : plan->graph.dependencies(x))
            ancestors.insert(y);
      step_view seen{shared, i};
      for (std::string key : {"k0", "k1", "k2"}) {
        const int* expected = nullptr; // all edges go up, so numbers are order
        std::map<step_index, int> ends;
        for (auto x : ancestors)
          if (auto found = set[x].find(key); found != set[x].end()) {
            expected = &found->second;
            std::erase_if(ends, [&](auto& e) {
              return plan->graph.is_ancestor(e.first, x);
            });
            ends.emplace(x, found->second);
          }
        auto actual = seen.find(key);
        BOOST_REQUIRE((actual != nullptr) == (expected != nullptr));
        if (actual != nullptr)
          BOOST_TEST(actual->as<int>() == *expected);
        std::map<step_index, int> actual_ends;
        for (auto [x, v] : seen.end_values(key))
          actual_ends.emplace(x, v->as<int>());
        BOOST_TEST((actual_ends == ends));
      }
      auto output = std::make_shared<step_output>();
      for (auto k = random() % 3; k > 0; --k) {
        auto key = "k" + std::to_string(random() % 3);
        set[i][key] = static_cast<int>(random() % 1000);
        output->context.set(key, set[i][key]);
      }
      shared->publish(i, output);
    }
  }
}

// -- size ---------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_long_chain_reads_what_its_first_step_set) {
  constexpr int steps = 100'000;
  for (int i = 0; i < steps; ++i) {
    auto& s = process.step("s" + std::to_string(i), nothing);
    if (i > 0)
      s.after("s" + std::to_string(i - 1));
  }
  ended("s0", {{"config", 42}});
  for (int i = 1; i < steps; ++i) {
    auto x = step_view{context, static_cast<step_index>(i)}.find("config");
    BOOST_REQUIRE(x != nullptr);
  }
}

BOOST_AUTO_TEST_CASE(many_pairs_use_one_key_without_seeing_each_other) {
  constexpr int pairs = 50'000;
  for (int i = 0; i < pairs; ++i)
    process.step("produce" + std::to_string(i), nothing);
  for (int i = 0; i < pairs; ++i)
    process.step("consume" + std::to_string(i), nothing,
                 "produce" + std::to_string(i));
  for (int i = 0; i < pairs; ++i)
    ended("produce" + std::to_string(i), {{"out", i}});
  for (int i = 0; i < pairs; ++i)
    BOOST_REQUIRE(get("consume" + std::to_string(i), "out") == i);
}

BOOST_AUTO_TEST_SUITE_END()
