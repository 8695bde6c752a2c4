// SPDX-License-Identifier: MIT
#pragma once

#include "rocksdb_environment.hpp"

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
};

rocksdb::DBOptions database_options(const rocksdb_environment& x);

/// The options of all families, in the order of family_names.
std::vector<rocksdb::ColumnFamilyDescriptor>
family_options(const rocksdb_environment& x);

} // namespace lightflow::detail
