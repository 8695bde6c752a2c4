// SPDX-License-Identifier: MIT
#include "lightflow/core/unit.hpp"

#include <fmt/format.h>

namespace lightflow {

void unit::set(std::string_view key, value x) {
  // As much as the heap keeps at hand for its thread. What is not needed is
  // given back when the writes are taken.
  constexpr std::size_t room = 1024 / sizeof(writes::item);
  if (run().has_to_keep_values())
    require_kept(key, x);
  if (own_.empty())
    own_.reserve(room);
  own_.set(key, std::move(x));
}

void unit::require_kept(std::string_view key, const value& x) const {
  if (auto why = run().why_not_kept(x); !why.empty())
    throw lightflow::error(
      x.has_codec() ? error_code::value_too_large : error_code::no_codec,
      fmt::format(R"(key "{}" cannot be set: {})", key, why));
}

void unit::add_error(status flag, std::string_view error) {
  state_.remove(status::success).add(flag);
  if (!error_.empty())
    error_ += "; ";
  error_ += error;
}

std::shared_ptr<const writes> unit::share_writes() {
  return own_.empty() ? nullptr : std::make_shared<const writes>(take_writes());
}

void unit::emit(event_stage stage, problem cause,
                std::map<std::string, std::string> details) const {
  if (run().events == nullptr)
    return;
  auto what = make_event(stage, std::move(cause));
  what.details = std::move(details);
  try {
    what.context
      = [own = own_, inherited = inherited_reader(),
         is_secret = run().is_secret](std::string_view key) -> const value* {
      if (is_secret && is_secret(key))
        return nullptr;
      auto x = own.find(key);
      return x != nullptr ? x : inherited(key);
    };
  } catch (...) {
    // A value that cannot be copied must not make it worse: no context then.
  }
  run().events->emit(std::move(what));
}

void unit::rethrow_naming(const lightflow::error& e, std::string_view what,
                          std::string_view key) const {
  throw lightflow::error(
    e.code(), fmt::format(R"({} "{}" of "{}": {})", what, key, id(), e.what()));
}

} // namespace lightflow
