// SPDX-License-Identifier: MIT
#include "flow.hpp"

#include "file.hpp"
#include "manifest.hpp"
#include "pack.hpp"
#include "scan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

namespace lf = lightflow;
namespace fs = std::filesystem;

using namespace std::chrono_literals;

namespace backup {

namespace {

// A flow's steps are known before it runs, so the number of shards is too.
constexpr std::size_t shard_count = 16;

// A file that changes while it is read is read again, twice.
constexpr std::uint32_t retries = 2;

constexpr auto retry_wait = 200ms;

/// The key under which a shard's steps find the files they have to pack.
std::string files_of(std::size_t shard) {
  return fmt::format("files-{:02}", shard);
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

lf::result<scan_summary> scan_source(lf::step& step, progress& counters) {
  try {
    auto found = scan(source(step), copies(step), counters, step.stop_token());
    auto shards = deal(std::move(found.files), shard_count);
    for (std::size_t i = 0; i < shards.size(); ++i)
      step.set(files_of(i), std::move(shards[i]));
    return std::move(found.summary);
  } catch (const std::exception& e) {
    return lf::fail(e.what());
  }
}

/// One attempt to pack a shard. It takes what earlier attempts left in the
/// context of the step, and leaves there what it did itself.
class shard_packing {
public:
  shard_packing(lf::step& step, std::string files_key, progress& counters)
      : step_(step), files_key_(std::move(files_key)), counters_(counters),
        packer_(source(step), copies(step), step.stop_token()) {}

  lf::result<> run() {
    auto error = pack_files(*step_.get<source_files>(files_key_));
    auto left = left_.size();
    step_.set(files_key_, std::move(left_));
    step_.set("packed", std::move(packed_));
    step_.set("problems", std::move(problems_));
    if (!error.empty())
      return lf::fail(std::move(error));
    if (left > 0)
      return lf::fail(fmt::format("{} files changed while being read", left));
    return {};
  }

private:
  /// Gives an error that concerns more than one file; empty if there is none.
  std::string pack_files(const source_files& files) {
    for (auto i = files.begin(); i != files.end(); ++i) {
      try {
        pack(*i);
      } catch (const file_error& e) {
        problems_.push_back({i->path, e.what()});
      } catch (const std::exception& e) {
        left_.insert(left_.end(), i, files.end());
        return e.what();
      }
    }
    return {};
  }

  void pack(const source_file& x) {
    auto [file, changed] = packer_.pack(x.path, counters_.bytes_packed);
    if (changed && step_.attempt() <= retries) {
      counters_.bytes_packed -= file.size;
      left_.push_back(x);
      return;
    }
    if (changed)
      problems_.push_back({x.path, "changed each time while being read"});
    counters_.files_packed += 1;
    packed_.push_back(std::move(file));
  }

  lf::step& step_;
  std::string files_key_;
  progress& counters_;
  packer packer_;
  source_files left_;
  packed_files packed_
    = step_.get<packed_files>("packed").value_or(packed_files{});
  problems problems_ = step_.get<problems>("problems").value_or(problems{});
};

/// The steps before this one packed one shard: that is what it sees under
/// "packed", whatever other shards have there.
lf::result<> verify_shard(lf::step& step, progress& counters) {
  verifier verifier{copies(step), step.stop_token()};
  auto packed = *step.get<packed_files>("packed");
  for (auto& file : packed) {
    try {
      verifier.verify(file);
    } catch (const stopped& e) {
      return lf::fail(e.what());
    } catch (const std::exception& e) {
      return lf::fail(fmt::format("{}: {}", printable(file.path), e.what()));
    }
    counters.files_verified += 1;
  }
  return {};
}

/// What all shards left under a key, as one list.
template <class T>
std::vector<T> gather(const lf::step& step, std::string_view key) {
  std::vector<T> result;
  for (auto& [shard, xs] : step.end_values<std::vector<T>>(key))
    result.insert(result.end(), xs.begin(), xs.end());
  return result;
}

lf::result<> make_manifest(lf::step& step) {
  auto files = gather<packed_file>(step, "packed");
  totals sum;
  for (auto& file : files) {
    sum.files += 1;
    sum.bytes_in += file.size;
    sum.bytes_out += file.stored;
  }
  auto problems = gather<problem>(step, "problems");
  auto unreadable = step.result<scan_summary>("scan")->unreadable;
  problems.insert(problems.end(), unreadable.begin(), unreadable.end());
  std::ranges::sort(problems, {}, &problem::path);
  try {
    sync_file_system(target(step));
    write_manifest(target(step), std::move(files));
  } catch (const std::exception& e) {
    return lf::fail(e.what());
  }
  step.set("totals", sum);
  step.set("problems", std::move(problems));
  return {};
}

/// All is done that can be done; that may not be all there was to do.
lf::result<> confirm_complete(lf::step& step) {
  if (auto count = step.get<problems>("problems")->size(); count > 0)
    return lf::fail(
      fmt::format("{} files or directories were not saved well", count));
  return {};
}

} // namespace

void define_backup(lf::catalog& catalog, const settings& settings,
                   progress& counters) {
  auto& process = catalog.flow_with_process("backup");
  process.parallelism(settings.jobs)
    .process_timeout(settings.time_limit)
    .step_timeout(-1s);
  process.step("scan", [&counters](lf::step& step) {
    return scan_source(step, counters);
  });
  for (std::size_t i = 0; i < shard_count; ++i) {
    auto pack = [&counters, key = files_of(i)](lf::step& step) {
      return shard_packing{step, key, counters}.run();
    };
    auto verify
      = [&counters](lf::step& step) { return verify_shard(step, counters); };
    process.step(fmt::format("pack-{:02}", i), pack, "scan")
      .retry(retries, retry_wait)
      .next(fmt::format("verify-{:02}", i), verify);
  }
  process.sync_all("manifest", make_manifest)
    .next("complete", confirm_complete);
}

} // namespace backup
