// SPDX-License-Identifier: MIT
#pragma once

#include <csignal>
#include <cstdint>
#include <stdexcept>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

namespace lightflow::tests {

/// A process that runs one test case of this program, and that is killed when
/// this object goes at the latest. It is a new one: a fork alone would lack the
/// threads that libraries have started.
class child_process {
public:
  /// @param test the path of a test case, which does nothing elsewhere
  /// @param argument what `argument()` gives in the child
  child_process(const std::string& test, const std::string& argument) {
    auto filter = "--run_test=" + test;
    ::setenv(variable, argument.c_str(), 1);
    int channel[2];
    if (::pipe(channel) != 0 || (id_ = ::fork()) < 0)
      throw std::runtime_error("no child process can be made");
    if (id_ == 0) {
      ::dup2(channel[1], channel_in_child);
      ::execl("/proc/self/exe", "child", filter.c_str(),
              "--catch_system_error=no", nullptr);
      ::_exit(1);
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

  /// Sends it a signal, such as SIGSTOP.
  void send(int signal) const {
    ::kill(id_, signal);
  }

  /// Whether it is at its end.
  bool has_ended() const {
    ::siginfo_t how{};
    ::waitid(P_PID, static_cast<::id_t>(id_), &how,
             WEXITED | WNOHANG | WNOWAIT);
    return how.si_pid == id_;
  }

  /// Waits for its end, and gives its exit code; -1 if a signal ended it.
  int wait() {
    int how = 0;
    ::waitpid(id_, &how, 0);
    id_ = 0;
    return WIFEXITED(how) ? WEXITSTATUS(how) : -1;
  }

  /// In the child: what it was given.
  static std::string argument() {
    auto x = ::getenv(variable);
    return x != nullptr ? x : "";
  }

  /// In the child: gives a number to `next`.
  static void tell(std::uint64_t x) {
    if (::write(channel_in_child, &x, sizeof(x)) != sizeof(x))
      ::_exit(1);
  }

private:
  static constexpr auto variable = "LIGHTFLOW_TEST_CHILD";
  static constexpr int channel_in_child = 99;

  ::pid_t id_ = 0;
  int in_ = -1;
};

} // namespace lightflow::tests
