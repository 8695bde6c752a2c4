// SPDX-License-Identifier: MIT
#include "lightflow/core/condition.hpp"

#include "lightflow/core/catalog.hpp"
#include "lightflow/core/plan.hpp"
#include "lightflow/core/step.hpp"

#include "../support/printing.hpp"

#include <chrono>
#include <limits>
#include <stdexcept>

using namespace lightflow;
using namespace lightflow::tests;
using namespace std::chrono_literals;

namespace shop {

struct version {
  int major = 0;
  int minor = 0;

  friend auto operator<=>(const version&, const version&) = default;
};

struct only_equal {
  int x = 0;

  friend bool operator==(const only_equal&, const only_equal&) = default;
};

struct explosive {
  friend bool operator==(const explosive&, const explosive&) {
    throw std::runtime_error("bang");
  }

  friend bool operator<(const explosive&, const explosive&) {
    throw std::runtime_error("bang");
  }
};

} // namespace shop

namespace {

/// Keeps the events that it gets.
struct event_list : event_sink {
  void emit(event x) noexcept override {
    events.push_back(std::move(x));
  }

  std::vector<event> events;
};

struct condition_fixture {
  condition_fixture() {
    catalog.flow_with_process("flow").step("other", [](step&) {});
  }

  step_definition& self() {
    return catalog.flow_with_process("f" + std::to_string(flows++))
      .step("self", [](step&) {});
  }

  /// Whether the conditions of the flow defined last hold.
  bool holds(const writes& input) {
    auto plan
      = catalog.plan("f" + std::to_string(flows - 1))->processes.front();
    auto run
      = std::make_shared<const run_info>(run_info{"r1", "flow", false, &sink});
    auto process = std::make_shared<const process_run>(run, "flow");
    step x{*process,
           step_view{std::make_shared<const process_context>(
                       plan, std::make_shared<const writes>(input)),
                     0},
           {}};
    auto& conditions = plan->steps[0].conditions;
    return std::all_of(conditions.begin(), conditions.end(),
                       [&](auto& one) { return one.holds(x); });
  }

  /// In which ways a held value compares to a wanted one, such as "neq lt lte".
  template <class T>
  std::string comparisons(const value& held, const T& wanted) {
    std::string result;
    auto ask = [&](const char* name, auto& defined) {
      (void)defined;
      if (holds({{"key", held}}))
        result += (result.empty() ? "" : " ") + std::string{name};
    };
    ask("eq", self().eq("key", wanted));
    ask("neq", self().neq("key", wanted));
    ask("gt", self().gt("key", wanted));
    ask("gte", self().gte("key", wanted));
    ask("lt", self().lt("key", wanted));
    ask("lte", self().lte("key", wanted));
    return result;
  }

  lightflow::catalog catalog;
  int flows = 0;
  event_list sink;
};

constexpr auto equal = "eq gte lte";
constexpr auto less = "neq lt lte";
constexpr auto greater = "neq gt gte";

value decoded(const value& x) {
  return value::from_encoding(std::string{x.type()}, x.encoding());
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(condition_tests, condition_fixture)

BOOST_AUTO_TEST_CASE(numbers_compare_by_value_whatever_their_types) {
  BOOST_TEST(comparisons(3, 3) == equal);
  BOOST_TEST(comparisons(2, 3L) == less);
  BOOST_TEST(comparisons(std::uint8_t{4}, 3) == greater);
  BOOST_TEST(comparisons(3.0, 3) == equal);
  BOOST_TEST(comparisons(3.5F, 3) == greater);
  BOOST_TEST(comparisons(2, 2.5) == less);
  BOOST_TEST(comparisons(-1, std::numeric_limits<std::uint64_t>::max())
             == less);
  BOOST_TEST(comparisons(std::numeric_limits<std::uint64_t>::max(),
                         std::numeric_limits<std::int64_t>::max())
             == greater);
  // Beyond what a double can tell apart.
  BOOST_TEST(comparisons((std::int64_t{1} << 53) + 1, std::int64_t{1} << 53)
             == greater);
}

BOOST_AUTO_TEST_CASE(fractions_are_equal_within_a_billionth) {
  BOOST_TEST(comparisons(0.1 + 0.2, 0.3) == equal);
  BOOST_TEST(comparisons(1.0 + 0.9e-9, 1.0) == equal);
  BOOST_TEST(comparisons(1.0 + 2e-9, 1.0) == greater);
  BOOST_TEST(comparisons(1.0 - 2e-9, 1) == less);
  auto infinity = std::numeric_limits<double>::infinity();
  BOOST_TEST(comparisons(infinity, infinity) == equal);
  BOOST_TEST(comparisons(infinity, 1) == greater);
  BOOST_TEST(comparisons(std::nan(""), 1.0) == "neq");
}

BOOST_AUTO_TEST_CASE(encoded_values_compare_as_their_originals) {
  BOOST_TEST(comparisons(decoded(3), 3) == equal);
  BOOST_TEST(comparisons(decoded(-3.5), -3) == less);
  BOOST_TEST(comparisons(decoded(value{"b"}), "a") == greater);
  auto now = std::chrono::system_clock::now();
  BOOST_TEST(comparisons(decoded(now), now) == equal);
}

BOOST_AUTO_TEST_CASE(times_compare_by_time) {
  auto now = std::chrono::system_clock::now();
  BOOST_TEST(comparisons(now, now) == equal);
  BOOST_TEST(comparisons(now, now + 1ns) == less);
  auto seconds = std::chrono::floor<std::chrono::seconds>(now);
  BOOST_TEST(comparisons(seconds, time_point{seconds}) == equal);
  BOOST_TEST(comparisons(time_point{seconds} + 1ns, seconds) == greater);
}

BOOST_AUTO_TEST_CASE(texts_and_own_types_compare_by_their_operators) {
  using shop::version;
  BOOST_TEST(comparisons("b", "b") == equal);
  BOOST_TEST(comparisons(std::string{"a"}, std::string_view{"b"}) == less);
  BOOST_TEST(comparisons(version{1, 2}, version{1, 1}) == greater);
  BOOST_TEST(comparisons(version{1, 2}, version{1, 2}) == equal);
  BOOST_TEST(comparisons(true, true) == equal);
  self().eq("key", shop::only_equal{1});
  BOOST_TEST(holds({{"key", shop::only_equal{1}}}));
}

BOOST_AUTO_TEST_CASE(different_types_do_not_compare) {
  BOOST_TEST(comparisons("3", 3) == "neq");
  BOOST_TEST(comparisons(3, "3") == "neq");
  BOOST_TEST(comparisons(true, 1) == "neq");
  BOOST_TEST(comparisons(1, true) == "neq");
  BOOST_TEST(comparisons(shop::version{1, 2}, 1) == "neq");
  BOOST_TEST(comparisons(std::chrono::system_clock::now(), 1) == "neq");
  BOOST_TEST(sink.events.empty());
}

BOOST_AUTO_TEST_CASE(a_missing_key_is_only_unequal) {
  self().eq("key", 1);
  BOOST_TEST(!holds({}));
  self().neq("key", 1);
  BOOST_TEST(holds({}));
  self().lt("key", 1);
  BOOST_TEST(!holds({}));
  self().gte("key", 1);
  BOOST_TEST(!holds({}));
}

BOOST_AUTO_TEST_CASE(what_throws_is_false_and_an_event) {
  BOOST_TEST(comparisons(shop::explosive{}, shop::explosive{}) == "");
  BOOST_TEST(sink.events.size() == 6U);
  self().if_([](step&) -> bool { throw std::runtime_error("no idea"); });
  BOOST_TEST(!holds({{"key", 7}}));
  auto& last = sink.events.back();
  BOOST_TEST((last.stage == event_stage::condition));
  BOOST_TEST((last.level == event_level::panic));
  BOOST_TEST((last.layer == layer::step));
  BOOST_TEST(last.step_id == "r1/flow/self");
  BOOST_TEST(last.cause.message == "no idea");
  BOOST_TEST(last.get<int>("key").value() == 7);
}

BOOST_AUTO_TEST_CASE(terms_are_anded_and_alternatives_ored) {
  auto define = [&] {
    self().gt("a", 1).eq("b", 2).or_().eq("c", 3).if_(
      [](step& s) { return s.has_key("d"); });
  };
  define();
  BOOST_TEST(holds({{"a", 2}, {"b", 2}}));
  BOOST_TEST(!holds({{"a", 2}}));
  BOOST_TEST(!holds({{"b", 2}}));
  BOOST_TEST(!holds({{"a", 2}, {"c", 3}}));
  BOOST_TEST(holds({{"c", 3}, {"d", 0}}));
  BOOST_TEST(!holds({}));
}

BOOST_AUTO_TEST_CASE(an_alternative_needs_terms_on_both_sides) {
  BOOST_CHECK_EXCEPTION(self().or_(), definition_error,
                        says({"\"self\"", "or_()", "before"}));
  auto& twice = self().eq("a", 1).or_();
  BOOST_CHECK_EXCEPTION(twice.or_(), definition_error, says({"or_()"}));
  BOOST_CHECK_EXCEPTION(holds({}), definition_error,
                        says({"\"self\"", "or_()", "after"}));
}

BOOST_AUTO_TEST_CASE(an_empty_predicate_is_refused) {
  BOOST_CHECK_EXCEPTION(self().if_(std::function<bool(step&)>{}),
                        definition_error, says({"empty function"}));
}

BOOST_AUTO_TEST_SUITE_END()
