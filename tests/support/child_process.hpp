// SPDX-License-Identifier: MIT
#pragma once

#include <csignal>
#include <cstdint>
#include <functional>
#include <stdexcept>

#include <sys/wait.h>
#include <unistd.h>

namespace lightflow::tests {

/// A process that runs a function, tells numbers, and is killed at the end of
/// this object at the latest. No other thread may run when it is made.
class child_process {
public:
  using tell = std::function<void(std::uint64_t)>;

  explicit child_process(const std::function<void(const tell&)>& run) {
    int channel[2];
    if (::pipe(channel) != 0 || (id_ = ::fork()) < 0)
      throw std::runtime_error("no child process can be made");
    if (id_ == 0) {
      ::close(channel[0]);
      run_in_child(run, channel[1]);
    }
    ::close(channel[1]);
    in_ = channel[0];
  }

  ~child_process() {
    kill();
    ::close(in_);
  }

  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;

  /// Waits for the next number; false once there will be no more.
  bool next(std::uint64_t& x) {
    return ::read(in_, &x, sizeof(x)) == sizeof(x);
  }

  /// Ends it at once, as kill -9 does.
  void kill() {
    if (id_ <= 0)
      return;
    ::kill(id_, SIGKILL);
    ::waitpid(id_, nullptr, 0);
    id_ = 0;
  }

private:
  [[noreturn]] static void
  run_in_child(const std::function<void(const tell&)>& run, int out) {
    try {
      run([out](std::uint64_t x) {
        if (::write(out, &x, sizeof(x)) != sizeof(x))
          ::_exit(1);
      });
      ::_exit(0);
    } catch (...) {
      ::_exit(1);
    }
  }

  ::pid_t id_ = 0;
  int in_ = -1;
};

} // namespace lightflow::tests
