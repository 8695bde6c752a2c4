// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/catalog.hpp"
#include "lightflow/core/step_function.hpp"

namespace lightflow::testing {

/// Comes between steps and their functions.
class function_watch {
public:
  virtual ~function_watch() = default;

  /// Calls the function of a step, or does something in its place.
  virtual result<value> call(const step_function& function, step& self) = 0;
};

/// Has the functions of all steps called by way of `watch`, which must outlive
/// all runs. Seals the flows. Steps that actors do are left alone.
void watch_functions(const catalog& flows, function_watch& watch);

} // namespace lightflow::testing
