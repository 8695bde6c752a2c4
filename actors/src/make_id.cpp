// SPDX-License-Identifier: MIT
#include "make_id.hpp"

#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>

#include <mutex>

namespace lightflow {

namespace {

/// Seeded by the system; a system call for each id would be ten times as slow,
/// and seeding takes hundreds of them, so that all threads share one.
boost::uuids::uuid generate() {
  static std::mutex mutex;
  static boost::uuids::random_generator_mt19937 generator;
  std::lock_guard guard{mutex};
  return generator();
}

} // namespace

std::string make_id() {
  return boost::uuids::to_string(generate());
}

} // namespace lightflow
