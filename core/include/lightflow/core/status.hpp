// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

namespace lightflow {

/// The status of a flow's run, a process or a step: a set of flags, of which
/// the constants below hold one each. Any abnormal flag implies `failed`.
class status {
public:
  constexpr status() noexcept = default;

  /// Not at its end.
  static const status pending;
  /// No new step starts until it is resumed.
  static const status paused;
  /// Goes on after a failure or a crash.
  static const status recovering;
  /// Failed, and can be recovered.
  static const status suspended;
  /// Ended, and all went well.
  static const status success;
  /// Its condition was not met, or it was skipped along with another step.
  static const status skipped;

  /// Ended abnormally: the flag that every one below implies.
  static const status failed;
  /// Did not run, since something that it depends on failed.
  static const status cancelled;
  /// Took longer than its timeout.
  static const status timed_out;
  /// Its function threw.
  static const status panicked;
  /// Its function returned a failure.
  static const status error;
  /// Kept from starting, or starting again; a run or process: told to stop.
  static const status stopped;
  /// One of its callbacks that must succeed did not.
  static const status callback_failed;

  /// Whether all of the given flags are set.
  template <class... Flags>
  constexpr bool has(status x, Flags... xs) const noexcept {
    return contains(x) && (contains(xs) && ...);
  }

  /// Whether one of the given flags is set, at least.
  template <class... Flags>
  constexpr bool has_any(status x, Flags... xs) const noexcept {
    return overlaps(x) || (overlaps(xs) || ...);
  }

  /// Whether the unit ended, and ended normally.
  constexpr bool succeeded() const noexcept {
    return (bits_ & (bit_success | bit_skipped)) != 0 && !is_abnormal();
  }

  constexpr bool is_abnormal() const noexcept {
    return (bits_ & bit_failed) != 0;
  }

  constexpr status& add(status x) noexcept {
    bits_ |= x.bits_;
    return *this;
  }

  /// Takes flags away; `failed` goes with the last flag that implies it.
  constexpr status& remove(status x) noexcept {
    constexpr std::uint16_t causes = 0x7E00;
    bits_ &= static_cast<std::uint16_t>(~x.bits_ | (bits_ & bit_failed));
    if (x.is_abnormal() && (bits_ & causes) == 0)
      bits_ &= static_cast<std::uint16_t>(~bit_failed);
    return *this;
  }

  friend constexpr status operator|(status x, status y) noexcept {
    return x.add(y);
  }

  friend constexpr bool operator==(status, status) noexcept = default;

  /// The flags as a number; its bits are part of the journal's format.
  constexpr std::uint16_t bits() const noexcept {
    return bits_;
  }

  /// The status with these bits; unknown ones are kept.
  static constexpr status from_bits(std::uint16_t bits) noexcept {
    return status{bits};
  }

private:
  static constexpr std::uint16_t bit_success = 1U << 4;
  static constexpr std::uint16_t bit_skipped = 1U << 5;
  static constexpr std::uint16_t bit_failed = 1U << 8;

  explicit constexpr status(std::uint16_t bits) noexcept : bits_(bits) {}

  static constexpr status abnormal(unsigned bit) noexcept {
    return status{static_cast<std::uint16_t>((1U << bit) | bit_failed)};
  }

  /// `failed` is implied by the other abnormal flags, so asking for one of
  /// them means its own bit.
  constexpr std::uint16_t own_bits() const noexcept {
    auto rest = static_cast<std::uint16_t>(bits_ & ~bit_failed);
    return rest != 0 ? rest : bits_;
  }

  constexpr bool contains(status x) const noexcept {
    return (bits_ & x.bits_) == x.bits_;
  }

  constexpr bool overlaps(status x) const noexcept {
    return (bits_ & x.own_bits()) != 0;
  }

  std::uint16_t bits_ = 0;
};

inline constexpr status status::pending{1U << 0};
inline constexpr status status::paused{1U << 1};
inline constexpr status status::recovering{1U << 2};
inline constexpr status status::suspended{1U << 3};
inline constexpr status status::success{bit_success};
inline constexpr status status::skipped{bit_skipped};
inline constexpr status status::failed{bit_failed};
inline constexpr status status::cancelled = status::abnormal(9);
inline constexpr status status::timed_out = status::abnormal(10);
inline constexpr status status::panicked = status::abnormal(11);
inline constexpr status status::error = status::abnormal(12);
inline constexpr status status::stopped = status::abnormal(13);
inline constexpr status status::callback_failed = status::abnormal(14);

/// The names of the set flags, joined by '|'; "none" for the empty set.
std::string to_string(status x);

} // namespace lightflow
