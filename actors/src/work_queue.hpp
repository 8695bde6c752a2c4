// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace lightflow {

/// What an attempt asks of the worker that runs it.
struct worker_need {
  std::string label;
  std::string definition; // the fingerprint of its flow

  friend auto operator<=>(const worker_need&, const worker_need&) = default;
};

/// What a worker can run: steps with one of these labels, of flows with one of
/// these definitions.
struct worker_offer {
  std::set<std::string> labels;
  std::set<std::string> definitions; // fingerprints

  bool meets(const worker_need& x) const {
    return labels.contains(x.label) && definitions.contains(x.definition);
  }

  friend auto operator<=>(const worker_offer&, const worker_offer&) = default;
};

/// Why no worker that is connected can run an attempt.
enum class worker_shortage : std::uint8_t {
  /// One can, now or when it has a free slot.
  none,
  /// None has the label.
  no_label,
  /// None of those with the label has the definition.
  no_definition,
};

/// Which attempts wait for a worker, and which run on which. It pairs an
/// attempt with a free slot as soon as there is one for it: a slot goes to the
/// run that was served longest ago, and within a run to the attempt that came
/// first.
///
/// Nothing is counted: a worker's free slots are its slots without the leases
/// that it has. Each operation takes logarithmic time, times the number of
/// different offers among the workers; joining and leaving also look at each
/// need that there has been.
class work_queue {
public:
  using worker_id = std::uint64_t;
  using ticket = std::uint64_t;       // an attempt that was entered
  using lease_number = std::uint64_t; // a slot given to an attempt; never again

  struct grant {
    ticket who;
    worker_id worker;
    lease_number lease;
  };

  /// Attempts wait for a worker that is not connected.
  struct shortage_news {
    worker_need need;
    worker_shortage why;
    ticket first; // of those that wait
  };

  // -- workers ----------------------------------------------------------------

  worker_id join(const worker_offer& offer, std::size_t slots);

  /// How many leases a worker may have from now on; it keeps those that it has.
  void set_slots(worker_id worker, std::size_t slots);

  /// The worker is gone. Gives the attempts that it had.
  std::vector<ticket> leave(worker_id worker);

  /// The worker is done with a lease. Gives the attempt that had it; nothing if
  /// it no longer wants it, or if this worker does not have that lease.
  std::optional<ticket> end(worker_id worker, lease_number lease);

  /// The leases of a worker, also those that nobody wants any more.
  const std::set<lease_number>& leases(worker_id worker) const {
    return workers_.at(worker).leases;
  }

  // -- attempts ---------------------------------------------------------------

  /// An attempt of a run wants a slot.
  ticket enter(const worker_need& need, std::string_view run);

  /// It no longer does. Gives the lease it had, which takes up its slot until
  /// the worker is done with it; nothing if it had none.
  std::optional<grant> withdraw(ticket who);

  // -- what came of it --------------------------------------------------------

  /// The pairs that were made since this was last called.
  std::vector<grant> take_grants() {
    return std::exchange(grants_, {});
  }

  /// What is missing since this was last called: once for each need, and once
  /// for each label that no worker has, until a worker with it joins.
  std::vector<shortage_news> take_news() {
    return std::exchange(news_, {});
  }

private:
  using turn = std::uint64_t;

  struct run_line {
    std::string run;
    turn next;
    std::set<ticket> tickets;
  };

  struct group;

  /// All that wait for the same.
  struct lane {
    worker_need need;
    std::map<turn, run_line> lines; // the next to be served first
    std::unordered_map<std::string_view, run_line*> by_run;
    std::vector<group*> groups; // that meet the need
    worker_shortage told = worker_shortage::none;
  };

  /// All workers that offer the same.
  struct group {
    worker_offer offer;
    std::set<worker_id> workers;
    std::set<std::pair<std::size_t, worker_id>> free; // how much, and who
    std::set<std::pair<turn, lane*>> ready;           // lanes that wait
  };

  struct member {
    group* member_of;
    std::size_t slots;
    std::set<lease_number> leases;

    std::size_t free() const {
      return slots > leases.size() ? slots - leases.size() : 0;
    }
  };

  struct entry {
    lane* in;
    run_line* line;       // null once it has a lease
    worker_id worker = 0; // if it has one
    std::optional<lease_number> lease{};
  };

  struct holder {
    worker_id worker;
    std::optional<ticket> who; // nothing: it was withdrawn
  };

  lane& lane_of(const worker_need& need);
  group& group_of(const worker_offer& offer);
  void drop_if_empty(group& x);
  template <class Change>
  void change(worker_id id, Change f);
  template <class Change>
  void change(lane& x, Change f);
  void serve(worker_id id);
  void serve(lane& x);
  void pair(lane& x, worker_id id);
  void take_out(lane& x, run_line& line, ticket who);
  void look_for_shortage(lane& x);
  worker_shortage shortage_of(const lane& x) const;

  std::map<worker_need, std::unique_ptr<lane>> lanes_;
  std::map<worker_offer, std::unique_ptr<group>> groups_;
  std::unordered_map<worker_id, member> workers_;
  std::unordered_map<ticket, entry> entries_;
  std::unordered_map<lease_number, holder> leases_;
  std::set<std::string, std::less<>> missing_labels_; // that were told of
  std::vector<grant> grants_;
  std::vector<shortage_news> news_;
  std::uint64_t last_worker_ = 0;
  std::uint64_t last_ticket_ = 0;
  std::uint64_t last_lease_ = 0;
  turn last_turn_ = 0;
};

} // namespace lightflow
