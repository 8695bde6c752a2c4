// SPDX-License-Identifier: MIT
#include "make_id.hpp"

#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>

namespace lightflow {

/// Seeded by the system; a system call for each id would be ten times as slow.
std::string make_id() {
  static thread_local boost::uuids::random_generator_mt19937 generate;
  return boost::uuids::to_string(generate());
}

} // namespace lightflow
