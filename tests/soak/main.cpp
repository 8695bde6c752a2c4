// SPDX-License-Identifier: MIT
// Keeps a program busy for long, kills it at random moments in one half of the
// time and leaves it alone in the other, and checks that nothing is lost, that
// nothing runs again that had been reported, and that nothing grows:
//
//     soak [SECONDS [SEED]]
//
// Exits with 0 if so. Otherwise it tells what was broken, with which seed, and
// leaves the directory with journal and log for a look.
#include "lightflow/persistence/rocksdb_journal.hpp"

#include "../crash/log_checker.hpp"
#include "../support/started_program.hpp"
#include "program.hpp"
#include "samples.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <fstream>
#include <map>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <fmt/core.h>

using namespace lightflow::tests;

namespace fs = std::filesystem;

using namespace std::chrono_literals;

namespace {

using clock_type = std::chrono::steady_clock;

class soak {
public:
  soak(fs::path directory, std::uint64_t seed)
      : options_{std::move(directory), seed}, chance_(seed),
        flows_(make_flows(seed)) {}

  /// Half of the time the program is killed again and again, then it is left
  /// alone. In all, that may take a little longer.
  void run(std::chrono::milliseconds time) {
    auto deadline = clock_type::now() + time / 2;
    while (clock_type::now() < deadline)
      run_and_kill();
    run_quietly(time / 2);
  }

  std::size_t kills() const noexcept {
    return kills_;
  }

  void report() const {
    fmt::print("{} kills cut off {} of {} steps; all {} runs succeeded, and "
               "nothing was lost or done again\n",
               kills_, checker_.cut_off(), checker_.ended_steps(),
               checker_.finished_runs());
  }

private:
  static constexpr auto sample_every = 200ms;
  static constexpr auto forever = 24h;

  started_program start(std::chrono::milliseconds time) {
    write_left();
    options_.time = time;
    return started_program{
      {"--run", options_.directory, std::to_string(options_.seed),
       std::to_string(options_.start++), std::to_string(time.count())}};
  }

  /// Mostly soon, when it goes on with what it finds; sometimes later.
  void run_and_kill() {
    auto program = start(forever);
    auto longest = chance_() % 4 == 0 ? 3'000'000U : 400'000U;
    (void)program.ends_within(
      std::chrono::microseconds{50'000 + chance_() % longest});
    program.kill();
    ++kills_;
    cut_torn_line(options_.log());
    check();
    keep_failures();
  }

  void run_quietly(std::chrono::milliseconds time) {
    auto program = start(time);
    auto deadline = clock_type::now() + time;
    std::vector<sample> samples;
    std::vector<std::size_t> finished; // runs, at each sample
    while (clock_type::now() < deadline) {
      if (program.ends_within(sample_every))
        throw std::runtime_error("the program ended too soon");
      samples.push_back(take_sample(program.id(), options_.journal()));
      check();
      finished.push_back(checker_.finished_runs());
    }
    if (!program.ends_within(60s))
      throw std::runtime_error("the program does not come to its end");
    check();
    if (auto left = checker_.open_runs(); !left.empty())
      throw std::runtime_error(
        fmt::format("{} runs were lost, such as {}", left.size(), left[0]));
    fmt::print("left alone for {} s it held {}\n", time / 1s,
               describe(samples));
    if (auto what = what_grew(samples); !what.empty())
      throw std::runtime_error("it grows: " + what);
    check_retention(finished);
    keep_failures();
  }

  /// Only what has ended lately is kept: since the engine last looked for what
  /// is old enough, which it does every 30 seconds.
  void check_retention(const std::vector<std::size_t>& finished) const {
    constexpr auto patience = retention + 30s + 10s;
    auto samples = static_cast<std::size_t>(patience / sample_every);
    if (finished.size() < samples)
      return;
    auto recent
      = checker_.finished_runs() - finished[finished.size() - samples];
    auto kept = count_finished();
    if (kept > recent)
      throw std::runtime_error(
        fmt::format("the journal keeps {} runs that succeeded, of which {} did "
                    "lately",
                    kept, recent));
  }

  std::size_t count_finished() const {
    constexpr std::size_t page = 1000;
    auto journal = lightflow::open_journal(options_.journal());
    std::size_t result = 0;
    std::string after;
    for (;;) {
      auto found
        = journal->list(lightflow::run_condition::finished, after, page);
      result += found.size();
      if (found.size() < page)
        return result;
      after = found.back().id;
    }
  }

  /// Takes in whole lines of the log that are new.
  void check() {
    std::ifstream in{options_.log()};
    in.seekg(static_cast<std::streamoff>(read_));
    for (std::string text; std::getline(in, text) && !in.eof();) {
      read_ += text.size() + 1;
      try {
        checker_.line(text);
      } catch (const violation& e) {
        throw std::runtime_error(fmt::format("{}: {}", e.what(), text));
      }
      if (text.starts_with("fail "))
        failures_[text.substr(5, text.find('/') - 5)] += text + '\n';
    }
  }

  /// Begins the log anew with what the next start has to know of it.
  void keep_failures() {
    auto open = checker_.open_runs();
    std::erase_if(failures_, [&](auto& x) {
      return !std::ranges::binary_search(open, x.first);
    });
    std::ofstream out{options_.log(), std::ios::trunc};
    read_ = 0;
    for (auto& [run, lines] : failures_) {
      out << lines;
      read_ += lines.size();
    }
  }

  void write_left() const {
    std::ofstream out{options_.left(), std::ios::trunc};
    for (auto& id : checker_.open_runs())
      out << id << '\n';
  }

  soak_options options_;
  std::mt19937_64 chance_;
  std::vector<random_flow> flows_;
  log_checker checker_{flows_};
  std::map<std::string, std::string> failures_; // lines, by run
  std::size_t read_ = 0;                        // bytes of the log
  std::size_t kills_ = 0;
};

int drive(std::chrono::milliseconds time, std::uint64_t seed) {
  auto directory
    = fs::temp_directory_path() / fmt::format("lightflow-soak-{}", ::getpid());
  fs::remove_all(directory);
  fs::create_directories(directory);
  soak it{directory, seed};
  try {
    // Long ones in rounds of ten minutes, so that each program is left alone
    // for some minutes, and finds what the killed ones have left.
    auto rounds = std::max<std::int64_t>(1, time / 10min);
    for (auto i = rounds; i > 0; --i)
      it.run(time / rounds);
  } catch (const std::exception& e) {
    fmt::print(stderr, "FAILED: {}\n  after {} kills of seed {}; see {}\n",
               e.what(), it.kills(), seed, directory.string());
    return 1;
  }
  fs::remove_all(directory);
  it.report();
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  try {
    if (argc == 6 && std::string{argv[1]} == "--run")
      return run_busy_program({argv[2], std::stoull(argv[3]),
                               std::stoull(argv[4]),
                               std::chrono::milliseconds{std::stoll(argv[5])}});
    auto seconds = argc > 1 ? std::stoll(argv[1]) : 60;
    auto seed = argc > 2 ? std::stoull(argv[2]) : 1;
    return drive(std::chrono::seconds{seconds}, seed);
  } catch (const std::exception& e) {
    fmt::print(stderr, "{}\n", e.what());
    return 1;
  }
}
