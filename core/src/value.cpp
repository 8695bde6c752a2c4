// SPDX-License-Identifier: MIT
#include "lightflow/core/value.hpp"

#include "lightflow/core/error.hpp"

#include <fmt/format.h>

namespace lightflow {

value::value(const value& other) {
  if (other.ops_ == nullptr)
    return;
  other.ops_->copy(other.storage_, storage_);
  ops_ = other.ops_;
}

value& value::operator=(const value& other) {
  if (this != &other)
    *this = value{other};
  return *this;
}

value& value::operator=(value&& other) noexcept {
  if (this != &other) {
    this->~value();
    new (this) value(std::move(other));
  }
  return *this;
}

value value::from_encoding(std::string type, std::string bytes) {
  value result;
  result.emplace<encoded>(encoded{std::move(type), std::move(bytes)});
  return result;
}

std::string_view value::type() const noexcept {
  return ops_ != nullptr ? ops_->type(storage_) : std::string_view{};
}

bool value::has_codec() const noexcept {
  return ops_ != nullptr && ops_->encodes;
}

std::string value::encoding() const {
  if (has_codec())
    return ops_->encode(storage_);
  throw error(
    error_code::no_codec,
    ops_ != nullptr
      ? fmt::format("a value of type {} cannot be encoded: add MSGPACK_DEFINE, "
                    "an inspect function or msgpack adaptors",
                    type())
      : std::string{"a value that holds nothing cannot be encoded"});
}

std::size_t value::encoded_size() const {
  constexpr std::size_t longest_head = 5; // of a text in MessagePack
  if (auto text = peek<std::string>())
    return text->size() + longest_head;
  return encoding().size();
}

void value::throw_wrong_type(std::string_view wanted) const {
  throw error(error_code::wrong_type,
              has_value() ? fmt::format("asked for a value of type {}, but it "
                                        "holds a {}",
                                        wanted, type())
                          : fmt::format("asked for a value of type {}, but it "
                                        "holds nothing",
                                        wanted));
}

void value::throw_bad_encoding(std::string_view wanted, std::string_view why) {
  throw error(
    error_code::bad_encoding,
    fmt::format("bytes are not a MessagePack encoding of {}: {}", wanted, why));
}

} // namespace lightflow
