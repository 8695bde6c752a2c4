// SPDX-License-Identifier: MIT
#include "stored_runs.hpp"

#include "flows.hpp"

#include "lightflow/persistence/definition_cache.hpp"
#include "lightflow/persistence/record_codec.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace lightflow::benchmarks {

namespace {

constexpr std::size_t runs_per_commit = 1'000;

/// What the journal has of a run that was interrupted, as a real one would.
std::vector<std::string> interrupted_records(const std::string& flow,
                                             const std::string& definition) {
  auto time = clock::now();
  std::vector<std::string> result;
  auto add = [&, codec = record_codec{}](const journal_record& x) {
    result.push_back(codec.encode({}, x));
  };
  auto add_step = [&](const process_event& x) { add(process_record{0, x}); };
  add(run_begun{flow, definition, time, nullptr});
  add_step(process_started{time});
  for (step_index x = 0; x < 5; ++x) {
    add_step(step_started{x, 1, time});
    add_step(step_finished{x, 1, status::success, {}, time, time, nullptr});
  }
  add_step(step_started{5, 1, time});
  return result;
}

} // namespace

stored_runs& stored_runs::interrupted(std::size_t count) {
  static stored_runs result{count, kind::interrupted};
  return result;
}

stored_runs& stored_runs::finished(std::size_t count, bool with_records) {
  if (with_records) {
    static stored_runs result{count, kind::with_records};
    return result;
  }
  static stored_runs result{count, kind::bare};
  return result;
}

stored_runs::stored_runs(std::size_t count, kind what)
    : count_(count), directory_(scratch_.path() / "journal") {
  define(catalog_, chain("", 10)).recoverable();
  write(what);
  open_journal(directory_); // moves all from its log to where it is found
}

void stored_runs::write(kind what) const {
  auto plan = catalog_.plan("benchmark");
  auto definition = definition_cache{}.of(*plan);
  auto is_interrupted = what == kind::interrupted;
  std::vector<std::string> records;
  if (what == kind::with_records)
    records.emplace_back(1'024, 'x');
  if (is_interrupted)
    records = interrupted_records(plan->name, definition->fingerprint);
  run_summary summary{{},
                      plan->name,
                      definition->fingerprint,
                      is_interrupted ? run_condition::running
                                     : run_condition::finished,
                      is_interrupted ? status::pending : status::success,
                      clock::now(),
                      clock::now()};
  auto journal = open_journal(directory_);
  for (std::size_t i = 0; i < count_;) {
    journal_batch batch;
    batch.definitions = {{definition->fingerprint, definition->bytes}};
    for (auto end = std::min(count_, i + runs_per_commit); i < end; ++i) {
      summary.id = id(i);
      batch.summaries.push_back(summary);
      for (std::size_t x = 0; x < records.size(); ++x)
        batch.records.push_back({summary.id, x, records[x]});
    }
    journal->commit(batch, durability::process);
  }
}

/// As long as those that engines give.
std::string stored_runs::id(std::size_t number) {
  return fmt::format("run-{:032}", number);
}

void stored_runs::copy_to(const std::filesystem::path& directory) const {
  std::filesystem::copy(directory_, directory,
                        std::filesystem::copy_options::recursive);
}

} // namespace lightflow::benchmarks
