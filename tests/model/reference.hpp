// SPDX-License-Identifier: MIT
#pragma once

#include "flow_spec.hpp"

#include "lightflow/core/status.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace lightflow::tests {

/// What a run of a flow is to come to, by a second and much simpler reading of
/// the documentation: one thing after the other, without time, journal and
/// crashes. Shares only `status` with the library.
class reference {
public:
  explicit reference(const flow_spec& flow);

  /// Runs, or goes on after the run was suspended, until it ends.
  void go_on();

  bool has_succeeded() const {
    return state_ == status::success;
  }

  /// Whether the order in which steps happen to end, which is up to chance,
  /// decides what becomes of others until the run succeeds.
  bool depends_on_chance() const {
    return depends_on_chance_;
  }

  /// How it has ended, in the form of `testing::describe_outcome`.
  ///
  /// @param keys whose values are shown
  std::string outcome(const std::vector<std::string>& keys) const;

private:
  using writes = std::map<std::string, int>;

  /// A callback that must succeed and did not, by its index in the flow.
  using breakpoint = std::optional<std::size_t>;

  struct step_state {
    const step_spec* spec = nullptr;
    std::vector<std::size_t> after;
    std::set<std::size_t> ancestors;
    status state = status::pending;
    std::optional<int> result;
    writes own;
    unsigned failures = 0;
    bool meets_conditions = false;
    bool has_begun = false; // the callbacks before it have passed
    bool follows_failure
      = false; // it was skipped, but would have been cancelled
    breakpoint before;
    breakpoint after_success;
  };

  struct process_state {
    const process_spec* spec = nullptr;
    std::vector<step_state> steps;
    std::vector<std::size_t> order; // topological
    std::vector<step_spec> specs;   // with what was merged
    status state = status::pending;
    writes own;
    bool has_begun = false;
    bool timed_out = false;
    breakpoint before;
  };

  /// What callbacks have to do with a unit.
  struct unit {
    callback_unit kind;
    const std::string& process;
    const std::string& name; // for only_for, and its own
    bool has_failed;
    writes& own;
  };

  void make_process(const process_spec& x);
  void merge_base(process_state& to) const;
  void link(process_state& x) const;

  void run(process_state& x);
  void run_steps(process_state& x);
  void run(process_state& x, std::size_t step);
  void attempt(process_state& x, step_state& step);
  bool meets_conditions(const process_state& x, step_state& step);
  bool begin(process_state& x, step_state& step);
  void call(process_state& x, step_state& step);
  void conclude(process_state& x, step_state& step);
  void skip(process_state& x, std::size_t step);
  void cancel(process_state& x);

  breakpoint call_callbacks(const unit& x, bool after, breakpoint from = {});
  bool applies(const callback_spec& x, const unit& to, bool after) const;

  const int* find(const process_state& x, const step_state& step,
                  const std::string& key) const;
  const int* find(const process_state& x, const std::string& key) const;
  bool holds(const process_state& x, const step_state& step,
             const condition_spec& condition) const;
  bool holds(const process_state& x, const step_state& step,
             const comparison_spec& comparison) const;

  const flow_spec& flow_;
  std::vector<process_state> processes_;
  writes own_;
  writes prepared_; // what callbacks before the flow have set of it
  status state_ = status::pending;
  bool has_begun_ = false;
  breakpoint before_;
  unsigned suspensions_ = 0;
  bool depends_on_chance_ = false;
  std::map<std::pair<std::size_t, const writes*>, unsigned> callback_failures_;
};

} // namespace lightflow::tests
