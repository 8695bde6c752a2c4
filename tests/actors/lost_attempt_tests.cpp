// SPDX-License-Identifier: MIT
// Attempts that are lost with who did them.
#include "recovery_fixture.hpp"

#include "../../actors/src/attempt_performer.hpp"
#include "../../actors/src/delegated_step_actor.hpp"

#include <memory>
#include <string>
#include <vector>

using namespace lightflow;
using namespace lightflow::tests;

namespace {

/// What becomes of one attempt after the other.
struct script {
  std::vector<std::string> acts; // "lose", "fail", "wait"; else: it succeeds
  std::vector<std::string> asked;
};

class scripted_actor : public delegated_step_actor {
public:
  scripted_actor(caf::actor_config& cfg, runtime& env, process_actor process,
                 attempt what, script& plot)
      : delegated_step_actor(cfg, env, std::move(process), std::move(what)),
        plot_(plot) {}

protected:
  void ask(step& self) override {
    auto number = plot_.asked.size();
    plot_.asked.push_back(std::to_string(self.attempt()) + " sees "
                          + std::to_string(self.get<int>("k").value_or(0)));
    auto act = number < plot_.acts.size() ? plot_.acts[number] : "";
    if (act == "wait")
      return;
    if (act == "lose")
      lose("worker left");
    else if (act == "fail")
      fail(problem::of(lightflow::fail("no")));
    else
      succeed(7, {});
    fail(problem::of(lightflow::fail("what comes second does not count")));
  }

  std::string whom() const override {
    return "a worker";
  }

private:
  script& plot_;
};

class scripted_performer : public attempt_performer {
public:
  explicit scripted_performer(script& plot) : plot_(plot) {}

  void spawn(caf::local_actor& parent, runtime& env, process_actor process,
             attempt what) const override {
    parent.spawn<scripted_actor, caf::hidden>(env, std::move(process),
                                              std::move(what), plot_);
  }

private:
  script& plot_;
};

} // namespace

template <>
struct lightflow::performer_traits<script*> {
  static std::shared_ptr<const performer> make(script* x) {
    return std::make_shared<scripted_performer>(*x);
  }
};

namespace {

struct lost_attempt_fixture : recovery_fixture {
  ~lost_attempt_fixture() {
    destroy_engine();
  }

  step_report step_of(const run_report& x) {
    return x.process("process").step("a");
  }

  script plot;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(lost_attempt_tests, lost_attempt_fixture)

BOOST_AUTO_TEST_CASE(a_lost_attempt_is_made_again_at_once_without_retries) {
  plot.acts = {"lose", "lose"};
  process.step("a", &plot);
  auto report = run_flow();
  BOOST_TEST(report.success(), report.errors());
  BOOST_TEST(step_of(report).attempt() == 3U);
  BOOST_TEST(step_of(report).result<int>().value() == 7);
}

BOOST_AUTO_TEST_CASE(losses_use_up_no_retries) {
  plot.acts = {"lose", "fail", "lose", "fail"};
  process.step("a", &plot).retry(1);
  auto report = run_flow();
  BOOST_TEST(step_of(report).state() == status::error);
  BOOST_TEST(step_of(report).attempt() == 4U);
}

BOOST_AUTO_TEST_CASE(what_runs_before_a_step_does_not_run_again_after_a_loss) {
  plot.acts = {"lose"};
  process.step("a", &plot).gt("input", 0);
  process.before_step([this](step& s) {
    happened.push_back("before");
    s.set("k", s.get<int>("k").value_or(0) + 1);
  });
  process.after_step(noting("after"));
  BOOST_TEST(run_flow({{"input", 1}}).success());
  CHECK_HAPPENED("before", "after");
  BOOST_TEST(plot.asked == (lines{"1 sees 1", "2 sees 1"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_step_that_is_lost_too_often_fails) {
  plot.acts = {"lose", "lose", "lose", "lose", "lose", "lose"};
  process.step("a", &plot).retry(9);
  process.after_step(noting("after"));
  auto report = run_flow();
  BOOST_TEST(plot.asked.size() == 5U);
  BOOST_TEST(step_of(report).state() == status::error);
  BOOST_TEST(says({"step \"a\"", "5 lost attempts", "worker left"})(
    std::runtime_error{step_of(report).error()}));
  CHECK_HAPPENED("after");
  plot.acts.clear();
  BOOST_TEST(recover().success());
}

BOOST_AUTO_TEST_CASE(losses_are_counted_over_the_end_of_the_program) {
  plot.acts = {"lose", "lose", "lose", "wait", "lose", "lose"};
  process.step("a", &plot);
  start_flow();
  BOOST_TEST(plot.asked.size() == 4U);
  BOOST_TEST(!stored().process("process").step("a").has(status::failed));
  restart();
  BOOST_TEST(plot.asked.size() == 6U);
  auto report = found().wait();
  BOOST_TEST(step_of(report).state() == (status::error | status::recovering));
  BOOST_TEST(step_of(stored()).attempt() == 6U);
}

BOOST_AUTO_TEST_SUITE_END()
