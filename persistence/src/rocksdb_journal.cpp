// SPDX-License-Identifier: MIT
#include "lightflow/persistence/rocksdb_journal.hpp"

#include "rocksdb_entries.hpp"
#include "rocksdb_store.hpp"
#include "summary_codec.hpp"

#include <optional>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>
#include <fmt/std.h>

namespace lightflow {

using namespace detail;

namespace {

std::optional<run_summary> summary_of(const rocksdb_database& x,
                                      std::string_view run) {
  auto found = x.get(runs, run);
  return found ? std::optional{decode_summary(run, *found)} : std::nullopt;
}

/// Finds the summaries of runs that are asked for in order of their ids, which
/// often is the order of all there are: the next one costs less than any other.
class summary_reader {
public:
  explicit summary_reader(const rocksdb_database& x)
      : from_(x.iterate(runs, end_)) {}

  /// Nothing if the run has none.
  std::optional<run_summary> find(std::string_view run) {
    if (from_->Valid())
      from_->Next();
    if (!is_at(run))
      from_->Seek(slice(run));
    return is_at(run) ? std::optional{decode_summary(run, view(from_->value()))}
                      : std::nullopt;
  }

  rocksdb::Status status() const {
    return from_->status();
  }

private:
  bool is_at(std::string_view run) const {
    return from_->Valid() && view(from_->key()) == run;
  }

  const rocksdb::Slice end_{"\x7f"}; // behind all ids
  std::unique_ptr<rocksdb::Iterator> from_;
};

/// Of a run that is in the index: nothing if it was erased since, and no more
/// than the index has if its summary cannot be read.
std::optional<run_summary> listed(summary_reader& from, std::string_view id,
                                  run_condition condition) {
  run_summary known{std::string{id}, {}, {}, condition, {}, {}, {}};
  try {
    auto found = from.find(id);
    return found || from.status().ok() ? found : known;
  } catch (const error&) { // it was read, but is no summary
    return known;
  }
}

/// Nothing if the index cannot be read.
std::optional<std::vector<run_summary>>
list_by_index(const rocksdb_database& from, run_condition condition,
              std::string_view after, std::size_t limit) {
  std::vector<run_summary> result;
  auto start = index_key(condition, after);
  std::string end{static_cast<char>(start[0] + 1)};
  rocksdb::Slice bound{end};
  auto i = from.iterate(conditions, bound);
  summary_reader summaries{from};
  for (i->Seek(start); i->Valid() && result.size() < limit; i->Next()) {
    auto id = view(i->key()).substr(1);
    if (id == after)
      continue;
    if (auto found = listed(summaries, id, condition))
      result.push_back(*std::move(found));
  }
  if (!i->status().ok())
    return std::nullopt;
  return result;
}

std::vector<run_summary> list_by_scan(const rocksdb_database& from,
                                      run_condition condition,
                                      std::string_view after,
                                      std::size_t limit) {
  std::vector<run_summary> result;
  const rocksdb::Slice bound{"\x7f"}; // behind all ids
  auto i = from.iterate(runs, bound);
  for (i->Seek(slice(after)); i->Valid() && result.size() < limit; i->Next()) {
    auto x = decode_summary(view(i->key()), view(i->value()));
    if (x.condition == condition && x.id != after)
      result.push_back(std::move(x));
  }
  from.check_read(i->status());
  return result;
}

/// Makes one write of a batch. What it would know of the journal before that,
/// but cannot read, keeps no run from being written: another one may depend on
/// the same batch.
class batch_writer {
public:
  explicit batch_writer(const rocksdb_database& database)
      : database_(database) {}

  rocksdb::WriteBatch take(const journal_batch& batch) {
    for (auto& run : batch.erased)
      erase(run);
    for (auto& [fingerprint, bytes] : batch.definitions)
      if (!has_definition(fingerprint))
        out_.Put(database_.handle(definitions), fingerprint, bytes);
    for (auto& x : entries_of(batch.records))
      out_.Put(database_.handle(records), key_of(x.run, x.first), x.bytes);
    for (auto& x : batch.summaries) {
      out_.Put(database_.handle(runs), x.id, encode_summary(x));
      index(x.id, x.condition);
    }
    return std::move(out_);
  }

private:
  bool has_definition(const std::string& fingerprint) const {
    try {
      return database_.get(definitions, fingerprint).has_value();
    } catch (const error&) {
      return false; // the same is put in its place
    }
  }

  void erase(const std::string& run) {
    out_.DeleteRange(database_.handle(records), prefix_of(run), end_of(run));
    out_.Delete(database_.handle(runs), run);
    index(run, std::nullopt);
  }

  /// An entry is put where none is, and deleted once: then both are gone as
  /// soon as they meet, where a usual deletion stays for long.
  void index(const std::string& run, std::optional<run_condition> now) {
    auto& before = condition_of(run);
    if (before == now)
      return;
    if (before)
      out_.SingleDelete(database_.handle(conditions), index_key(*before, run));
    if (now)
      out_.Put(database_.handle(conditions), index_key(*now, run), "");
    before = now;
  }

  std::optional<run_condition>& condition_of(const std::string& run) {
    auto [i, is_new] = conditions_.try_emplace(run);
    if (is_new)
      i->second = stored_condition(run);
    return i->second;
  }

  std::optional<run_condition> stored_condition(const std::string& run) {
    try {
      auto found = summary_of(database_, run);
      return found ? std::optional{found->condition} : std::nullopt;
    } catch (const error&) {
      remove_from_all_lists(run);
      return std::nullopt;
    }
  }

  /// By usual deletions: where none is to be deleted, others are undefined.
  void remove_from_all_lists(const std::string& run) {
    for (std::size_t i = 0; i < run_conditions; ++i)
      out_.Delete(database_.handle(conditions),
                  index_key(static_cast<run_condition>(i), run));
  }

  const rocksdb_database& database_;
  rocksdb::WriteBatch out_;
  /// Of the runs in the batch: in which list each is, once `out_` is written.
  std::unordered_map<std::string, std::optional<run_condition>> conditions_;
};

} // namespace

rocksdb_journal::rocksdb_journal(std::filesystem::path directory)
    : rocksdb_journal(std::move(directory), rocksdb_environment{}) {}

rocksdb_journal::rocksdb_journal(std::filesystem::path directory,
                                 const rocksdb_environment& x)
    : store_(std::make_unique<store>(std::move(directory), x)) {}

rocksdb_journal::~rocksdb_journal() = default;

void rocksdb_journal::commit(const journal_batch& batch, durability how) {
  auto out = batch_writer{store_->for_writing()}.take(batch);
  store_->write(out, how == durability::sync);
}

void rocksdb_journal::read(std::string_view run, const visitor& visit) const {
  store::reading database{*store_};
  auto end = end_of(run);
  rocksdb::Slice bound{end};
  auto i = database->iterate(records, bound);
  for (i->Seek(key_of(run, 0)); i->Valid(); i->Next()) {
    entry_reader entry{sequence_of(view(i->key())), view(i->value())};
    while (auto next = entry.next())
      if (!visit(next->number, next->bytes))
        return;
    if (entry.is_damaged())
      fail(store_->directory(), "cannot be read",
           rocksdb::Status::Corruption("an entry ends early", run));
  }
  database->check_read(i->status());
}

std::optional<run_summary> rocksdb_journal::find(std::string_view run) const {
  store::reading database{*store_};
  return summary_of(*database, run);
}

/// The index where it is readable, and else all runs.
std::vector<run_summary> rocksdb_journal::list(run_condition condition,
                                               std::string_view after,
                                               std::size_t limit) const {
  store::reading database{*store_};
  auto result = list_by_index(*database, condition, after, limit);
  return result ? *std::move(result)
                : list_by_scan(*database, condition, after, limit);
}

std::optional<std::string>
rocksdb_journal::definition(std::string_view fingerprint) const {
  return store::reading {
    *store_
    } -> get(definitions, fingerprint);
}

std::string rocksdb_journal::describe() const {
  return fmt::format("the journal in {}", store_->directory());
}

std::shared_ptr<journal> open_journal(std::filesystem::path directory) {
  return std::make_shared<rocksdb_journal>(std::move(directory));
}

} // namespace lightflow
