// SPDX-License-Identifier: MIT
#include "raw_writes.hpp"

#include "flows.hpp"
#include "raw_database.hpp"
#include "rocksdb_entries.hpp"
#include "rocksdb_keys.hpp"

#include <string>
#include <utility>

#include <rocksdb/wal_filter.h>

namespace lightflow::benchmarks {

namespace {

using handles = std::vector<rocksdb::ColumnFamilyHandle*>;

/// Collects all writes that a log has.
class log_reader : public rocksdb::WalFilter {
public:
  WalProcessingOption LogRecordFound(unsigned long long, const std::string&,
                                     const rocksdb::WriteBatch& batch,
                                     rocksdb::WriteBatch*, bool*) override {
    writes.push_back(batch);
    return WalProcessingOption::kContinueProcessing;
  }

  const char* Name() const override {
    return "lightflow.log_reader";
  }

  std::vector<rocksdb::WriteBatch> writes;
};

/// Makes other batches of the same records, each under a key of its own, and of
/// all else that there is.
class regrouper : public rocksdb::WriteBatch::Handler {
public:
  regrouper(const handles& to, batching in) : to_(to), in_(in) {}

  rocksdb::Status PutCF(std::uint32_t family, const rocksdb::Slice& key,
                        const rocksdb::Slice& value) override {
    if (family == detail::records)
      put_records(key, value.ToStringView());
    else if (in_ == batching::thousands)
      next().Put(to_.at(family), key, value);
    return rocksdb::Status::OK();
  }

  rocksdb::Status SingleDeleteCF(std::uint32_t family,
                                 const rocksdb::Slice& key) override {
    if (in_ == batching::thousands)
      next().SingleDelete(to_.at(family), key);
    return rocksdb::Status::OK();
  }

  std::vector<rocksdb::WriteBatch> batches;

private:
  void put_records(const rocksdb::Slice& key, std::string_view entry) {
    auto run = detail::view(key);
    run.remove_suffix(detail::sequence_size + 1);
    detail::entry_reader records{detail::sequence_of(detail::view(key)), entry};
    while (auto x = records.next())
      if (in_ == batching::thousands || is_end_of_step(x->bytes))
        next().Put(to_.at(detail::records), detail::key_of(run, x->number),
                   detail::slice(x->bytes));
  }

  static bool is_end_of_step(std::string_view record) {
    return record.find("step_finished") != std::string::npos;
  }

  rocksdb::WriteBatch& next() {
    auto size = in_ == batching::thousands ? 1'000U : 1U;
    if (batches.empty() || batches.back().Count() == size)
      batches.emplace_back();
    return batches.back();
  }

  const handles& to_;
  batching in_;
};

/// What the library writes.
std::vector<rocksdb::WriteBatch> record(const workload& what, durability how) {
  scratch_directory scratch;
  auto directory = scratch.path() / "journal";
  durable_flows{what, how, directory}.run();
  log_reader reader;
  rocksdb::DBOptions options;
  options.wal_filter = &reader;
  raw_database{directory, options};
  return std::move(reader.writes);
}

/// An empty database with the families of a journal.
std::unique_ptr<rocksdb::DB> make_database(const std::filesystem::path& where,
                                           handles& families) {
  rocksdb::Options options;
  options.create_if_missing = true;
  rocksdb::DB* raw = nullptr;
  check(rocksdb::DB::Open(options, where.string(), &raw));
  std::unique_ptr<rocksdb::DB> result{raw};
  families = {result->DefaultColumnFamily()};
  for (std::size_t i = 1; i < detail::family_names.size(); ++i) {
    auto& family = families.emplace_back();
    check(result->CreateColumnFamily({}, detail::family_names[i], &family));
  }
  return result;
}

} // namespace

raw_writes::raw_writes(const workload& what, durability how, batching in)
    : db_(make_database(scratch_.path() / "rocksdb", families_)) {
  options_.sync = how == durability::sync;
  regrouper all{families_, in};
  for (auto& x : record(what, how))
    check(x.Iterate(&all));
  batches_ = std::move(all.batches);
}

raw_writes::~raw_writes() {
  for (std::size_t i = 1; i < families_.size(); ++i)
    db_->DestroyColumnFamilyHandle(families_[i]);
}

void raw_writes::run() {
  for (auto& x : batches_)
    check(db_->Write(options_, &x));
}

} // namespace lightflow::benchmarks
