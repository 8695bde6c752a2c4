// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/actors/event_options.hpp"
#include "lightflow/core/event.hpp"

#include "notice_board.hpp"

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace lightflow {

/// Holds the events that wait for the dispatcher, a bounded number of them:
/// where an unbounded mailbox would grow, it turns events away. Safe to use
/// from any thread.
class event_queue : public event_sink {
public:
  using event_ptr = std::shared_ptr<const event>;

  /// `now` gives the time of an event; all events are put on the board, too, if
  /// somebody watches that.
  event_queue(std::size_t capacity, std::function<time_point()> now,
              const notice_board& board);

  /// Sets what tells the dispatcher that events wait; empty: nobody listens any
  /// more, and all events are turned away.
  void set_listener(std::function<void()> tell);

  void emit(event x) noexcept override;

  /// The next event for the handlers; null if none waits. From then on the
  /// listener is told of new ones again.
  event_ptr pop();

  /// All that were turned away since the last call and still are there.
  std::vector<event_ptr> take_discarded();

  /// Counts an event whose chain of handlers has ended.
  void count_handled();

  event_counts counts() const;

private:
  void push(event_ptr x);

  const std::size_t capacity_;
  const std::function<time_point()> now_;
  const notice_board& board_;
  mutable std::mutex mutex_; // guards all that follows
  std::function<void()> tell_;
  bool told_ = false;
  std::deque<event_ptr> waiting_;
  std::vector<event_ptr> discarded_;
  event_counts counts_;
};

} // namespace lightflow
