// SPDX-License-Identifier: MIT
// Backs up a directory: compresses each file, many at a time, checks the copies
// by reading them back, and writes a manifest.
//
//     backup SOURCE TARGET
//
// TARGET/files is the tree of SOURCE with each file compressed by zstd, with
// its permissions and time. It is restored by
//
//     cd TARGET && zstd --decompress -r files --output-dir-mirror RESTORED
//     cd RESTORED/files && sha256sum --check TARGET/SHA256SUMS
//
// Symbolic links and special files are left out and counted. Files that cannot
// be read, or that change each time they are read, are listed; the others are
// saved all the same, but the backup fails at its end. Without a manifest a
// backup is not complete.
//
// However a backup was ended, by kill -9 too, the same command goes on with it.
// Once it is complete, the same command makes a new one in its place. What is
// needed for that is in TARGET/.lightflow.
//
// Exits with 0 if all was saved, with 1 if not, and with 130 after Ctrl-C.
#include "file.hpp"
#include "flow.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace lf = lightflow;
namespace fs = std::filesystem;

using namespace std::chrono_literals;

namespace {

volatile std::sig_atomic_t caught_signal = 0;

/// The first Ctrl-C ends the backup in good order, a second one at once.
void catch_signals() {
  struct sigaction action = {};
  action.sa_handler = [](int x) { caught_signal = x; };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  for (auto x : {SIGINT, SIGTERM})
    ::sigaction(x, &action, nullptr);
}

/// A mistake of whoever called the program.
class usage_error : public std::runtime_error {
public:
  usage_error(const fs::path& path, const std::string& what)
      : std::runtime_error(backup::printable(path.native()) + ": " + what) {}
};

void check(const fs::path& path, std::error_code error) {
  if (error)
    throw usage_error(path, error.message());
}

bool contains(const fs::path& directory, const fs::path& path) {
  return std::ranges::mismatch(directory, path).in1 == directory.end();
}

struct arguments {
  fs::path source;
  fs::path target;
  backup::settings settings;
};

/// Throws usage_error unless there is something to back up and a place for it:
/// a directory that is empty or has a backup. Makes the paths absolute and the
/// journal's directory exist.
void prepare(arguments& xs) {
  std::error_code error;
  auto source = fs::canonical(xs.source, error);
  check(xs.source, error);
  fs::directory_iterator{source, error};
  check(xs.source, error);
  auto target = fs::absolute(xs.target, error);
  check(xs.target, error);
  target = fs::weakly_canonical(target, error);
  check(xs.target, error);
  if (contains(source, target))
    throw usage_error(xs.target, "is inside of the directory to back up");
  fs::create_directories(target, error);
  check(xs.target, error);
  fs::directory_iterator content{target, error};
  check(xs.target, error);
  auto directory = backup::journal_of(target).parent_path();
  if (content != fs::directory_iterator{} && !fs::exists(directory))
    throw usage_error(xs.target, "is not empty, and has no backup");
  fs::create_directory(directory, error);
  check(xs.target, error);
  xs.source = source;
  xs.target = target;
}

std::string in_units(double bytes) {
  for (auto unit : {"B", "KiB", "MiB", "GiB"}) {
    if (bytes < 1024)
      return fmt::format("{:.{}f} {}", bytes, *unit == 'B' ? 0 : 1, unit);
    bytes /= 1024;
  }
  return fmt::format("{:.1f} TiB", bytes);
}

/// Tells how far the backup is: on a terminal in one line that changes, else
/// in a line per second.
class progress_line {
public:
  explicit progress_line(const backup::progress& counters)
      : counters_(counters) {}

  void show() {
    auto now = std::chrono::steady_clock::now();
    if (now - shown_ < (on_terminal_ ? 200ms : 1000ms))
      return;
    shown_ = now;
    auto line
      = fmt::format("packed {} of {} files, {} of {}; verified {}",
                    counters_.files_packed.load(), counters_.files_found.load(),
                    in_units(static_cast<double>(counters_.bytes_packed)),
                    in_units(static_cast<double>(counters_.bytes_found)),
                    counters_.files_verified.load());
    if (on_terminal_)
      fmt::print(stderr, "\r{}\x1b[K", line);
    else
      fmt::print(stderr, "{}\n", line);
  }

  /// Takes the line off the terminal.
  void clear() const {
    if (on_terminal_)
      fmt::print(stderr, "\r\x1b[K");
  }

private:
  const backup::progress& counters_;
  bool on_terminal_ = ::isatty(STDERR_FILENO) == 1;
  std::chrono::steady_clock::time_point shown_
    = std::chrono::steady_clock::now();
};

/// Waits for the end of a run, shows how far it is, and stops it after a
/// signal.
lf::run_report watch(const lf::run_handle& run,
                     const backup::progress& counters) {
  progress_line line{counters};
  auto stopping = false;
  while (true) {
    if (auto report = run.wait_for(50ms)) {
      line.clear();
      return *report;
    }
    line.show();
    if (caught_signal != 0 && !stopping)
      stopping = run.stop();
  }
}

void print_problems(const backup::problems& xs) {
  for (auto& [path, reason] : xs)
    fmt::print(stderr, "backup: {}: {}\n", backup::printable(path), reason);
}

/// Why a backup failed: each reason once, without what followed from it.
void print_reasons(const lf::run_report& run) {
  if (caught_signal != 0)
    fmt::print(stderr, "backup: stopped by a signal\n");
  else if (run.process("backup").has(lf::status::timed_out))
    fmt::print(stderr, "backup: did not end within the time limit\n");
  else
    for (auto& step : run.failed_steps())
      if (!step.has(lf::status::cancelled))
        fmt::print(stderr, "backup: {}\n", step.error());
}

void print_summary(const lf::run_report& run, const arguments& xs,
                   const backup::totals& sum) {
  auto in = static_cast<double>(sum.bytes_in);
  auto out = static_cast<double>(sum.bytes_out);
  auto scan
    = *run.process("backup").step("scan").result<backup::scan_summary>();
  auto seconds = std::chrono::duration<double>(run.duration()).count();
  fmt::print("Saved {} files of {} directories in {}\n", sum.files,
             scan.directories, backup::printable(xs.target.native()));
  fmt::print("  read        {}\n", in_units(in));
  fmt::print("  written     {}", in_units(out));
  if (sum.bytes_out > 0)
    fmt::print(" (ratio {:.2f})", in / out);
  fmt::print("\n  time        {:.2f} s ({}/s)\n", seconds,
             in_units(in / seconds));
  fmt::print("  left out    {} symbolic links, {} special files\n",
             scan.symlinks, scan.special_files);
}

/// Whether there is nothing left to do, be it that there were problems.
bool is_complete(const lf::run_report& run) {
  return run.has_ended() && run.process("backup").step("manifest").success();
}

/// Goes on with the backup that was begun, or begins one.
lf::run_handle begin(lf::engine& engine, const arguments& xs,
                     backup::progress& counters) {
  const std::string id = "backup"; // there is one at a time
  if (auto former = engine.find(id)) {
    auto report = former->look();
    if (!is_complete(report)) {
      if (auto source = *report.get<std::string>("source"); source != xs.source)
        throw usage_error(xs.target, "has part of a backup of " + source
                                       + ": finish that, or remove it");
      fmt::print("Goes on with a backup of which {} of {} parts are packed\n",
                 backup::take_over(counters, report), backup::shard_count);
      std::fflush(stdout); // before what it tells of its progress
      return engine.recover(id);
    }
    engine.forget(id);
  }
  return engine.start_as(
    id, "backup",
    {{"source", xs.source.native()}, {"target", xs.target.native()}});
}

int run_backup(const arguments& xs) {
  backup::progress counters;
  lf::catalog catalog;
  backup::define_backup(catalog, xs.settings, counters);
  lf::engine_options options;
  options.journal = lf::open_journal(backup::journal_of(xs.target));
  options.interrupted = lf::interrupted_runs::wait;
  options.events.log(lf::event_stage::recover, false); // we tell it ourselves
  lf::engine engine{catalog, options};
  catch_signals();
  auto run = begin(engine, xs, counters);
  auto report = watch(run, counters);
  auto sum = report.process("backup").get<backup::totals>("totals");
  if (sum) {
    print_problems(backup::problems_of(report));
    print_summary(report, xs, *sum);
  }
  if (report.success())
    return 0;
  print_reasons(report);
  if (!sum)
    fmt::print(stderr,
               "backup: {} is not complete; the same command goes on with it\n",
               backup::printable(xs.target.native()));
  return caught_signal != 0 ? 128 + caught_signal : 1;
}

} // namespace

int main(int argc, char** argv) {
  CLI::App app{"Backs up a directory: compresses each file with zstd, verifies "
               "the copies and writes a manifest."};
  arguments xs;
  std::string source;
  std::string target;
  double minutes = 0;
  xs.settings.jobs = std::max(2U, std::thread::hardware_concurrency());
  app.add_option("SOURCE", source, "The directory to back up")->required();
  app
    .add_option("TARGET", target,
                "Where to: a new or empty directory, or one with a backup")
    ->required();
  app.add_option("-j,--jobs", xs.settings.jobs, "How much to do at once")
    ->check(CLI::Range(1, 1000))
    ->capture_default_str();
  app.add_option("--time-limit", minutes, "Give up after this many minutes")
    ->check(CLI::PositiveNumber);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : 1;
  }
  xs.source = source;
  xs.target = target;
  if (minutes > 0)
    xs.settings.time_limit = std::chrono::duration_cast<lf::duration>(
      std::chrono::duration<double, std::ratio<60>>(minutes));
  try {
    prepare(xs);
    return run_backup(xs);
  } catch (const std::exception& e) {
    fmt::print(stderr, "backup: {}\n", e.what());
    return 1;
  }
}
