// SPDX-License-Identifier: MIT
#pragma once

#include "file.hpp"

#include <string>

namespace backup {

/// Appends a line for each thing that is begun to the file that the environment
/// variable BACKUP_TRACE names, if it is set: that is how the test sees that
/// nothing is done twice. Safe to use from any thread.
class trace {
public:
  trace();

  void note(std::string line) const;

private:
  file file_;
};

} // namespace backup
