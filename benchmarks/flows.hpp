// SPDX-License-Identifier: MIT
#pragma once

#include "workload.hpp"

#include "lightflow/lightflow.hpp"

#include <cstddef>
#include <vector>

namespace lightflow::benchmarks {

/// A workload as a flow of the library.
class flows {
public:
  explicit flows(const workload& what);

  /// Starts all runs and waits for them.
  void run();

private:
  catalog catalog_;
  engine engine_{catalog_};
  std::vector<run_handle> handles_;
  std::size_t runs_;
};

} // namespace lightflow::benchmarks
