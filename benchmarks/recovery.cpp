// SPDX-License-Identifier: MIT
#include "recovery.hpp"

#include "raw_database.hpp"
#include "rocksdb_entries.hpp"

#include "lightflow/persistence/replay.hpp"

#include <benchmark/benchmark.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

namespace lightflow::benchmarks {

namespace {

/// Calls `f` with all summaries of runs in one condition, a thousand at a time,
/// and gives how many there are.
template <class Function>
std::size_t for_each_page(const journal& from, run_condition condition,
                          Function f) {
  constexpr std::size_t page = 1'000;
  std::size_t result = 0;
  std::string last;
  while (true) {
    auto found = from.list(condition, last, page);
    result += found.size();
    auto is_last = found.size() < page;
    last = is_last ? std::string{} : found.back().id;
    f(found);
    if (is_last)
      return result;
  }
}

/// Looks at one run after the other: to list those that run takes the longer
/// the more have ended since.
void wait_until_ended(const stored_runs& what, const journal& from) {
  for (std::size_t i = 0; i < what.count(); ++i)
    while (from.find(what.id(i))->condition == run_condition::running)
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
}

void require(bool x) {
  if (!x)
    throw std::logic_error("not all runs are there");
}

} // namespace

void scan(const stored_runs& what) {
  raw_database database{what.directory()};
  record_codec codec;
  std::size_t runs = 0;
  auto i = database.scan("records");
  for (; i->Valid(); i->Next()) {
    auto id = i->key().ToStringView();
    id.remove_suffix(9); // a zero byte and the number of the first record
    detail::entry_reader entry{0, i->value().ToStringView()};
    while (auto next = entry.next()) {
      auto record = codec.decode(id, next->bytes);
      runs += std::holds_alternative<run_begun>(record) ? 1 : 0;
    }
  }
  check(i->status());
  require(runs == what.count());
}

/// By as many threads as an engine has for that, a page at a time as it does.
void load(const stored_runs& what) {
  replay_source source{open_journal(what.directory()), record_codec{},
                       what.flows(), std::make_shared<definition_cache>()};
  auto load_all = [&](std::vector<run_summary>& page) {
    std::atomic<std::size_t> next{0};
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < std::thread::hardware_concurrency(); ++i)
      threads.emplace_back([&] {
        for (auto x = next++; x < page.size(); x = next++)
          benchmark::DoNotOptimize(replay(source, std::move(page[x])));
      });
  };
  require(for_each_page(*source.from, run_condition::running, load_all)
          == what.count());
}

void go_on(const stored_runs& what, const std::filesystem::path& directory) {
  auto journal = open_journal(directory);
  {
    engine_options options;
    options.journal = journal;
    engine running{what.flows(), options};
    wait_until_ended(what, *journal);
  }
  list(what, *journal);
}

void list(const stored_runs& what, const journal& from) {
  auto runs = for_each_page(from, run_condition::finished,
                            [](auto& x) { benchmark::DoNotOptimize(x); });
  require(runs == what.count());
}

} // namespace lightflow::benchmarks
