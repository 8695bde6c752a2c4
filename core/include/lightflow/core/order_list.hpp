// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

namespace lightflow {

/// The numbers 0, 1, 2, … in an order that can be changed, where telling which
/// of two comes first takes constant time: a linked list whose elements carry
/// labels that ascend, with gaps between them (Dietz and Sleator: Two
/// Algorithms for Maintaining Order in a List, 1987). When a gap is used up,
/// all labels are spread anew.
class order_list {
public:
  using element = std::uint32_t;

  /// Adds the next number at the end.
  void push_back();

  /// Removes the number that was added last, wherever it is now.
  void pop_newest();

  void move_before(element x, element next);
  void move_after(element x, element previous);

  /// Whether `x` comes before `y`.
  bool before(element x, element y) const {
    return nodes_[x].label < nodes_[y].label;
  }

private:
  static constexpr element none = ~element{0};
  static constexpr std::uint64_t wide_gap = std::uint64_t{1} << 32;

  struct node {
    std::uint64_t label = 0;
    element previous = none;
    element next = none;
  };

  void unlink(element x);
  void link(element x, element previous, element next);
  std::uint64_t label_of(element x, std::uint64_t otherwise) const;
  void spread();

  std::vector<node> nodes_;
  element first_ = none;
  element last_ = none;
};

} // namespace lightflow
