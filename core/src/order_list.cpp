// SPDX-License-Identifier: MIT
#include "lightflow/core/order_list.hpp"

#include <algorithm>

namespace lightflow {

namespace {

/// Elements that are moved to one place come one after the other, so each takes
/// only a little of the gap there.
constexpr std::uint64_t stride = std::uint64_t{1} << 12;

} // namespace

void order_list::push_back() {
  auto x = static_cast<element>(nodes_.size());
  auto label = label_of(last_, 0) + wide_gap;
  nodes_.emplace_back();
  link(x, last_, none);
  nodes_[x].label = label;
}

void order_list::pop_newest() {
  unlink(static_cast<element>(nodes_.size() - 1));
  nodes_.pop_back();
}

void order_list::move_before(element x, element next) {
  unlink(x);
  auto previous = nodes_[next].previous;
  auto gap = [&] { return nodes_[next].label - label_of(previous, 0); };
  if (gap() < 2)
    spread();
  nodes_[x].label = label_of(previous, 0) + std::min(gap() / 2, stride);
  link(x, previous, next);
}

void order_list::move_after(element x, element previous) {
  unlink(x);
  auto next = nodes_[previous].next;
  auto end = [&] { return label_of(next, nodes_[previous].label + wide_gap); };
  auto gap = [&] { return end() - nodes_[previous].label; };
  if (gap() < 2)
    spread();
  nodes_[x].label = end() - std::min(gap() / 2, stride);
  link(x, previous, next);
}

void order_list::unlink(element x) {
  auto [label, previous, next] = nodes_[x];
  (previous != none ? nodes_[previous].next : first_) = next;
  (next != none ? nodes_[next].previous : last_) = previous;
}

void order_list::link(element x, element previous, element next) {
  nodes_[x].previous = previous;
  nodes_[x].next = next;
  (previous != none ? nodes_[previous].next : first_) = x;
  (next != none ? nodes_[next].previous : last_) = x;
}

std::uint64_t order_list::label_of(element x, std::uint64_t otherwise) const {
  return x != none ? nodes_[x].label : otherwise;
}

void order_list::spread() {
  std::uint64_t label = 0;
  for (auto x = first_; x != none; x = nodes_[x].next)
    nodes_[x].label = label += wide_gap;
}

} // namespace lightflow
