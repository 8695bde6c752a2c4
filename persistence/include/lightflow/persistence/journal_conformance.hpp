// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/persistence/journal.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace lightflow {

/// What a journal must do, as checks that any test framework can run.
struct journal_check {
  std::string name;
  /// Throws std::logic_error that says what is wrong. `open` opens the journal
  /// under test: an empty one the first time a check calls it, from then on the
  /// same one again. The check has let go of the last one before.
  std::function<void(const std::function<std::unique_ptr<journal>()>& open)>
    run;
};

/// All checks. A journal that passes them can be given to an engine.
std::vector<journal_check> journal_conformance();

} // namespace lightflow
