// SPDX-License-Identifier: MIT
// A flow and its test, which crashes the program at each point of a run. The
// first version of the flow does not pass: it may pay twice.
#include <lightflow/testing.hpp>

#include <fmt/core.h>

#include <set>
#include <string>

namespace lf = lightflow;

/// A service outside of the program.
struct bank {
  int balance = 100;
  std::set<std::string> seen;

  void pay(int amount) {
    balance -= amount;
  }

  void pay_once(int amount, const std::string& key) {
    if (seen.insert(key).second)
      pay(amount);
  }
};

bank the_bank;

int price(lf::step&) {
  return 30;
}

void pay(lf::step& step) {
  the_bank.pay(*step.result<price, int>());
}

void pay_once(lf::step& step) {
  the_bank.pay_once(*step.result<price, int>(), step.idempotency_key());
}

void ship(lf::step&) {}

void define_careless(lf::catalog& catalog) {
  auto& flow = catalog.flow("order").recoverable();
  flow.process("order").follow<price, pay, ship>();
}

void define_safe(lf::catalog& catalog) {
  auto& flow = catalog.flow("order").recoverable();
  flow.process("order").follow<price, pay_once, ship>();
}

/// In a program of yours, a test of your test framework.
void test(const lf::testing::definition& define) {
  lf::testing::exploration_options options;
  options.reset = [] { the_bank = {}; };
  auto check = [](const lf::run_report& run, const lf::testing::simulation&) {
    lf::testing::expect(run.success(), "the run succeeds");
    lf::testing::expect(the_bank.balance == 70, "the order is paid once");
  };
  auto explored
    = lf::testing::explore_crashes(define, "order", {}, check, options);
  fmt::print("{} crashes, and each run ended well\n", explored.crashes);
}

int main() {
  try {
    test(define_careless);
  } catch (const lf::testing::broken_expectation& e) {
    fmt::print("{}", e.what());
  }
  test(define_safe);
}
