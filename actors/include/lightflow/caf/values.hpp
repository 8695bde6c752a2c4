// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/status.hpp"
#include "lightflow/core/value.hpp"
#include "lightflow/core/writes.hpp"

#include <caf/error.hpp>
#include <caf/meta/load_callback.hpp>
#include <caf/meta/omittable.hpp>
#include <caf/meta/type_name.hpp>

#include <string>
#include <utility>
#include <vector>

// How values travel in messages of CAF: as MessagePack, by the codec that their
// type has in the library. Within a program they are handed on as they are.

namespace lightflow {

/// A value as it travels: the name of its type, which is empty for no value,
/// and its encoding.
struct sent_value {
  std::string type;
  std::string bytes;
};

/// Never fails: of a value without a codec, or whose codec throws, only the
/// type travels, and the receiver gets a value that says so when it is asked
/// for.
sent_value to_sent(const value& x);

value from_sent(sent_value x);

/// Whether this came from another node as a value that could not be encoded.
bool is_lost(const value& x);

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, value& x) {
  if constexpr (Inspector::reads_state) {
    auto sent = to_sent(x);
    return f(caf::meta::type_name("value"), sent.type, caf::meta::omittable(),
             sent.bytes);
  } else {
    sent_value sent;
    auto load = [&]() -> caf::error {
      x = from_sent(std::move(sent));
      return caf::none;
    };
    return f(caf::meta::type_name("value"), sent.type, caf::meta::omittable(),
             sent.bytes, caf::meta::load_callback(load));
  }
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, writes& x) {
  if constexpr (Inspector::reads_state) {
    std::vector<writes::item> items(x.begin(), x.end());
    return f(caf::meta::type_name("writes"), items);
  } else {
    std::vector<writes::item> items;
    auto load = [&]() -> caf::error {
      x = writes{};
      for (auto& [key, y] : items)
        x.set(key, std::move(y));
      return caf::none;
    };
    return f(caf::meta::type_name("writes"), items,
             caf::meta::load_callback(load));
  }
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, status& x) {
  auto bits = x.bits();
  auto load = [&]() -> caf::error {
    x = status::from_bits(bits);
    return caf::none;
  };
  return f(caf::meta::type_name("status"), bits,
           caf::meta::load_callback(load));
}

} // namespace lightflow
