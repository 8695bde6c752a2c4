// SPDX-License-Identifier: MIT
#include "plain_flows.hpp"

#include <future>
#include <memory>
#include <stdexcept>

#include <fmt/format.h>

namespace lightflow::tests {

namespace {

using namespace std::chrono_literals;

constexpr int width = 16;
constexpr int length = 10;

void require(bool x, const run_report& run, const char* what) {
  if (!x)
    throw std::runtime_error(fmt::format("run {} of flow {}: {}: {}", run.id(),
                                         run.name(), what, run.errors()));
}

/// Returns when the step is told to stop, as when its time is up.
result<> wait_for_stop(step& self) {
  std::promise<void> asked;
  std::stop_callback callback{self.stop_token(), [&] { asked.set_value(); }};
  asked.get_future().wait();
  return fail("was asked to stop");
}

} // namespace

plain_flows::plain_flows(catalog& to) {
  define_fan(to);
  define_chain(to);
  define_late(to);
}

/// Steps side by side that share a resource, and one that adds up.
void plain_flows::define_fan(catalog& to) {
  to.resource("shared")
    .on_initialize([this](resource&, const value&) {
      ++resources_;
      return std::make_shared<int>(1);
    })
    .on_release([this](resource&) { --resources_; });
  auto& process = to.flow_with_process("fan");
  for (int i = 0; i < width; ++i)
    process.step(fmt::format("s{}", i), [](step& self) -> result<int> {
      auto shared = self.attach("shared", 0);
      if (!shared)
        return shared.reason();
      return *(*shared)->entity<std::shared_ptr<int>>();
    });
  process.sync_all("sum", [](step& self) {
    int sum = 0;
    for (int i = 0; i < width; ++i)
      sum += self.result<int>(fmt::format("s{}", i)).value_or(0);
    return sum;
  });
}

/// Each step goes on from what the one before it has set, and is retried once.
void plain_flows::define_chain(catalog& to) {
  auto& process = to.flow_with_process("chain");
  process.before_step([](step& self) { self.set("callback", 1); });
  for (int i = 0; i < length; ++i) {
    auto& added
      = process.step(fmt::format("s{}", i), [](step& self) -> result<> {
          if (self.attempt() == 1)
            return fail("told to");
          self.set("n", self.get<int>("n").value_or(0)
                          + self.get<int>("callback").value_or(0));
          return {};
        });
    added.retry(1, 100us);
    if (i > 0)
      added.after(fmt::format("s{}", i - 1));
  }
}

/// A step that takes too long, and one that must not run after it.
void plain_flows::define_late(catalog& to) {
  auto& process = to.flow_with_process("late");
  process.step("late", wait_for_stop).step_timeout(5ms);
  process.step(
    "never", [](step&) {}, "late");
}

void plain_flows::check(const run_report& x) {
  auto process = x.process(x.name());
  if (x.name() == "fan") {
    require(x.success(), x, "failed");
    require(process.step("sum").result<int>() == width, x, "has a wrong sum");
  } else if (x.name() == "chain") {
    require(x.success(), x, "failed");
    require(process.get<int>("n") == length, x, "has lost what steps set");
  } else {
    require(process.step("late").has(status::timed_out), x, "did not time out");
    require(process.step("never").has(status::cancelled), x, "went on");
  }
}

} // namespace lightflow::tests
