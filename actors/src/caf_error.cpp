// SPDX-License-Identifier: MIT
#include "lightflow/caf/error.hpp"

#include <caf/exit_reason.hpp>
#include <caf/message.hpp>
#include <caf/sec.hpp>

#include <cstdint>

#include <fmt/format.h>

namespace lightflow {

namespace {

/// To CAF, an error with the code 0 is none.
constexpr std::uint8_t offset = 1;

bool is_code(std::uint8_t x) {
  return x >= offset
         && x - offset <= static_cast<std::uint8_t>(error_code::internal);
}

std::string text_of(const caf::error& x) {
  auto& context = x.context();
  return context.match_elements<std::string>() ? context.get_as<std::string>(0)
                                               : caf::to_string(x);
}

bool tells_of_end(const caf::error& x) {
  return x == caf::sec::request_receiver_down
         || x.category() == caf::atom("exit");
}

} // namespace

caf::error to_caf(const error& x) {
  return {static_cast<std::uint8_t>(static_cast<int>(x.code()) + offset),
          error_category, caf::make_message(std::string{x.what()})};
}

error from_caf(const caf::error& x) {
  if (!x)
    return {error_code::internal, "there is no error"};
  if (x.category() == error_category && is_code(x.code()))
    return {static_cast<error_code>(x.code() - offset), text_of(x)};
  if (tells_of_end(x))
    return {error_code::engine_closed,
            fmt::format("the engine is gone, or cannot be reached any more "
                        "({})",
                        caf::to_string(x))};
  return {error_code::cannot_connect,
          fmt::format("the engine did not answer: {}", caf::to_string(x))};
}

} // namespace lightflow
