// SPDX-License-Identifier: MIT
#include "flow.hpp"

#include "file.hpp"
#include "manifest.hpp"
#include "pack.hpp"
#include "scan.hpp"
#include "shard.hpp"
#include "trace.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

namespace lf = lightflow;
namespace fs = std::filesystem;

using namespace std::chrono_literals;

namespace backup {

namespace {

// A file that changes while it is read is read again, twice.
constexpr std::uint32_t retries = 2;

constexpr auto retry_wait = 200ms;

/// What all steps use.
struct tools {
  progress& counters;
  trace log;
};

using tools_ptr = std::shared_ptr<const tools>;

std::string numbered(std::string_view name, std::size_t shard) {
  return fmt::format("{}-{:02}", name, shard);
}

fs::path source(const lf::step& step) {
  return *step.get<std::string>("source");
}

fs::path target(const lf::step& step) {
  return *step.get<std::string>("target");
}

fs::path copies(const lf::step& step) {
  return target(step) / "files";
}

/// What is not part of the backup.
fs::path own_directory(const fs::path& target) {
  return target / ".lightflow";
}

shard_files shards(const fs::path& target) {
  return shard_files{own_directory(target) / "shards"};
}

// -- scan ---------------------------------------------------------------------

/// Runs from the beginning if it is interrupted: nothing follows from it yet.
lf::result<scan_summary> scan_source(lf::step& step, const tools& use) {
  use.log.note(step.name());
  try {
    remove_former_backup(target(step));
    auto found
      = scan(source(step), copies(step), use.counters, step.stop_token());
    auto dealt = deal(std::move(found.files), shard_count);
    for (std::size_t i = 0; i < shard_count; ++i) {
      shard part{std::move(dealt[i]), {}, {}};
      if (i == 0)
        part.failed = std::move(found.unreadable);
      shards(target(step)).write(numbered("files", i), part);
      step.set(numbered("files", i), numbered("files", i));
    }
    return found.summary;
  } catch (const std::exception& e) {
    return lf::fail(e.what());
  }
}

// -- pack ---------------------------------------------------------------------

/// One attempt to pack a shard. It goes on from what the last attempt left, and
/// leaves what it did itself, also if it fails.
class shard_packing {
public:
  shard_packing(lf::step& step, const std::string& files, const tools& use)
      : step_(step), use_(use), files_(shards(target(step))),
        packer_(source(step), copies(step), step.stop_token()),
        shard_(files_.read(step.get<std::string>("shard").value_or(
          *step.get<std::string>(files)))) {}

  lf::result<totals> run() {
    auto error = pack_files(std::exchange(shard_.left, {}));
    keep();
    if (!error.empty())
      return lf::fail(std::move(error));
    if (auto left = shard_.left.size(); left > 0)
      return lf::fail(fmt::format("{} files changed while being read", left));
    return sum_;
  }

private:
  /// Gives an error that concerns more than one file; empty if there is none.
  std::string pack_files(const source_files& files) {
    auto tries = shard_.tries;
    for (auto i = files.begin(); i != files.end(); ++i) {
      try {
        pack(*i, tries < retries);
      } catch (const file_error& e) {
        shard_.failed.push_back({i->path, e.what()});
      } catch (const std::exception& e) {
        shard_.left.insert(shard_.left.end(), i, files.end());
        return e.what();
      }
    }
    shard_.tries += shard_.left.empty() ? 0 : 1;
    return {};
  }

  void pack(const source_file& x, bool may_try_again) {
    use_.log.note(fmt::format("{} {}", step_.name(), printable(x.path)));
    auto [file, changed] = packer_.pack(x.path, use_.counters.bytes_packed);
    if (changed && may_try_again) {
      use_.counters.bytes_packed -= file.size;
      shard_.left.push_back(x);
      return;
    }
    if (changed)
      shard_.failed.push_back({x.path, "changed each time while being read"});
    use_.counters.files_packed += 1;
    shard_.packed.push_back(std::move(file));
  }

  /// The copies are on disk before anything says that they are made.
  void keep() {
    for (auto& file : shard_.packed) {
      sum_.files += 1;
      sum_.bytes_in += file.size;
      sum_.bytes_out += file.stored;
    }
    sync_file_system(target(step_));
    auto name = fmt::format("{}.{}", step_.name(), step_.attempt());
    files_.write(name, shard_);
    step_.set("shard", name);
  }

  lf::step& step_;
  const tools& use_;
  shard_files files_;
  packer packer_;
  shard shard_;
  totals sum_;
};

// -- verify -------------------------------------------------------------------

/// The step before this one packed one shard: that is what it sees under
/// "shard", whatever other shards have there. Gives the number of its files.
lf::result<std::uint64_t> verify_shard(lf::step& step, const tools& use) {
  use.log.note(step.name());
  auto packed
    = shards(target(step)).read(*step.get<std::string>("shard")).packed;
  verifier verifier{copies(step), step.stop_token()};
  for (auto& file : packed) {
    try {
      verifier.verify(file);
    } catch (const stopped& e) {
      return lf::fail(e.what());
    } catch (const std::exception& e) {
      return lf::fail(fmt::format("{}: {}", printable(file.path), e.what()));
    }
    use.counters.files_verified += 1;
  }
  return packed.size();
}

// -- the end ------------------------------------------------------------------

/// What all shards came to, as one.
shard gather(const lf::step& step) {
  auto files = shards(target(step));
  shard result;
  for (auto& [from, name] : step.end_values<std::string>("shard")) {
    auto part = files.read(name);
    std::ranges::move(part.packed, std::back_inserter(result.packed));
    std::ranges::move(part.failed, std::back_inserter(result.failed));
  }
  std::ranges::sort(result.failed, {}, &problem::path);
  return result;
}

lf::result<> make_manifest(lf::step& step, const tools& use) {
  use.log.note(step.name());
  auto all = gather(step);
  totals sum;
  for (auto& file : all.packed) {
    sum.files += 1;
    sum.bytes_in += file.size;
    sum.bytes_out += file.stored;
  }
  try {
    write_manifest(target(step), std::exchange(all.packed, {}));
    shards(target(step)).write("problems", all);
  } catch (const std::exception& e) {
    return lf::fail(e.what());
  }
  step.set("totals", sum);
  step.set("problems", all.failed.size());
  return {};
}

/// All is done that can be done; that may not be all there was to do.
lf::result<> confirm_complete(lf::step& step) {
  if (auto count = *step.get<std::size_t>("problems"); count > 0)
    return lf::fail(
      fmt::format("{} files or directories were not saved well", count));
  return {};
}

} // namespace

void define_backup(lf::catalog& catalog, const settings& settings,
                   progress& counters) {
  tools_ptr use{new tools{counters, {}}};
  auto& flow = catalog.flow("backup").recoverable();
  auto& process = flow.process("backup");
  process.parallelism(settings.jobs)
    .process_timeout(settings.time_limit)
    .step_timeout(-1s);
  process.step("scan",
               [use](lf::step& step) { return scan_source(step, *use); });
  for (std::size_t i = 0; i < shard_count; ++i) {
    auto pack = [use, files = numbered("files", i)](lf::step& step) {
      return shard_packing{step, files, *use}.run();
    };
    auto verify = [use](lf::step& step) { return verify_shard(step, *use); };
    process.step(numbered("pack", i), pack, "scan")
      .retry(retries, retry_wait)
      .next(numbered("verify", i), verify);
  }
  process
    .sync_all("manifest",
              [use](lf::step& step) { return make_manifest(step, *use); })
    .next("complete", confirm_complete);
}

fs::path journal_of(const fs::path& target) {
  return own_directory(target) / "journal";
}

problems problems_of(const lf::run_report& run) {
  return shards(*run.get<std::string>("target")).read("problems").failed;
}

std::size_t take_over(progress& counters, const lf::run_report& run) {
  auto process = run.process("backup");
  if (auto found = process.step("scan").result<scan_summary>()) {
    counters.files_found = found->files;
    counters.bytes_found = found->bytes;
  }
  std::size_t packed = 0;
  for (std::size_t i = 0; i < shard_count; ++i) {
    if (auto step = process.step(numbered("pack", i)); step.success()) {
      auto sum = *step.result<totals>();
      counters.files_packed += sum.files;
      counters.bytes_packed += sum.bytes_in;
      ++packed;
    }
    if (auto step = process.step(numbered("verify", i)); step.success())
      counters.files_verified += *step.result<std::uint64_t>();
  }
  return packed;
}

} // namespace backup
