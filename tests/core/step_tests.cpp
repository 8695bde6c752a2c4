// SPDX-License-Identifier: MIT
#include "lightflow/core/step.hpp"

#include "lightflow/core/catalog.hpp"
#include "lightflow/core/unit_access.hpp"

#include "../support/printing.hpp"

using namespace lightflow;
using namespace lightflow::tests;

namespace {

struct opaque {};

int produce(step&) {
  return 7;
}

void consume(step&) {}

/// A step that runs after another one, which has set and returned something.
struct step_fixture {
  step_fixture() {
    catalog.flow_with_process("flow").follow<produce, consume>();
    auto plan = catalog.plan("flow")->processes[0];
    context = std::make_shared<process_context>(
      plan, std::make_shared<const writes>(writes{{"input", "text"}}));
    auto output = std::make_shared<step_output>();
    output->context.set("key", 1);
    output->result = 7;
    context->publish(0, output);
  }

  using run_of = std::shared_ptr<const process_run>;

  static run_of make_run(bool is_recoverable) {
    auto run = std::make_shared<const run_info>(
      run_info{"r1", "flow", is_recoverable, nullptr});
    return std::make_shared<const process_run>(run, "flow");
  }

  step make(const run_of& who) {
    return {*who, step_view{context, 1}, {}};
  }

  lightflow::catalog catalog;
  std::shared_ptr<process_context> context;
  run_of plain = make_run(false);
  run_of recoverable = make_run(true);
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(step_tests, step_fixture)

BOOST_AUTO_TEST_CASE(a_step_knows_who_it_is) {
  auto self = make(plain);
  BOOST_TEST(self.name() == "consume");
  BOOST_TEST(self.id() == "r1/flow/consume");
  BOOST_TEST(self.idempotency_key() == self.id());
  BOOST_TEST(self.process_id() == "r1/flow");
  BOOST_TEST(self.dependencies() == std::vector<std::string>{"produce"},
             boost::test_tools::per_element());
  BOOST_TEST(self.state() == status::pending);
  BOOST_TEST(!self.stop_requested());
}

BOOST_AUTO_TEST_CASE(results_are_had_by_name_and_by_function) {
  auto self = make(plain);
  BOOST_TEST(self.result<int>("produce").value() == 7);
  BOOST_TEST((self.result<produce, int>().value() == 7));
  BOOST_TEST(!self.result<int>("consume").has_value());
}

BOOST_AUTO_TEST_CASE(what_a_step_set_itself_comes_first) {
  auto self = make(plain);
  BOOST_TEST(self.get<int>("key").value() == 1);
  self.set("key", 2);
  BOOST_TEST(self.get<int>("key").value() == 2);
  BOOST_TEST(self.has_key("input"));
  BOOST_TEST(!self.has_key("none"));
  BOOST_TEST(self.end_values<int>("key").at("produce") == 1);
  auto writes = unit_access::take_writes(self);
  BOOST_TEST(writes.size() == 1U);
}

BOOST_AUTO_TEST_CASE(the_wrong_type_is_told_with_the_key_and_the_step) {
  auto self = make(plain);
  BOOST_CHECK_EXCEPTION(
    self.get<int>("input"), error,
    says({"\"input\"", "r1/flow/consume", "i32", "string"}));
  BOOST_CHECK_EXCEPTION(self.result<std::string>("produce"), error,
                        says({"\"produce\"", "string", "i32"}));
}

BOOST_AUTO_TEST_CASE(a_recoverable_flow_takes_only_what_can_be_encoded) {
  auto free = make(plain);
  free.set("key", opaque{});
  auto kept = make(recoverable);
  BOOST_CHECK_EXCEPTION(kept.set("key", opaque{}), error,
                        says({"\"key\"", "opaque", "recoverable"}));
  BOOST_CHECK_EXCEPTION(kept.set("key", value{}), error, says({"\"key\""}));
  kept.set("key", 1);
}

BOOST_AUTO_TEST_SUITE_END()
