// SPDX-License-Identifier: MIT
#include "lightflow/persistence/flow_structure.hpp"

#include "lightflow/core/catalog.hpp"
#include "lightflow/core/codec.hpp"
#include "lightflow/core/error.hpp"
#include "lightflow/core/plan.hpp"

#include "../support/printing.hpp"
#include "../support/samples.hpp"

#include <cmath>
#include <functional>
#include <map>
#include <random>
#include <set>

using namespace lightflow;
using namespace lightflow::tests;
using namespace std::chrono_literals;

namespace {

/// Two processes, with something of everything.
void define(catalog& x) {
  auto& flow = x.flow("etl");
  auto& load = flow.process("load");
  load.process_timeout(1h).parallelism(4).step_timeout(10s);
  load.step("fetch", nothing);
  load.step("parse", nothing, "fetch").retry({2, 50ms, 3.0, 1s, 0.5});
  load.step("check", nothing, "fetch")
    .eq("strict", true)
    .skip_with_dependents("store");
  load.step("store", nothing, "check", "parse");
  flow.process("tell").process_timeout(-1s).step("mail", nothing);
}

flow_structure sample() {
  catalog definitions;
  define(definitions);
  return structure_of(*definitions.plan("etl"));
}

std::string fingerprint_of(const flow_structure& x) {
  return fingerprint(encode(x));
}

/// A pyramid's worth of dependencies: each step runs after up to two others.
flow_structure large(std::size_t steps) {
  flow_structure result{"large", {{"large", 1h, 0, {}}}};
  for (std::size_t i = 0; i < steps; ++i) {
    step_structure x;
    x.name = "step-" + std::to_string(i);
    if (i > 0)
      x.dependencies = {static_cast<step_index>(i / 2)};
    if (i > 2)
      x.dependencies.push_back(static_cast<step_index>(i - 1));
    x.timeout = 3h;
    result.processes[0].steps.push_back(std::move(x));
  }
  return result;
}

template <class T>
std::string packed(const T& x) {
  std::string result;
  byte_sink sink{result};
  packer{sink}.pack(x);
  return result;
}

void refuse(const flow_structure& x,
            std::initializer_list<std::string_view> parts) {
  BOOST_CHECK_EXCEPTION(decode_structure(encode(x)), error, says(parts));
}

} // namespace

BOOST_AUTO_TEST_SUITE(flow_structure_tests)

BOOST_AUTO_TEST_CASE(it_has_what_a_plan_says_in_order_of_definition) {
  auto x = sample();
  BOOST_TEST(x.name == "etl");
  BOOST_REQUIRE(x.processes.size() == 2U);
  auto& load = x.processes[0];
  BOOST_TEST(load.name == "load");
  BOOST_TEST((load.timeout == 1h));
  BOOST_TEST(load.parallelism == 4U);
  BOOST_REQUIRE(load.steps.size() == 4U);
  BOOST_TEST((load.steps[0] == step_structure{"fetch", {}, 10s, {}}));
  BOOST_TEST((load.steps[1]
              == step_structure{"parse", {0}, 10s, {2, 50ms, 3.0, 1s, 0.5}}));
  BOOST_TEST(
    (load.steps[2]
     == step_structure{"check", {0}, 10s, {}, true, true, {step_index{3}}}));
  BOOST_TEST((load.steps[3] == step_structure{"store", {1, 2}, 10s, {}}));
  BOOST_TEST(x.processes[1].name == "tell");
  BOOST_TEST((x.processes[1].timeout < 0s));
}

BOOST_AUTO_TEST_CASE(it_survives_its_encoding) {
  for (auto& x : {sample(), flow_structure{"without_processes", {}},
                  flow_structure{"without_steps", {{"process", 1h, 0, {}}}}}) {
    auto bytes = encode(x);
    BOOST_TEST((decode_structure(bytes) == x), x.name);
    BOOST_TEST((encode(decode_structure(bytes)) == bytes), x.name);
  }
}

BOOST_AUTO_TEST_CASE(a_flow_without_processes_has_a_structure) {
  catalog definitions;
  definitions.flow("empty");
  auto x = structure_of(*definitions.plan("empty"));
  BOOST_TEST((x == flow_structure{"empty", {}}));
}

BOOST_AUTO_TEST_CASE(a_hundred_thousand_steps_survive_their_encoding) {
  auto x = large(100'000);
  auto bytes = encode(x);
  BOOST_TEST(bytes.size() < 100U * 100'000U);
  BOOST_TEST((decode_structure(bytes) == x));
}

BOOST_AUTO_TEST_CASE(one_definition_has_one_fingerprint_in_every_program) {
  // Journals name definitions by it, so it never changes.
  BOOST_TEST(
    fingerprint_of(sample())
    == "05d500060aa1e3682091d3b9e1efded087a4f130ac388cdb9672902382b8ce73");
  BOOST_TEST(fingerprint_of(sample()) == fingerprint_of(sample()));
  BOOST_TEST(
    fingerprint("abc")
    == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

BOOST_AUTO_TEST_CASE(the_order_in_which_dependencies_are_named_is_no_matter) {
  auto fingerprint_with = [](auto... names) {
    catalog definitions;
    auto& process = definitions.flow_with_process("flow");
    process.parallel(named("a", nothing), named("b", nothing));
    process.step("c", nothing, names...);
    return fingerprint_of(structure_of(*definitions.plan("flow")));
  };
  BOOST_TEST(fingerprint_with("a", "b") == fingerprint_with("b", "a"));
}

BOOST_AUTO_TEST_CASE(each_thing_in_it_makes_a_difference_to_the_fingerprint) {
  using change = std::function<void(flow_structure&)>;
  auto process = [](auto f) {
    return change{[=](flow_structure& x) { f(x.processes[0]); }};
  };
  auto step = [](auto f) {
    return change{[=](flow_structure& x) { f(x.processes[0].steps[3]); }};
  };
  const std::vector<change> changes{
    [](auto& x) { x.name = "other"; },
    [](auto& x) { x.processes.pop_back(); },
    [](auto& x) { std::swap(x.processes[0], x.processes[1]); },
    process([](auto& x) { x.name = "other"; }),
    process([](auto& x) { x.timeout = 2h; }),
    process([](auto& x) { x.parallelism = 5; }),
    process([](auto& x) { x.steps.push_back({"new"}); }),
    process([](auto& x) { std::swap(x.steps[1], x.steps[2]); }),
    step([](auto& x) { x.name = "other"; }),
    step([](auto& x) { x.dependencies = {1}; }),
    step([](auto& x) { x.timeout = 11s; }),
    step([](auto& x) { x.retry.retries = 1; }),
    step([](auto& x) { x.retry.initial = 1s; }),
    step([](auto& x) { x.retry.factor = 4; }),
    step([](auto& x) { x.retry.cap = 2s; }),
    step([](auto& x) { x.retry.jitter = 0.25; }),
    step([](auto& x) { x.conditional = true; }),
    step([](auto& x) { x.skips_dependents = true; }),
    step([](auto& x) { x.never_skipped = {3}; }),
  };
  std::set<std::string> fingerprints{fingerprint_of(sample())};
  for (auto& apply : changes) {
    auto x = sample();
    apply(x);
    fingerprints.insert(fingerprint_of(x));
    BOOST_TEST((decode_structure(encode(x)) == x));
  }
  BOOST_TEST(fingerprints.size() == 1 + changes.size());
}

BOOST_AUTO_TEST_CASE(unknown_fields_are_ignored) {
  auto bytes = encode(flow_structure{"f", {}});
  BOOST_TEST(bytes
             == "\x81\xA4name\xA1"
                "f");
  auto more = "\x82\xA3new\x2A" + bytes.substr(1);
  BOOST_TEST((decode_structure(more) == flow_structure{"f", {}}));
}

BOOST_AUTO_TEST_CASE(numbers_of_no_step_are_refused) {
  auto x = sample();
  x.processes[0].steps[3].dependencies = {1, 4};
  refuse(x, {"process \"load\"", "step \"store\"", "step 4", "there are 4"});
  x = sample();
  x.processes[0].steps[2].never_skipped = {7};
  refuse(x, {"process \"load\"", "step \"check\"", "step 7"});
}

BOOST_AUTO_TEST_CASE(retry_policies_that_cannot_be_are_refused) {
  auto x = sample();
  x.processes[0].steps[1].retry.factor = 0.5;
  refuse(x, {"process \"load\"", "step \"parse\"", "factor of 0.5"});
  x = sample();
  x.processes[0].steps[1].retry.jitter = 2;
  refuse(x, {"step \"parse\"", "jitter of 2"});
  x.processes[0].steps[1].retry.jitter = std::nan("");
  refuse(x, {"step \"parse\"", "jitter of nan"});
}

BOOST_AUTO_TEST_CASE(a_cycle_is_refused) {
  auto x = sample();
  x.processes[0].steps[0].dependencies = {3};
  refuse(x, {"process \"load\"", "run after each other"});
  x = sample();
  x.processes[1].steps[0].dependencies = {0};
  refuse(x, {"process \"tell\"", "\"mail\""});
}

BOOST_AUTO_TEST_CASE(names_are_there_and_unique) {
  refuse({"", {}}, {"the structure of a flow", "no name"});
  auto x = sample();
  x.processes[1].name = "";
  refuse(x, {"process 1 has no name"});
  x.processes[1].name = "load";
  refuse(x, {"two processes", "\"load\""});
  x = sample();
  x.processes[0].steps[2].name = "";
  refuse(x, {"process \"load\"", "step 2 has no name"});
  x.processes[0].steps[2].name = "parse";
  refuse(x, {"process \"load\"", "two steps", "\"parse\""});
}

BOOST_AUTO_TEST_CASE(an_error_says_where_the_bytes_are_wrong) {
  using map = std::map<std::string, int>;
  using maps = std::map<std::string, std::vector<map>>;
  using deep = std::map<std::string, std::vector<maps>>;
  auto refuse_bytes = [](const std::string& bytes,
                         std::initializer_list<std::string_view> parts) {
    BOOST_CHECK_EXCEPTION(decode_structure(bytes), error, says(parts));
  };
  refuse_bytes("", {"the structure of a flow"});
  refuse_bytes(packed(7), {"no map"});
  refuse_bytes(packed(map{{"name", 7}}), {"\"name\"", "something else"});
  refuse_bytes(packed(map{{"processes", 7}}), {"\"processes\""});
  refuse_bytes(packed(maps{{"processes", {{}, {{"timeout", 1}, {"name", 7}}}}}),
               {"process 1: field \"name\""});
  refuse_bytes(packed(deep{{"processes", {{{"steps", {{}, {{"after", 7}}}}}}}}),
               {"process 0: step 1: field \"after\""});
  refuse_bytes(
    packed(std::map<std::string, std::vector<int>>{{"processes", {7}}}),
    {"process 0: ", "no map"});
}

BOOST_AUTO_TEST_CASE(
  bytes_that_are_no_structure_are_refused_whatever_they_are) {
  std::mt19937 random{1};
  auto bytes = encode(sample());
  for (std::size_t size = 0; size < bytes.size(); ++size)
    BOOST_CHECK_THROW(decode_structure({bytes.data(), size}), error);
  BOOST_CHECK_THROW(decode_structure(bytes + 'x'), error);
  for (int i = 0; i < 5000; ++i) {
    auto damaged = bytes;
    damaged[random() % damaged.size()] = static_cast<char>(random());
    try {
      (void)decode_structure(damaged);
    } catch (const error& e) {
      BOOST_TEST((e.code() == error_code::bad_encoding));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
