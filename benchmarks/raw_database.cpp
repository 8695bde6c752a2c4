// SPDX-License-Identifier: MIT
#include "raw_database.hpp"

#include <algorithm>
#include <stdexcept>

namespace lightflow::benchmarks {

void check(const rocksdb::Status& x) {
  if (!x.ok())
    throw std::runtime_error("RocksDB: " + x.ToString());
}

raw_database::raw_database(const std::filesystem::path& directory,
                           const rocksdb::DBOptions& options) {
  std::vector<std::string> names;
  check(rocksdb::DB::ListColumnFamilies({}, directory.string(), &names));
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (auto& x : names)
    descriptors.emplace_back(x, rocksdb::ColumnFamilyOptions{});
  rocksdb::DB* raw = nullptr;
  check(rocksdb::DB::OpenForReadOnly(options, directory.string(), descriptors,
                                     &families_, &raw));
  db_.reset(raw);
}

raw_database::~raw_database() {
  for (auto x : families_)
    db_->DestroyColumnFamilyHandle(x);
}

std::unique_ptr<rocksdb::Iterator>
raw_database::scan(const std::string& family) const {
  auto i = std::find_if(families_.begin(), families_.end(),
                        [&](auto x) { return x->GetName() == family; });
  std::unique_ptr<rocksdb::Iterator> result{db_->NewIterator({}, *i)};
  result->SeekToFirst();
  return result;
}

} // namespace lightflow::benchmarks
