// SPDX-License-Identifier: MIT
// Kills a program again and again while it runs recoverable flows, and checks
// after each time that recovery keeps what it promises:
//
//     kill_test [KILLS [SEED]]
//
// Exits with 0 if it does. Otherwise it tells what was broken, with which seed,
// and leaves the directory with journal and log for a look.
#include "../support/started_program.hpp"
#include "log_checker.hpp"
#include "program.hpp"
#include "random_flow.hpp"
#include "work_log.hpp"

#include <chrono>
#include <exception>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

#include <unistd.h>

#include <fmt/core.h>

using namespace lightflow;
using namespace lightflow::tests;

namespace fs = std::filesystem;

using namespace std::chrono_literals;

namespace {

started_program start(const program_options& x) {
  return started_program{{"--run", x.directory, std::to_string(x.seed),
                          std::to_string(static_cast<int>(x.durability)),
                          x.waits ? "1" : "0"}};
}

struct totals {
  std::size_t kills = 0;
  std::size_t rounds = 0;
  std::size_t steps = 0;
  std::size_t cut_off = 0;
};

std::size_t count_steps(const std::vector<random_flow>& flows) {
  std::size_t result = 0;
  for (auto& flow : flows)
    for (auto& process : flow.processes)
      result += process.steps.size();
  return result;
}

/// One set of runs: the program is started and killed some times, and then left
/// alone until it is done.
class round {
public:
  round(program_options options, std::mt19937_64& chance)
      : options_(std::move(options)), chance_(chance),
        flows_(make_flows(options_.seed)) {}

  void run(std::size_t most_kills, totals& sum) {
    auto done = false;
    for (auto n = 1 + chance_() % most_kills; n > 0 && !done; --n) {
      done = run_and_kill();
      sum.kills += done ? 0 : 1;
      check();
    }
    if (!done && !start(options_).ends_within(60s))
      throw std::runtime_error("the program does not come to its end");
    auto all = check();
    if (all.finished_runs != flows_.size())
      throw std::runtime_error("not all runs have succeeded");
    ++sum.rounds;
    sum.steps += count_steps(flows_);
    sum.cut_off += all.cut_off;
  }

private:
  /// Gives whether the program came to its end before.
  bool run_and_kill() {
    // About as long as a round takes, so that any moment may be hit.
    constexpr std::uint64_t longest = 40'000; // microseconds
    constexpr auto to_begin = 5s;
    auto before = log_size();
    auto program = start(options_);
    auto done = false;
    // It takes a while to open the journal. Mostly, wait for the first step.
    if (chance_() % 5 > 0)
      for (auto waited = 0us; waited < to_begin && !done; waited += 500us) {
        if (log_size() > before + std::string_view{"start\n"}.size())
          break;
        done = program.ends_within(500us);
      }
    return done
           || program.ends_within(
             std::chrono::microseconds{chance_() % longest});
  }

  std::uintmax_t log_size() const {
    std::error_code none;
    auto size = fs::file_size(options_.log(), none);
    return none ? 0 : size;
  }

  log_summary check() const {
    if (!fs::exists(options_.log()))
      return {};
    cut_torn_line(options_.log());
    auto result = check_log(options_.log(), flows_);
    if (!result.violation.empty())
      throw std::runtime_error(result.violation);
    return result;
  }

  program_options options_;
  std::mt19937_64& chance_;
  std::vector<random_flow> flows_;
};

int drive(std::size_t kills, std::uint64_t seed) {
  auto directory = fs::temp_directory_path()
                   / fmt::format("lightflow-kill-test-{}", ::getpid());
  std::mt19937_64 chance{seed};
  totals sum;
  program_options options;
  try {
    while (sum.kills < kills) {
      fs::remove_all(directory);
      fs::create_directories(directory);
      options = {directory, seed + sum.rounds,
                 sum.rounds % 2 == 0 ? durability::sync : durability::process,
                 sum.rounds % 3 == 0};
      round{options, chance}.run(std::min<std::size_t>(8, kills - sum.kills),
                                 sum);
    }
  } catch (const std::exception& e) {
    fmt::print(stderr,
               "FAILED: {}\n  after {} kills, in round {} of seed {}; see {}\n",
               e.what(), sum.kills, sum.rounds, seed, directory.string());
    return 1;
  }
  fs::remove_all(directory);
  fmt::print("{} kills in {} rounds of seed {} cut off {} of {} steps; all "
             "results are right\n",
             sum.kills, sum.rounds, seed, sum.cut_off, sum.steps);
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  try {
    if (argc == 6 && std::string{argv[1]} == "--run")
      return run_program({argv[2], std::stoull(argv[3]),
                          static_cast<durability>(std::stoi(argv[4])),
                          argv[5] == std::string{"1"}});
    auto kills = argc > 1 ? std::stoull(argv[1]) : 200;
    auto seed = argc > 2 ? std::stoull(argv[2]) : 1;
    return drive(kills, seed);
  } catch (const std::exception& e) {
    fmt::print(stderr, "{}\n", e.what());
    return 1;
  }
}
