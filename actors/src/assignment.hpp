// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/catalog.hpp"
#include "lightflow/core/step.hpp"
#include "lightflow/persistence/definition_cache.hpp"

#include "running_functions.hpp"
#include "worker_messages.hpp"

#include <cstddef>
#include <string>

namespace lightflow {

/// An attempt in the form in which it goes to a worker: with what its step has
/// declared that it reads, or else all that it can see. Throws lightflow::error
/// with error_code::no_codec, or value_too_large, for a value that cannot go
/// there, naming it.
///
/// @param self the step, before its function
/// @param definition the fingerprint of its flow
step_assignment make_assignment(const step& self, lease who,
                                std::string definition,
                                std::size_t value_limit);

/// The part of a worker that its steps share.
struct workshop {
  const catalog& flows;
  std::string worker; // its name
  definition_cache definitions = {};
  running_functions functions = {};
};

/// The completion of a step that could not be done on a worker.
step_completion fail_assignment(lease who, std::string why);

/// Calls the function of an assignment's step, as the engine would, and gives
/// how that went. Whatever is wrong is the step's failure.
step_completion do_assignment(workshop& place, const step_assignment& what,
                              stop_signal& stop);

} // namespace lightflow
