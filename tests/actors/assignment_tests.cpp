// SPDX-License-Identifier: MIT
#include "lightflow/lightflow.hpp"

#include "../../actors/src/assignment.hpp"

#include "../support/printing.hpp"
#include "../support/samples.hpp"

#include "lightflow/core/plan.hpp"
#include "lightflow/core/process_state.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>

using namespace lightflow;
using namespace lightflow::tests;

namespace {

struct no_codec {
  std::shared_ptr<int> x;
};

/// A process whose step "remote" runs after "first" and "second", and one that
/// runs beside these.
struct assignment_fixture {
  assignment_fixture() {
    process.step("first", nothing);
    process.step("second", nothing, "first");
    process.step("beside", nothing);
    remote.after("second").on("gpu");
  }

  /// The step, with what others set, as it goes to a worker.
  step_assignment assign(std::size_t limit = 1000) {
    auto plan = flows.plan("flow")->processes[0];
    auto context = std::make_shared<process_context>(
      plan, std::make_shared<const writes>(input));
    context->prepare(std::make_shared<const writes>(prepared));
    for (auto& [name, output] : outputs)
      context->publish(*plan->find(name),
                       std::make_shared<const step_output>(output));
    auto info = std::make_shared<run_info>();
    info->id = "r1";
    info->flow_name = "flow";
    process_run run{info, "flow"};
    step self{run,
              step_view{context, *plan->find("remote")},
              {3, time_point{} + std::chrono::hours{1}, {}},
              own};
    return make_assignment(
      self, {"epoch", 5},
      place.definitions.of(*flows.plan("flow"))->fingerprint, limit);
  }

  step_completion run(step_assignment x) {
    stop_signal never;
    return do_assignment(place, x, never);
  }

  step_completion run() {
    return run(assign());
  }

  catalog flows;
  workshop place{flows, "w1"};
  std::function<result<value>(step&)> function;
  process_definition& process = flows.flow_with_process("flow");
  step_definition& remote
    = process.step("remote", [this](step& self) -> result<value> {
        return function ? function(self) : result<value>{value{}};
      });
  writes input{{"of_run", 1}};
  writes prepared{{"of_process", 2}};
  writes own{{"own", 3}};
  std::vector<std::pair<std::string, step_output>> outputs{
    {"first", {{{"key", 10}, {"far", 11}}, "one"}},
    {"second", {{{"key", 20}}, "two"}},
    {"beside", {{{"key", 30}, {"hidden", 31}}, "three"}}};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(assignment_tests, assignment_fixture)

BOOST_AUTO_TEST_CASE(a_step_on_a_worker_sees_what_it_would_see_at_the_engine) {
  function = [](step& self) -> result<value> {
    BOOST_TEST(*self.get<int>("own") == 3);
    BOOST_TEST(*self.get<int>("key") == 20);
    BOOST_TEST(*self.get<int>("far") == 11);
    BOOST_TEST(*self.get<int>("of_process") == 2);
    BOOST_TEST(*self.get<int>("of_run") == 1);
    BOOST_TEST(!self.has_key("hidden"));
    BOOST_TEST(*self.result<std::string>("first") == "one");
    BOOST_TEST(*self.result<std::string>("second") == "two");
    BOOST_TEST(!self.result<std::string>("beside"));
    BOOST_TEST(self.end_values<int>("key").size() == 1);
    BOOST_TEST(self.end_values<int>("key").at("second") == 20);
    BOOST_TEST(self.id() == "r1/flow/remote");
    BOOST_TEST(self.attempt() == 3);
    BOOST_TEST((self.start() == time_point{} + std::chrono::hours{1}));
    BOOST_TEST(self.dependencies().size() == 1);
    return value{};
  };
  auto end = run();
  BOOST_TEST((end.kind == completion_kind::success));
  BOOST_TEST(end.error == "");
}

BOOST_AUTO_TEST_CASE(a_restricted_key_is_read_from_its_step) {
  remote.restrict("key", "first");
  function = [](step& self) -> result<value> {
    BOOST_TEST(*self.get<int>("key") == 10);
    return value{};
  };
  BOOST_TEST(run().error == "");
}

BOOST_AUTO_TEST_CASE(a_step_takes_along_only_what_it_declares) {
  remote.reads("far", "of_run");
  outputs[1].second.context.set("big", no_codec{}); // stays behind
  function = [](step& self) -> result<value> {
    BOOST_TEST(*self.get<int>("far") == 11);
    BOOST_TEST(*self.get<int>("of_run") == 1);
    BOOST_TEST(!self.has_key("key"));
    BOOST_TEST(!self.has_key("of_process"));
    BOOST_TEST(*self.result<std::string>("second") == "two"); // runs after it
    BOOST_TEST(!self.result<std::string>("first"));
    return value{};
  };
  auto end = run();
  BOOST_TEST(end.error == "");
  BOOST_TEST(end.context.size() == 1); // its own comes back in any case
}

BOOST_AUTO_TEST_CASE(what_a_step_sets_and_returns_is_brought_back) {
  function = [](step& self) -> result<value> {
    self.set("own", 4);
    self.set("new", "x");
    return value{5};
  };
  auto end = run();
  auto context = decode(end.context);
  BOOST_TEST(context.find("own")->as<int>() == 4);
  BOOST_TEST(context.find("new")->as<std::string>() == "x");
  BOOST_TEST(from_sent(end.result).as<int>() == 5);
  BOOST_TEST((end.lease == lease{"epoch", 5}));
}

BOOST_AUTO_TEST_CASE(what_a_step_set_before_it_failed_is_brought_back) {
  function = [](step& self) -> result<value> {
    self.set("new", "x");
    return fail("no");
  };
  auto end = run();
  BOOST_TEST((end.kind == completion_kind::failed));
  BOOST_TEST(end.error == "no");
  BOOST_TEST(end.context.size() == 2);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_encoded_cannot_go_to_a_worker) {
  outputs[0].second.context.set("raw", no_codec{});
  BOOST_CHECK_EXCEPTION(assign(), error,
                        says({"key \"raw\"", "first", "no_codec", "reads()"}));
}

BOOST_AUTO_TEST_CASE(what_is_too_large_cannot_go_to_a_worker) {
  outputs[0].second.result = std::string(2000, 'x');
  BOOST_CHECK_EXCEPTION(assign(), error,
                        says({"result of step first", "value_limit is 1000"}));
}

BOOST_AUTO_TEST_CASE(what_is_too_much_in_all_cannot_go_to_a_worker) {
  const std::string large(largest_load / 4, 'x');
  for (auto key : {"a", "b", "c", "d"})
    outputs[0].second.context.set(key, large);
  BOOST_CHECK_EXCEPTION(assign(largest_load), error,
                        says({"in all", "reads()"}));
}

BOOST_AUTO_TEST_CASE(what_is_too_much_in_all_cannot_be_brought_back) {
  function = [](step& self) -> result<value> {
    const std::string large(largest_load / 4, 'x');
    for (auto key : {"a", "b", "c", "d"})
      self.set(key, large);
    return value{};
  };
  auto end = run(assign(largest_load));
  BOOST_TEST((end.kind == completion_kind::failed));
  BOOST_TEST(end.error.find("what a step set and returned has")
             != std::string::npos);
  BOOST_TEST(end.context.empty());
}

BOOST_AUTO_TEST_CASE(what_cannot_be_brought_back_fails_the_step) {
  function = [](step&) -> result<value> { return value{no_codec{}}; };
  auto end = run();
  BOOST_TEST((end.kind == completion_kind::failed));
  BOOST_TEST(end.error.find("runs on worker \"w1\"") != std::string::npos);
  function
    = [](step&) -> result<value> { return value{std::string(2000, 'x')}; };
  end = run();
  BOOST_TEST((end.kind == completion_kind::failed));
  BOOST_TEST(end.error.find("2005 bytes") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(setting_what_cannot_be_brought_back_is_an_error_there) {
  function = [](step& self) -> result<value> {
    BOOST_CHECK_EXCEPTION(self.set("raw", no_codec{}), error,
                          says({"key \"raw\"", "runs on worker \"w1\""}));
    return value{};
  };
  BOOST_TEST(run().error == "");
}

BOOST_AUTO_TEST_CASE(a_step_on_a_worker_has_no_resources) {
  flows.resource("database");
  function = [](step& self) -> result<value> {
    auto x = self.attach("database");
    BOOST_TEST(!x.ok());
    BOOST_TEST(x.reason().message.find("resources are at the engine")
               != std::string::npos);
    self.acquire("database");
    return value{};
  };
  auto end = run();
  BOOST_TEST((end.kind == completion_kind::threw));
  BOOST_TEST(end.error.find("database") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_long_error_is_cut) {
  function
    = [](step&) -> result<value> { return fail(std::string(1'000'000, 'x')); };
  auto end = run();
  BOOST_TEST(end.error.size() <= longest_error);
  BOOST_TEST(why_malformed(end, 1000) == "");
}

BOOST_AUTO_TEST_CASE(a_step_of_another_definition_is_refused) {
  auto x = assign();
  x.definition = std::string(64, '0');
  BOOST_TEST(run(x).error.find("of this definition") != std::string::npos);
  x = assign();
  x.flow = "other";
  BOOST_TEST((run(x).kind == completion_kind::failed));
  x = assign();
  x.step = "other";
  BOOST_TEST((run(x).kind == completion_kind::failed));
  x = assign();
  x.ancestors.push_back({"other", {}, {}});
  BOOST_TEST((run(x).kind == completion_kind::failed));
}

BOOST_AUTO_TEST_CASE(a_step_that_was_stopped_before_does_not_begin) {
  stop_signal stop;
  stop.request();
  auto end = do_assignment(place, assign(), stop);
  BOOST_TEST((end.kind == completion_kind::not_begun));
}

BOOST_AUTO_TEST_SUITE_END()
