// SPDX-License-Identifier: MIT
#include "lightflow/persistence/journal.hpp"

#include <utility>

#include <fmt/format.h>

namespace lightflow {

journal_claim::journal_claim(std::shared_ptr<journal> x)
    : journal_(std::move(x)) {
  if (journal_->is_claimed_.exchange(true))
    throw journal_error(
      error_code::journal_locked,
      fmt::format("{} is used by another engine: destroy that one before, or "
                  "give this one a journal of its own",
                  journal_->describe()));
}

journal_claim::~journal_claim() {
  journal_->is_claimed_ = false;
}

} // namespace lightflow
