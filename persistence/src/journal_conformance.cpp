// SPDX-License-Identifier: MIT
#include "lightflow/persistence/journal_conformance.hpp"

#include <initializer_list>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

namespace lightflow {

namespace {

using opener = std::function<std::unique_ptr<journal>()>;
using record_list = std::vector<std::pair<std::uint64_t, std::string>>;

void require(bool x, const std::string& what) {
  if (!x)
    throw std::logic_error("a journal must " + what);
}

record_list records_of(const journal& x, std::string_view run) {
  record_list result;
  x.read(run, [&](std::uint64_t sequence, std::string_view bytes) {
    result.emplace_back(sequence, bytes);
    return true;
  });
  return result;
}

std::vector<std::string> ids(const std::vector<run_summary>& xs) {
  std::vector<std::string> result;
  for (auto& x : xs)
    result.push_back(x.id);
  return result;
}

run_summary summary(std::string id, run_condition condition) {
  return {std::move(id),
          "flow",
          "fingerprint",
          condition,
          status::pending,
          time_point{std::chrono::seconds{1}},
          time_point{std::chrono::seconds{2}}};
}

journal_batch records(std::string run, std::uint64_t first, std::uint64_t end) {
  journal_batch result;
  for (auto i = first; i < end; ++i)
    result.records.push_back({run, i, fmt::format("{} {}", run, i)});
  return result;
}

using ids_of = std::vector<std::string>;

void begins_empty(const opener& open) {
  auto x = open();
  require(records_of(*x, "r").empty(), "have no records at first");
  require(!x->find("r"), "have no summary at first");
  require(!x->definition("d"), "have no definition at first");
  require(x->list(run_condition::running, "", 10).empty(),
          "list nothing at first");
}

void gives_records_in_order(const opener& open) {
  auto x = open();
  x->commit(records("r", 0, 300), durability::sync);
  x->commit(records("r", 300, 302), durability::process);
  auto all = records_of(*x, "r");
  require(all.size() == 302, "give all records of a run");
  for (std::uint64_t i = 0; i < all.size(); ++i)
    require(all[i] == std::pair{i, fmt::format("r {}", i)},
            "give records as they were written, in order of their numbers");
  std::size_t seen = 0;
  x->read("r", [&](auto, auto) { return ++seen < 5; });
  require(seen == 5, "stop reading when the visitor says so");
}

void keeps_runs_apart(const opener& open) {
  auto x = open();
  for (auto run : {"a", "a.b", "a-", "ab", "b"})
    x->commit(records(run, 0, 3), durability::process);
  for (auto run : {"a", "a.b", "a-", "ab", "b"})
    require(records_of(*x, run).size() == 3,
            "keep apart the records of runs with similar ids");
  journal_batch erase;
  erase.erased = {"a"};
  x->commit(erase, durability::process);
  require(records_of(*x, "a").empty() && records_of(*x, "ab").size() == 3
            && records_of(*x, "a.b").size() == 3
            && records_of(*x, "a-").size() == 3,
          "erase one run and no other");
}

void keeps_any_bytes(const opener& open) {
  auto x = open();
  std::string all;
  for (int c = 0; c < 256; ++c)
    all += static_cast<char>(c);
  journal_batch batch;
  batch.records
    = {{"r", 0, all}, {"r", 1, ""}, {"r", 2, std::string(1U << 20, 'x')}};
  batch.definitions = {{"d", all}};
  x->commit(batch, durability::process);
  auto read = records_of(*x, "r");
  require(read.size() == 3 && read[0].second == all && read[1].second.empty()
            && read[2].second.size() == 1U << 20,
          "keep records of any bytes, also none or a MiB of them");
  require(x->definition("d") == all, "keep definitions of any bytes");
}

void lists_by_condition(const opener& open) {
  auto x = open();
  using enum run_condition;
  journal_batch batch;
  batch.summaries = {summary("b", running), summary("a", running),
                     summary("c", suspended), summary("d", running)};
  x->commit(batch, durability::process);
  require(ids(x->list(running, "", 10)) == ids_of{"a", "b", "d"},
          "list runs in order of their ids");
  require(ids(x->list(running, "", 2)) == ids_of{"a", "b"},
          "list as many as asked for");
  require(ids(x->list(running, "b", 10)) == ids_of{"d"},
          "list those after an id");
  require(ids(x->list(suspended, "", 10)) == ids_of{"c"},
          "list runs of one condition only");
  journal_batch change;
  change.summaries
    = {summary("a", suspended), summary("a", finished), summary("b", running)};
  x->commit(change, durability::process);
  require(ids(x->list(running, "", 10)) == ids_of{"b", "d"}
            && ids(x->list(suspended, "", 10)) == ids_of{"c"}
            && ids(x->list(finished, "", 10)) == ids_of{"a"},
          "list a run in the condition of its last summary only");
  require(x->find("a") == summary("a", finished),
          "give a summary as it was written last");
}

void erases_before_it_writes(const opener& open) {
  auto x = open();
  auto batch = records("r", 0, 3);
  batch.summaries = {summary("r", run_condition::running)};
  x->commit(batch, durability::process);
  auto again = records("r", 7, 8);
  again.erased = {"r", "unknown"};
  again.summaries = {summary("r", run_condition::suspended)};
  x->commit(again, durability::process);
  require(records_of(*x, "r") == record_list{{7, "r 7"}},
          "erase a run before it writes new records of it");
  require(x->list(run_condition::running, "", 10).empty()
            && x->list(run_condition::suspended, "", 10).size() == 1,
          "erase the summary along with its place in the list");
}

void keeps_what_was_committed(const opener& open) {
  for (auto how : {durability::sync, durability::process}) {
    auto run = how == durability::sync ? "sync" : "process";
    auto batch = records(run, 0, 2);
    batch.summaries = {summary(run, run_condition::running)};
    batch.definitions = {{"d", "bytes"}};
    open()->commit(batch, how);
    auto x = open();
    require(records_of(*x, run).size() == 2 && x->find(run)
              && x->definition("d") == "bytes",
            "have what was committed when it is opened again");
  }
}

/// All that a journal has of some runs and of definition "d".
std::string content(const journal& x, std::initializer_list<const char*> runs) {
  std::string result = x.definition("d").value_or("none");
  for (auto run : runs) {
    for (auto& [sequence, bytes] : records_of(x, run))
      result += fmt::format("|{} {}:{}", run, sequence, bytes);
    if (auto found = x.find(run))
      result += fmt::format("|{} {}", run, to_string(found->condition));
  }
  for (auto condition : {run_condition::running, run_condition::suspended,
                         run_condition::finished})
    for (auto& id : ids(x.list(condition, "", 10)))
      result += fmt::format("|{} has {}", to_string(condition), id);
  return result;
}

/// A batch that does everything at once.
journal_batch mixed_batch() {
  auto result = records("b", 3, 6);
  result.records.push_back({"a", 0, "new"});
  result.summaries = {summary("a", run_condition::running),
                      summary("b", run_condition::finished)};
  result.definitions = {{"d", "bytes"}};
  result.erased = {"a", "c"};
  return result;
}

/// Whoever does not know whether a commit succeeded does it once more.
void takes_a_batch_again(const opener& open) {
  auto x = open();
  for (auto run : {"a", "b", "c"}) {
    auto batch = records(run, 0, 3);
    batch.summaries = {summary(run, run_condition::suspended)};
    x->commit(batch, durability::process);
  }
  x->commit(mixed_batch(), durability::sync);
  auto once = content(*x, {"a", "b", "c"});
  require(once
            == "bytes|a 0:new|a running|b 0:b 0|b 1:b 1|b 2:b 2|b 3:b 3|b 4:b 4"
               "|b 5:b 5|b finished|running has a|finished has b",
          "do all that a batch says");
  for (auto how : {durability::process, durability::sync}) {
    x->commit(mixed_batch(), how);
    require(content(*x, {"a", "b", "c"}) == once,
            "have the same after a batch is committed again");
  }
  x.reset();
  x = open();
  x->commit(mixed_batch(), durability::sync);
  require(content(*x, {"a", "b", "c"}) == once,
          "have the same after a batch is committed again once it was closed");
}

void replaces_what_may_be_there(const opener& open) {
  auto x = open();
  x->commit(records("r", 0, 1), durability::process);
  x->commit(records("r", 1, 3), durability::process);
  auto again = records("r", 1, 5);
  again.records.front().bytes = "other";
  x->commit(again, durability::process);
  require(records_of(*x, "r")
            == record_list{{0, "r 0"},
                           {1, "other"},
                           {2, "r 2"},
                           {3, "r 3"},
                           {4, "r 4"}},
          "keep one record for a number, the one that was written last");
  journal_batch definition;
  definition.definitions = {{"d", "first"}};
  x->commit(definition, durability::process);
  definition.definitions = {{"d", "second"}};
  x->commit(definition, durability::process);
  require(x->definition("d") == "first", "leave alone a definition it has");
}

void lets_a_visitor_read(const opener& open) {
  auto x = open();
  auto batch = records("r", 0, 3);
  batch.summaries = {summary("r", run_condition::running)};
  x->commit(batch, durability::process);
  std::size_t seen = 0;
  x->read("r", [&](auto, auto) {
    seen += x->find("r") && records_of(*x, "r").size() == 3;
    return true;
  });
  require(seen == 3, "let a visitor of records read it");
}

} // namespace

std::vector<journal_check> journal_conformance() {
  return {
    {"begins_empty", begins_empty},
    {"gives_records_in_order", gives_records_in_order},
    {"keeps_runs_apart", keeps_runs_apart},
    {"keeps_any_bytes", keeps_any_bytes},
    {"lists_by_condition", lists_by_condition},
    {"erases_before_it_writes", erases_before_it_writes},
    {"keeps_what_was_committed", keeps_what_was_committed},
    {"takes_a_batch_again", takes_a_batch_again},
    {"replaces_what_may_be_there", replaces_what_may_be_there},
    {"lets_a_visitor_read", lets_a_visitor_read},
  };
}

} // namespace lightflow
