// SPDX-License-Identifier: MIT
#pragma once

#include "rocksdb_environment.hpp"

#include <atomic>
#include <vector>

#include <rocksdb/db.h>
#include <rocksdb/listener.h>

namespace lightflow::detail {

/// Decides what becomes of errors in the background.
class background_errors : public rocksdb::EventListener {
public:
  void OnBackgroundError(rocksdb::BackgroundErrorReason reason,
                         rocksdb::Status* error) override;

  /// The next commit sees to it: no thread waits, and none works unseen.
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status,
                            bool* automatic) override {
    *automatic = false;
  }

  /// Whether there was an error that only opening the database again mends.
  bool is_broken() const noexcept {
    return is_broken_;
  }

private:
  std::atomic<bool> is_broken_ = false;
};

rocksdb::DBOptions database_options(const rocksdb_environment& x);

/// The options of all families, in the order of family_names.
std::vector<rocksdb::ColumnFamilyDescriptor>
family_options(const rocksdb_environment& x);

} // namespace lightflow::detail
