// SPDX-License-Identifier: MIT
#include "lightflow/core/condition.hpp"

#include "lightflow/core/error.hpp"
#include "lightflow/core/step.hpp"

#include <algorithm>
#include <cmath>

namespace lightflow {

namespace detail {

namespace {

template <class T>
std::optional<number> number_of(const value& x) {
  return make_number(x.as<T>());
}

} // namespace

/// By the name of the type, which also an encoded value has.
std::optional<number> as_number(const value& x) {
  using reader = std::optional<number> (*)(const value&);
  static constexpr std::pair<std::string_view, reader> readers[] = {
    {"i32", number_of<std::int32_t>},  {"i64", number_of<std::int64_t>},
    {"f64", number_of<double>},        {"u32", number_of<std::uint32_t>},
    {"u64", number_of<std::uint64_t>}, {"f32", number_of<float>},
    {"i8", number_of<std::int8_t>},    {"u8", number_of<std::uint8_t>},
    {"i16", number_of<std::int16_t>},  {"u16", number_of<std::uint16_t>},
    {"f128", number_of<long double>},
  };
  auto type = x.type();
  for (auto& [name, read] : readers)
    if (name == type)
      return read(x);
  return std::nullopt;
}

namespace {

bool decide(comparison what, bool equal, bool less, bool greater) {
  switch (what) {
  case comparison::eq:
    return equal;
  case comparison::neq:
    return !equal;
  case comparison::gt:
    return greater && !equal;
  case comparison::gte:
    return greater || equal;
  case comparison::lt:
    return less && !equal;
  case comparison::lte:
    return less || equal;
  }
  return false;
}

template <class T, class U>
bool compare_two(comparison what, T x, U y) {
  if constexpr (std::integral<T> && std::integral<U>) {
    return decide(what, std::cmp_equal(x, y), std::cmp_less(x, y),
                  std::cmp_greater(x, y));
  } else {
    constexpr long double tolerance = 1e-9L;
    auto a = static_cast<long double>(x);
    auto b = static_cast<long double>(y);
    return decide(what, a == b || std::abs(a - b) <= tolerance, a<b, a> b);
  }
}

} // namespace

bool compare_numbers(comparison what, number x, number y) {
  return std::visit([what](auto a, auto b) { return compare_two(what, a, b); },
                    x, y);
}

} // namespace detail

void condition::add(term x) {
  if (empty())
    alternatives_.emplace_back();
  alternatives_.back().push_back(std::move(x));
}

void condition::add(std::string key, bool if_missing,
                    std::function<bool(const value&)> compare) {
  add(
    [key = std::move(key), if_missing, compare = std::move(compare)](step& x) {
      auto held = x.find(key);
      return held != nullptr ? compare(*held) : if_missing;
    });
}

void condition::begin_alternative() {
  if (empty() || alternatives_.back().empty())
    throw definition_error("or_() has no condition before it");
  alternatives_.emplace_back();
}

bool condition::holds(step& x) const {
  auto true_of_x = [&](const term& ask) {
    auto [answer, trouble] = call_guarded([&] { return result<bool>{ask(x)}; });
    if (trouble)
      x.emit(event_stage::condition, *std::move(trouble), {});
    return answer.value_or(false);
  };
  auto all_true = [&](const std::vector<term>& terms) {
    return std::all_of(terms.begin(), terms.end(), true_of_x);
  };
  return empty()
         || std::any_of(alternatives_.begin(), alternatives_.end(), all_true);
}

} // namespace lightflow
