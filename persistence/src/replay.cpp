// SPDX-License-Identifier: MIT
#include "lightflow/persistence/replay.hpp"

#include "lightflow/core/error.hpp"
#include "lightflow/core/plan.hpp"

#include <optional>
#include <utility>

#include <fmt/format.h>

namespace lightflow {

namespace {

run_summary find_summary(const journal& from, std::string_view run) {
  if (auto result = from.find(run))
    return *std::move(result);
  throw error(error_code::unknown_run,
              fmt::format(R"(no run "{}" in the journal)", run));
}

/// Puts the records of a run together, one after the other.
class replayer {
public:
  replayer(const replay_source& source, std::shared_ptr<const flow_plan> plan)
      : source_(source), plan_(std::move(plan)) {}

  void take(journal_record x) {
    std::visit([this](auto& event) { apply(event); }, x);
  }

  std::optional<run_history> history;

private:
  void apply(const run_begun& x) {
    adopt(x.definition);
    history.emplace(
      plan_, x.input != nullptr ? x.input : std::make_shared<const writes>(),
      x.time, true);
  }

  void apply(const run_event& x) {
    if (auto recovered = std::get_if<run_recovered>(&x))
      adopt(recovered->definition);
    begun().apply(x);
  }

  void apply(process_record& x) {
    auto& run = begun();
    numbers_->apply(x);
    run.apply(x.process, x.event);
  }

  /// The records that follow have the numbers of this definition.
  void adopt(const std::string& fingerprint) {
    numbers_ = source_.definitions->match(*source_.from, fingerprint, *plan_);
  }

  run_history& begun() {
    if (!history)
      throw error(error_code::bad_encoding, "the run begins with another "
                                            "record than run_begun");
    return *history;
  }

  const replay_source& source_;
  std::shared_ptr<const flow_plan> plan_;
  std::shared_ptr<const renumbering> numbers_;
};

[[noreturn]] void rethrow_naming(const error& e, std::string_view run,
                                 std::uint64_t record) {
  throw error(e.code(), fmt::format(R"(record {} of run "{}": {})", record, run,
                                    e.what()));
}

} // namespace

replayed_run replay(const replay_source& source, std::string_view run) {
  return replay(source, find_summary(*source.from, run));
}

replayed_run replay(const replay_source& source, run_summary summary) {
  auto& run = summary.id;
  auto plan = source.flows.plan(summary.flow);
  if (plan == nullptr)
    throw error(error_code::unknown_flow,
                fmt::format(R"(run "{}" is of flow "{}", which the catalog )"
                            "does not have: define it",
                            run, summary.flow));
  replayer result{source, std::move(plan)};
  std::uint64_t next = 0;
  source.from->read(run, [&](std::uint64_t number, std::string_view bytes) {
    if (number != next)
      throw error(
        error_code::bad_encoding,
        fmt::format(R"(record {} of run "{}" is missing)", next, run));
    try {
      result.take(source.codec.decode(run, bytes));
    } catch (const error& e) {
      rethrow_naming(e, run, number);
    }
    next = number + 1;
    return true;
  });
  if (!result.history)
    throw error(error_code::bad_encoding,
                fmt::format(R"(run "{}" has no records)", run));
  if (summary.condition != run_condition::running)
    result.history->close();
  return {std::move(summary), *std::move(result.history), next};
}

} // namespace lightflow
