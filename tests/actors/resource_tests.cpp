// SPDX-License-Identifier: MIT
#include "fixture.hpp"

#include <stdexcept>

using namespace lightflow;
using namespace lightflow::tests;

namespace {

struct resource_fixture : deterministic_fixture {
  using lines = std::vector<std::string>;

  /// A kind of resource that writes down what happens to it.
  resource_definition& noted(const std::string& name) {
    return catalog.resource(name)
      .on_initialize([this, name](resource&, const value& parameter) {
        happened.push_back("initialize " + name);
        return parameter.has_value() ? parameter.as<int>() : 0;
      })
      .on_release([this, name](resource& x) {
        happened.push_back("release " + name + " of " + x.process_name() + " "
                           + to_string(x.process_state()));
      });
  }

  lines happened;
  process_definition& process = catalog.flow_with_process("flow");
};

} // namespace

#define CHECK_HAPPENED(...)                                                    \
  BOOST_TEST(happened == (lines{__VA_ARGS__}), boost::test_tools::per_element())

BOOST_FIXTURE_TEST_SUITE(resource_tests, resource_fixture)

BOOST_AUTO_TEST_CASE(a_resource_is_initialised_once_per_process) {
  noted("db");
  auto use = [this](step& s) -> result<> {
    auto db = s.attach("db", 7);
    if (!db)
      return db.reason();
    happened.push_back(s.name() + " " + std::to_string((*db)->entity<int>()));
    (*db)->update((*db)->entity<int>() + 1);
    return {};
  };
  process.step("a", use);
  process.step("b", use, "a");
  catalog.flow("two");
  BOOST_TEST(engine().run("flow").success());
  CHECK_HAPPENED("initialize db", "a 7", "b 8", "release db of flow success");
  happened.clear();
  BOOST_TEST(engine().run("flow").success()); // has one of its own
  CHECK_HAPPENED("initialize db", "a 7", "b 8", "release db of flow success");
}

BOOST_AUTO_TEST_CASE(acquire_finds_only_what_is_attached) {
  noted("db");
  process.step("a", [](step& s) {
    BOOST_TEST(s.acquire("db") == nullptr);
    BOOST_TEST(s.acquire("nothing of the kind") == nullptr);
    BOOST_REQUIRE(s.attach("db").ok());
    BOOST_TEST(s.acquire("db")->name() == "db");
    BOOST_TEST(s.acquire("db")->process_name() == "flow");
    BOOST_TEST((s.acquire("db")->process_state() == status::pending));
  });
  process.after_process(
    [](lightflow::process& p) { BOOST_TEST(p.acquire("db") != nullptr); });
  BOOST_TEST(engine().run("flow").success());
}

BOOST_AUTO_TEST_CASE(callbacks_of_a_process_attach_for_its_steps) {
  noted("db");
  process.before_process(
    [](lightflow::process& p) { BOOST_TEST(p.attach("db", 3).ok()); });
  process.step(
    "a", [](step& s) { BOOST_TEST(s.acquire("db")->entity<int>() == 3); });
  BOOST_TEST(engine().run("flow").success());
  CHECK_HAPPENED("initialize db", "release db of flow success");
}

BOOST_AUTO_TEST_CASE(key_values_and_entity_can_be_set_read_and_cleared) {
  catalog.resource("plain");
  process.step("a", [](step& s) {
    auto x = *s.attach("plain");
    BOOST_TEST(!x->has_entity());
    BOOST_CHECK_THROW(x->entity<int>(), error);
    x->put("key", std::string{"text"});
    x->update(5);
    BOOST_TEST(x->fetch<std::string>("key").value() == "text");
    BOOST_TEST(!x->fetch<int>("other"));
    BOOST_CHECK_THROW(x->fetch<int>("key"), error);
    BOOST_TEST(x->entity<int>() == 5);
    x->clear();
    BOOST_TEST(!x->has_entity());
    BOOST_TEST(!x->fetch<std::string>("key"));
  });
  auto report = engine().run("flow");
  BOOST_TEST(report.success(), report.errors());
}

BOOST_AUTO_TEST_CASE(what_is_replaced_may_use_its_resource_as_it_goes) {
  catalog.resource("plain");
  bool had_entity = false;
  process.step("a", [&](step& s) {
    auto x = *s.attach("plain");
    x->update(5);
    x->put("key", std::shared_ptr<int>{new int, [&, x](int* held) {
                                         had_entity = x->has_entity();
                                         delete held;
                                       }});
    x->put("key", 1);
    BOOST_TEST(x->fetch<int>("key").value() == 1);
  });
  BOOST_TEST(engine().run("flow").success());
  BOOST_TEST(had_entity);
}

BOOST_AUTO_TEST_CASE(release_comes_last_first_after_failures_and_throws) {
  noted("one");
  noted("two");
  process.step("a", [](step& s) -> result<> {
    (void)s.attach("one");
    (void)s.attach("two");
    throw std::runtime_error("no");
  });
  process.after_process(
    must, [](lightflow::process&) -> result<> { return fail("no"); });
  BOOST_TEST(!engine().run("flow").success());
  CHECK_HAPPENED("initialize one", "initialize two",
                 "release two of flow failed|callback_failed",
                 "release one of flow failed|callback_failed");
}

BOOST_AUTO_TEST_CASE(a_release_that_fails_keeps_no_other_from_it) {
  noted("one");
  noted("two").on_release(
    [](resource&) -> result<> { throw std::runtime_error("stuck"); });
  process.step("a", [](step& s) {
    (void)s.attach("one");
    (void)s.attach("two");
  });
  BOOST_TEST(engine().run("flow").success());
  CHECK_HAPPENED("initialize one", "initialize two",
                 "release one of flow success");
  run_all();
  BOOST_REQUIRE(log.size() == 1U);
  BOOST_TEST(log[0].find("panic in resource of process \"flow\"")
             != std::string::npos);
  BOOST_TEST(log[0].find("action release, resource two: stuck")
             != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_attach_error_is_returned_and_an_event) {
  int tries = 0;
  catalog.resource("db").on_initialize(
    [&](resource&, const value&) -> result<int> {
      if (++tries == 1)
        return fail("no connection");
      return 7;
    });
  process.step("a", [](step& s) {
    auto first = s.attach("db");
    BOOST_REQUIRE(!first.ok());
    BOOST_TEST(first.reason().message
               == R"(resource "db" could not be initialised: it failed: )"
                  "no connection");
    BOOST_TEST(s.acquire("db") == nullptr);
    BOOST_TEST((*s.attach("db"))->entity<int>() == 7); // tries again
    auto unknown = s.attach("nobody");
    BOOST_REQUIRE(!unknown.ok());
    BOOST_TEST(unknown.reason().message
               == R"(the catalog has no resource "nobody")");
  });
  BOOST_TEST(engine().run("flow").success());
  run_all();
  BOOST_TEST(engine().event_counts().handled == 1U);
}

BOOST_AUTO_TEST_CASE(without_any_kind_of_resource_none_can_be_attached) {
  process.step("a", [](step& s) {
    BOOST_TEST(!s.attach("db").ok());
    BOOST_TEST(s.acquire("db") == nullptr);
  });
  BOOST_TEST(engine().run("flow").success());
}

BOOST_AUTO_TEST_CASE(a_hook_may_attach_another_resource_but_not_itself) {
  noted("base");
  catalog.resource("top").on_initialize([](resource& x, const value&) {
    BOOST_TEST(x.attach("base", 4).ok());
    auto itself = x.attach("top");
    BOOST_REQUIRE(!itself.ok());
    BOOST_TEST(itself.reason().message.find("\"top\"") != std::string::npos);
  });
  process.step("a", [](step& s) {
    BOOST_TEST(s.attach("top").ok());
    BOOST_TEST(s.acquire("base")->entity<int>() == 4);
  });
  auto report = engine().run("flow");
  BOOST_TEST(report.success(), report.errors());
  CHECK_HAPPENED("initialize base", "release base of flow success");
}

BOOST_AUTO_TEST_CASE(resources_are_released_when_a_process_times_out) {
  noted("db");
  process.step("a", [](step& s) { BOOST_TEST(s.attach("db").ok()); });
  process
    .step(
      "waits", [](step&) { return fail("again"); }, "a")
    .retry({.retries = 1, .initial = 1h});
  process.process_timeout(1s);
  auto handle = engine().start("flow");
  run_all();
  advance(2s, 100ms);
  BOOST_TEST(handle.wait().has_any(status::timed_out));
  CHECK_HAPPENED("initialize db", "release db of flow failed|timed_out");
}

BOOST_AUTO_TEST_CASE(resources_are_released_when_the_engine_goes) {
  noted("db");
  process.step("a", [](step& s) { BOOST_TEST(s.attach("db").ok()); });
  process
    .step(
      "waits", [](step&) { return fail("again"); }, "a")
    .retry({.retries = 1, .initial = 1h});
  engine().start("flow");
  run_all();
  destroy_engine();
  CHECK_HAPPENED("initialize db", "release db of flow pending");
}

BOOST_AUTO_TEST_CASE(nothing_can_be_attached_after_the_end) {
  noted("db");
  resource_ptr kept;
  process.step("a", [&](step& s) { kept = *s.attach("db"); });
  engine().run("flow");
  auto late = kept->attach("db");
  BOOST_REQUIRE(!late.ok());
  BOOST_TEST(late.reason().message.find("has ended") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
