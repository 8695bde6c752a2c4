// SPDX-License-Identifier: MIT
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <unistd.h>

namespace lightflow::tests {

/// A network of two addresses, one of which is in a namespace of its own, with
/// a cable between them that can be cut. It goes with this object.
class network_namespace {
public:
  network_namespace()
      : name_(fmt::format("lf{}", ::getpid() % 100'000)),
        is_made_(run("ip netns add {0}")
                 && run("ip link add {0}a type veth "
                        "peer name {0}b netns {0}")
                 && run("ip addr add 10.213.7.1/24 dev {0}a")
                 && run("ip link set {0}a up")
                 && run("ip -n {0} addr add 10.213.7.2/24 dev {0}b")
                 && run("ip -n {0} link set {0}b up")) {}

  ~network_namespace() {
    run("ip link del {0}a");
    run("ip netns del {0}");
  }

  network_namespace(const network_namespace&) = delete;
  network_namespace& operator=(const network_namespace&) = delete;

  /// False without the right to make one: then a test has nothing to go by.
  explicit operator bool() const noexcept {
    return is_made_;
  }

  const std::string& name() const {
    return name_;
  }

  /// The address on this side.
  static std::string address() {
    return "10.213.7.1";
  }

  /// Nothing passes from now on, and nobody is told.
  void cut() const {
    run("ip link set {0}a down");
  }

  void mend() const {
    run("ip link set {0}a up");
  }

  /// Has this thread, and those that it starts, be in a namespace.
  static bool enter(const std::string& name) {
    auto file = ::open(("/var/run/netns/" + name).c_str(), O_RDONLY);
    auto result = file >= 0 && ::setns(file, CLONE_NEWNET) == 0;
    ::close(file);
    return result;
  }

private:
  bool run(const char* command) const {
    auto text = fmt::format(fmt::runtime(command), name_) + " 2>/dev/null";
    return std::system(text.c_str()) == 0;
  }

  std::string name_;
  bool is_made_;
};

} // namespace lightflow::tests
