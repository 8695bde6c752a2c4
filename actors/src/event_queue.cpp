// SPDX-License-Identifier: MIT
#include "event_queue.hpp"

#include "make_id.hpp"

#include <utility>

namespace lightflow {

event_queue::event_queue(std::size_t capacity, std::function<time_point()> now,
                         const notice_board& board)
    : capacity_(capacity), now_(std::move(now)), board_(board) {}

void event_queue::set_listener(std::function<void()> tell) {
  std::lock_guard guard{mutex_};
  tell_ = std::move(tell);
}

/// Without memory for it, an event is only counted.
void event_queue::emit(event x) noexcept {
  try {
    x.id = make_id();
    x.time = now_();
    if (board_.is_watched())
      board_.event_occurred(x);
    push(std::make_shared<const event>(std::move(x)));
  } catch (const std::exception&) {
    std::lock_guard guard{mutex_};
    ++counts_.discarded;
    ++counts_.unseen;
  }
}

void event_queue::push(event_ptr x) {
  std::lock_guard guard{mutex_};
  if (tell_ && waiting_.size() < capacity_) {
    waiting_.push_back(std::move(x));
  } else {
    ++counts_.discarded;
    if (tell_ && discarded_.size() < capacity_)
      discarded_.push_back(std::move(x));
    else
      ++counts_.unseen;
  }
  if (tell_ && !std::exchange(told_, true))
    tell_();
}

event_queue::event_ptr event_queue::pop() {
  std::lock_guard guard{mutex_};
  told_ = false;
  if (waiting_.empty())
    return nullptr;
  auto result = std::move(waiting_.front());
  waiting_.pop_front();
  return result;
}

std::vector<event_queue::event_ptr> event_queue::take_discarded() {
  std::lock_guard guard{mutex_};
  told_ = false;
  return std::exchange(discarded_, {});
}

void event_queue::count_handled() {
  std::lock_guard guard{mutex_};
  ++counts_.handled;
}

event_counts event_queue::counts() const {
  std::lock_guard guard{mutex_};
  return counts_;
}

} // namespace lightflow
