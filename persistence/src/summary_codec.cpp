// SPDX-License-Identifier: MIT
#include "summary_codec.hpp"

#include "lightflow/core/codec.hpp"
#include "lightflow/core/error.hpp"

#include <chrono>

#include <fmt/format.h>

namespace lightflow {

namespace {

std::int64_t nanoseconds(time_point x) {
  return std::chrono::nanoseconds{x.time_since_epoch()}.count();
}

/// In the order in which they are written.
struct summary_fields {
  std::string flow;
  std::string definition;
  std::uint8_t condition = 0;
  std::uint16_t state = 0;
  std::int64_t start = 0;
  std::int64_t updated = 0;
  MSGPACK_DEFINE(flow, definition, condition, state, start, updated)
};

} // namespace

std::string encode_summary(const run_summary& x) {
  std::string result;
  byte_sink sink{result};
  packer{sink}.pack(summary_fields{
    x.flow, x.definition, static_cast<std::uint8_t>(x.condition),
    x.state.bits(), nanoseconds(x.start), nanoseconds(x.updated)});
  return result;
}

run_summary decode_summary(std::string_view id, std::string_view bytes) {
  try {
    auto object = unpack_whole(bytes);
    auto x = object.get().as<summary_fields>();
    if (x.condition >= run_conditions)
      throw msgpack::parse_error("its condition is unknown");
    return {std::string{id},
            std::move(x.flow),
            std::move(x.definition),
            static_cast<run_condition>(x.condition),
            status::from_bits(x.state),
            time_point{std::chrono::nanoseconds{x.start}},
            time_point{std::chrono::nanoseconds{x.updated}}};
  } catch (const std::exception& e) {
    throw error(error_code::bad_encoding,
                fmt::format(R"(bytes are not the summary of run "{}": {})", id,
                            e.what()));
  }
}

} // namespace lightflow
