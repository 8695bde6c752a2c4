// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/durability.hpp"
#include "lightflow/core/run_info.hpp"

#include "actors.hpp"
#include "journal_access.hpp"
#include "runtime.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include <boost/container/deque.hpp>

namespace lightflow {

/// The place of a run in the journal: what its actors share with the journal
/// writer.
struct journal_position {
  std::shared_ptr<const run_info> run;
  durability how;
  std::uint64_t next; // the number of its next record; the writer's alone
};

/// What one actor has to say to the journal of its run, in order, and what it
/// will do once that is written. Closed for a run that is not journalled.
class journal_entries {
public:
  explicit journal_entries(std::shared_ptr<journal_position> place = nullptr) {
    out_.place = std::move(place);
  }

  bool is_open() const noexcept {
    return out_.place != nullptr;
  }

  const std::shared_ptr<journal_position>& place() const noexcept {
    return out_.place;
  }

  /// Adds a record that nobody waits for.
  void note(std::string record) {
    if (!lost_)
      out_.records.push_back(std::move(record));
  }

  /// Is told whether something was written.
  using continuation = std::function<void(bool written)>;

  /// Adds something, and has `then` called once all of the message that it
  /// goes out with is written, or never will be. While one that `blocks` is
  /// not, the actor puts off all that could depend on it.
  template <class Add>
  void append(bool blocks, continuation then, Add add) {
    if (lost_)
      return then(false);
    add(out_);
    out_.ticket = next_ticket_;
    open_.push_back({next_ticket_, blocks, std::move(then)});
    blocking_ += blocks ? 1 : 0;
  }

  void append(std::string record, bool blocks, continuation then) {
    append(blocks, std::move(then),
           [&](auto& out) { out.records.push_back(std::move(record)); });
  }

  /// Sends what was added since the last time.
  template <class Self>
  void flush(Self& self, const runtime& env) {
    if (lost_ || out_.is_empty())
      return;
    next_ticket_ += out_.ticket != 0 ? 1 : 0;
    auto place = out_.place;
    self.send(env.journal->writer, std::exchange(out_, {}));
    out_.place = std::move(place);
  }

  /// Does what was to be done once messages up to this ticket are written.
  void written(std::uint64_t ticket) {
    while (!open_.empty() && open_.front().ticket <= ticket) {
      auto next = std::move(open_.front());
      open_.pop_front();
      blocking_ -= next.blocks ? 1 : 0;
      next.then(true);
    }
  }

  /// Nothing more will be written.
  void give_up() {
    lost_ = true;
    blocking_ = 0;
    for (auto& x : std::exchange(open_, {}))
      x.then(false);
  }

  bool is_lost() const noexcept {
    return lost_;
  }

  bool blocks() const noexcept {
    return blocking_ > 0;
  }

  bool is_settled() const noexcept {
    return open_.empty();
  }

private:
  struct entry {
    std::uint64_t ticket;
    bool blocks;
    continuation then;
  };

  append_records out_;                  // not sent yet
  boost::container::deque<entry> open_; // takes no memory while it is empty
  std::uint64_t next_ticket_ = 1;
  std::size_t blocking_ = 0;
  bool lost_ = false;
};

} // namespace lightflow
