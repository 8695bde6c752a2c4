// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/lightflow.hpp"

#include "../support/child_process.hpp"
#include "../support/network_namespace.hpp"
#include "../support/printing.hpp"
#include "../support/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <mutex>
#include <numeric>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace lightflow::tests {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr int parts = 8;

/// A directory in which steps note what they do, and wait for files.
class work_place {
public:
  explicit work_place(fs::path where) : where_(std::move(where)) {}

  /// Appends a line in one call, so that lines do not mix and a killed process
  /// has written it.
  void note(const std::string& line) const {
    auto text = line + '\n';
    auto file = ::open((where_ / "log").c_str(),
                       O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    (void)!::write(file, text.data(), text.size());
    ::close(file);
  }

  /// How many lines begin so.
  std::size_t count(const std::string& begin) const {
    std::ifstream in{where_ / "log"};
    std::size_t result = 0;
    for (std::string line; std::getline(in, line);)
      result += line.starts_with(begin) ? 1 : 0;
    return result;
  }

  bool has(const std::string& file) const {
    return fs::exists(where_ / file);
  }

  void make(const std::string& file, const std::string& text = "") const {
    auto fresh = where_ / (file + ".new");
    std::ofstream{fresh} << text;
    fs::rename(fresh, where_ / file);
  }

  std::string read(const std::string& file) const {
    std::ifstream in{where_ / file};
    return {std::istreambuf_iterator<char>{in}, {}};
  }

  const fs::path& path() const {
    return where_;
  }

private:
  fs::path where_;
};

/// Waits until something holds, which it does soon.
inline bool becomes(const std::function<bool()>& what,
                    duration patience = 20s) {
  auto end = std::chrono::steady_clock::now() + patience;
  while (!what() && std::chrono::steady_clock::now() < end)
    std::this_thread::sleep_for(2ms);
  return what();
}

/// What a part of the work does, by the mode that its run was started with.
inline std::string do_part(step& self, const work_place& place) {
  auto mode = self.get<std::string>("mode").value_or("");
  place.note(
    fmt::format("begin {} {} {}", self.name(), self.attempt(), ::getpid()));
  if (mode == "kill_once" && !place.has("killed")) {
    place.make("killed");
    std::raise(SIGKILL);
  }
  if (mode == "kill")
    std::raise(SIGKILL);
  if (mode == "hold")
    becomes([&] { return self.stop_requested() || place.has("go"); });
  if (mode == "hold_on") // whatever it is asked to do
    becomes([&] { return place.has("go"); });
  if (mode == "large")
    return std::string(3U << 20, 'x');
  place.note(
    fmt::format("end {} {} {}", self.name(), self.attempt(), ::getpid()));
  return self.name();
}

/// The flows of both sides. Another version defines the flow otherwise.
inline void define(catalog& flows, const work_place& place, int version = 1) {
  flows.defaults().recoverable();
  auto& process = flows.flow_with_process("flow");
  for (int i = 0; i < parts; ++i)
    process
      .step(fmt::format("part{}", i),
            [place](step& self) { return do_part(self, place); })
      .on("cpu")
      .reads("mode");
  process.sync_all("sum", [](step& self) {
    std::string result;
    for (int i = 0; i < parts; ++i)
      result += *self.result<std::string>(fmt::format("part{}", i)) + ' ';
    return result;
  });
  if (version != 1)
    process.step(
      "more", [](step&) {}, "sum");
  auto& alone = flows.flow_with_process("alone");
  alone.step("part", [place](step& self) { return do_part(self, place); })
    .on("cpu");
}

/// What the step "sum" gives if all is right.
inline std::string right_sum() {
  std::string result;
  for (int i = 0; i < parts; ++i)
    result += fmt::format("part{} ", i);
  return result;
}

/// A worker in a process of its own.
struct worker_settings {
  std::uint16_t port = 0;
  std::string name = "w1";
  std::string label = "cpu";
  std::size_t slots = 2;
  int version = 1;
  /// Of the files of TLS, without ".pem"; "-": it has none.
  fs::path certificates = "-";
  std::string address = "127.0.0.1"; // of the engine
  std::string network = "-";         // a namespace; "-": that of the test
};

inline std::string to_argument(const fs::path& where,
                               const worker_settings& x) {
  return fmt::format("{} {} {} {} {} {} {} {} {}", where.string(), x.port,
                     x.name, x.label, x.slots, x.version,
                     x.certificates.string(), x.address, x.network);
}

inline tls_files tls_in(const fs::path& x) {
  return {x.string() + ".pem", x.string() + ".key",
          x.parent_path() / "authority.pem"};
}

inline void run_worker(const std::string& argument) {
  std::istringstream in{argument};
  fs::path where;
  worker_settings x;
  in >> where >> x.port >> x.name >> x.label >> x.slots >> x.version
    >> x.certificates >> x.address >> x.network;
  if (x.network != "-" && !network_namespace::enter(x.network))
    return;
  catalog flows;
  define(flows, work_place{where}, x.version);
  worker_options options;
  options.engine = {x.address, x.port};
  options.labels = {x.label};
  options.name = x.name;
  options.slots = x.slots;
  options.network.allow_unencrypted = true;
  options.answer_time = 1s;
  options.longest_wait = 200ms;
  options.drain_time = 5s;
  if (x.certificates != "-")
    options.network.tls = tls_in(x.certificates);
  worker self{flows, options};
  stop_on_signals signals{self};
  child_process::tell(1);
  self.run();
}

/// What engines of these tests have in common.
inline engine_options quick_engine() {
  engine_options options;
  options.network = network_options{};
  options.worker_heartbeat = 100ms;
  options.worker_patience = 1s;
  return options;
}

} // namespace lightflow::tests
