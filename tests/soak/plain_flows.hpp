// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/lightflow.hpp"

#include <atomic>
#include <string>
#include <vector>

namespace lightflow::tests {

/// Flows that are not recoverable, with what a journal has no part in: fans,
/// chains, retries, time-outs, callbacks and resources. Their functions refer
/// to this object.
class plain_flows {
public:
  /// Adds them to the catalog.
  explicit plain_flows(catalog& to);

  plain_flows(const plain_flows&) = delete;
  plain_flows& operator=(const plain_flows&) = delete;

  const std::vector<std::string>& names() const noexcept {
    return names_;
  }

  /// Throws std::runtime_error if a run of these did not end as it should.
  static void check(const run_report& x);

  /// Resources that were made and not released.
  int resources() const noexcept {
    return resources_;
  }

private:
  void define_fan(catalog& to);
  void define_chain(catalog& to);
  void define_late(catalog& to);

  std::vector<std::string> names_{"fan", "chain", "late"};
  std::atomic<int> resources_{0};
};

} // namespace lightflow::tests
