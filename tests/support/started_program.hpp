// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <chrono>
#include <csignal>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

namespace lightflow::tests {

/// This program once more, as a process of its own, which is killed when this
/// object goes at the latest.
class started_program {
public:
  explicit started_program(std::vector<std::string> arguments) {
    std::vector<char*> argv{const_cast<char*>("child")};
    for (auto& x : arguments)
      argv.push_back(x.data());
    argv.push_back(nullptr);
    id_ = ::fork();
    if (id_ < 0)
      throw std::runtime_error("no child process can be made");
    if (id_ == 0) {
      ::execv("/proc/self/exe", argv.data());
      ::_exit(127);
    }
  }

  ~started_program() {
    kill();
  }

  started_program(const started_program&) = delete;
  started_program& operator=(const started_program&) = delete;

  pid_t id() const noexcept {
    return id_;
  }

  /// Waits for its end, so long at most. Throws unless it ended well, if it
  /// did.
  bool ends_within(std::chrono::microseconds patience) {
    using namespace std::chrono_literals;
    auto deadline = std::chrono::steady_clock::now() + patience;
    for (;;) {
      int status = 0;
      if (::waitpid(id_, &status, WNOHANG) == id_) {
        id_ = 0;
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
          throw std::runtime_error("the program failed by itself");
        return true;
      }
      auto left = deadline - std::chrono::steady_clock::now();
      if (left <= 0s)
        return false;
      std::this_thread::sleep_for(
        std::min<std::chrono::nanoseconds>(left, 500us));
    }
  }

  /// Ends it at once.
  void kill() {
    if (id_ <= 0)
      return;
    ::kill(id_, SIGKILL);
    ::waitpid(std::exchange(id_, 0), nullptr, 0);
  }

private:
  pid_t id_ = 0;
};

} // namespace lightflow::tests
