// SPDX-License-Identifier: MIT
#include "worker_messages.hpp"

#include "lightflow/core/codec.hpp"
#include "lightflow/core/name.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace lightflow {

namespace {

constexpr std::size_t most_labels = 64;
constexpr std::uint64_t most_slots = 100'000;
constexpr std::size_t most_flows = 10'000;
constexpr std::size_t fingerprint_size = 64;
constexpr std::size_t most_writes = 1'000'000;

/// A text of a peer, as it can be shown.
std::string shown(std::string_view x) {
  constexpr std::size_t longest = 64;
  std::string result{x.substr(0, longest)};
  auto is_odd = [](unsigned char c) { return c < ' ' || c > '~'; };
  std::replace_if(result.begin(), result.end(), is_odd, '?');
  return result;
}

bool is_decodable(const std::string& bytes) {
  try {
    unpack_whole(bytes);
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

std::string why_malformed(const sent_value& x, std::size_t limit) {
  if (x.type.empty())
    return x.bytes.empty() ? "" : "has bytes, but no type";
  if (x.type.size() > limit || x.bytes.size() > limit)
    return fmt::format("has {} bytes of {} at most",
                       std::max(x.type.size(), x.bytes.size()), limit);
  return is_decodable(x.bytes) ? "" : "is no MessagePack";
}

std::string why_malformed(const encoded_writes& xs, std::size_t limit) {
  if (xs.size() > most_writes)
    return fmt::format("{} keys are set", xs.size());
  for (auto& [key, x] : xs) {
    auto why = key.size() > limit ? "has a key that is too long"
                                  : why_malformed(x, limit);
    if (why.empty() && x.type.empty())
      why = "is nothing";
    if (!why.empty())
      return fmt::format(R"(the value of key "{}" {})", shown(key), why);
  }
  return {};
}

} // namespace

std::string why_malformed(const worker_hello& x) {
  if (x.protocol != worker_protocol)
    return fmt::format("it speaks version {} of the protocol, but the engine "
                       "speaks version {}: use the same version of LightFlow",
                       x.protocol, worker_protocol);
  if (!is_valid_name(x.name))
    return describe_bad_name("worker name", shown(x.name));
  if (x.labels.empty() || x.labels.size() > most_labels)
    return fmt::format("it has {} labels, but should have 1 to {}",
                       x.labels.size(), most_labels);
  for (auto& label : x.labels)
    if (!is_valid_name(label))
      return describe_bad_name("label", shown(label));
  if (x.flows.size() > most_flows)
    return fmt::format("it has {} flows, of {} at most", x.flows.size(),
                       most_flows);
  for (auto& [flow, definition] : x.flows)
    if (!is_valid_name(flow) || definition.size() != fingerprint_size)
      return fmt::format(R"("{}" is no flow with a fingerprint)", shown(flow));
  return why_malformed(worker_slots{x.slots});
}

std::string why_malformed(const worker_slots& x) {
  return x.slots > most_slots
           ? fmt::format("it has {} slots, of {} at most", x.slots, most_slots)
           : "";
}

std::string why_malformed(const step_completion& x, std::size_t value_limit) {
  if (x.kind > completion_kind::not_begun)
    return "a step ended in a way that is unknown";
  if (x.error.size() > longest_error)
    return fmt::format("an error has {} bytes, of {} at most", x.error.size(),
                       longest_error);
  if (auto why = why_malformed(x.context, value_limit); !why.empty())
    return why;
  if (auto why = why_malformed(x.result, value_limit); !why.empty())
    return "the result of a step " + why;
  auto load = size_of(x.result);
  for (auto& [key, set] : x.context)
    load += key.size() + size_of(set);
  return load <= largest_load
           ? ""
           : fmt::format("what a step set and returned has {} bytes, of {} at "
                         "most",
                         load, largest_load);
}

std::size_t size_of(const sent_value& x) {
  return x.type.size() + x.bytes.size();
}

std::string cut_error(std::string x) {
  constexpr std::string_view mark = "…";
  if (x.size() <= longest_error)
    return x;
  x.resize(longest_error - mark.size());
  return x.append(mark);
}

sent_value encode(const value& x) {
  if (!x.has_value())
    return {};
  return {std::string{x.type()}, x.encoding()};
}

writes decode(encoded_writes xs) {
  writes result;
  for (auto& [key, x] : xs)
    result.set(key, from_sent(std::move(x)));
  return result;
}

} // namespace lightflow
