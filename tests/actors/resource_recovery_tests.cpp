// SPDX-License-Identifier: MIT
#include "recovery_fixture.hpp"

using namespace lightflow;
using namespace lightflow::tests;

namespace {

struct not_encodable {
  int* x = nullptr;
};

struct resource_recovery_fixture : recovery_fixture {
  /// A kind of resource that writes down what happens to it.
  resource_definition& noted(const std::string& name) {
    return catalog.resource(name)
      .on_initialize([this, name](resource&, const value& x) {
        auto parameter = x.has_value() ? x.as<int>() : 0;
        happened.push_back("initialize " + name + " "
                           + std::to_string(parameter));
        return parameter;
      })
      .on_suspend([this, name](resource& x) {
        happened.push_back("suspend " + name + " "
                           + to_string(x.process_state()));
        return may_fail("suspend " + name);
      })
      .on_recover([this, name](resource& x) {
        happened.push_back("recover " + name + " "
                           + std::to_string(x.entity<int>()));
        return may_fail("recover " + name);
      })
      .on_release(
        [this, name](resource&) { happened.push_back("release " + name); });
  }

  /// Attaches, and adds one to what is there.
  auto using_it(std::string name) {
    return [this, name](step& self) -> result<> {
      auto x = self.attach(name, 7);
      if (!x)
        return x.reason();
      happened.push_back(self.name() + " "
                         + std::to_string((*x)->entity<int>()));
      (*x)->update((*x)->entity<int>() + 1);
      (*x)->put("last", self.name());
      return may_fail(self.name());
    };
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(resource_recovery_tests, resource_recovery_fixture)

BOOST_AUTO_TEST_CASE(a_suspended_resource_is_recovered_before_any_step) {
  noted("db");
  process.step("a", using_it("db"));
  process.step("b", using_it("db"), "a");
  fails["b"] = 1;
  run_flow();
  CHECK_HAPPENED("initialize db 7", "a 7", "b 8", "suspend db suspended|failed",
                 "release db");
  restart();
  BOOST_TEST(recover().success());
  CHECK_HAPPENED("recover db 9", "b 9", "release db");
}

BOOST_AUTO_TEST_CASE(a_resource_is_suspended_as_often_as_its_process) {
  noted("db");
  process.step("a", using_it("db"));
  fails["a"] = 3;
  run_flow();
  for (int i = 8; i < 10; ++i) {
    auto now = std::to_string(i);
    recover();
    CHECK_HAPPENED("recover db " + now, "a " + now,
                   "suspend db recovering|suspended|failed", "release db");
  }
  BOOST_TEST(recover().success());
  CHECK_HAPPENED("recover db 10", "a 10", "release db");
}

BOOST_AUTO_TEST_CASE(key_values_of_a_suspended_resource_are_there_again) {
  catalog.resource("db").on_suspend([](resource& x) {
    x.put("left", 5);
    x.put("lost", not_encodable{});
    x.update(not_encodable{});
  });
  process.before_process([](lightflow::process& x) { (void)x.attach("db"); });
  process.step("a", [this](step& self) -> result<> {
    auto db = self.acquire("db");
    if (self.has_key("again")) {
      BOOST_TEST(db->fetch<int>("left").value() == 5);
      BOOST_TEST(db->fetch<std::string>("text").value() == "kept");
      BOOST_TEST(!db->fetch<not_encodable>("lost"));
      BOOST_TEST(!db->has_entity());
    }
    db->put("text", "kept");
    self.set("again", true);
    return may_fail("a");
  });
  fails["a"] = 1;
  run_flow();
  restart();
  auto report = recover();
  BOOST_TEST(report.success(), report.errors());
}

BOOST_AUTO_TEST_CASE(after_a_crash_a_resource_is_initialised_again) {
  noted("db");
  process.step("a", using_it("db"));
  process.step("b", using_it("db"), "a").retry(1, 1h);
  fails["b"] = 1;
  start_flow();
  CHECK_HAPPENED("initialize db 7", "a 7", "b 8");
  happened.clear();
  restart();
  CHECK_HAPPENED("release db", "initialize db 7"); // the first when closed
  happened.clear();
  advance(61min, 10s);
  CHECK_HAPPENED("b 7", "release db");
  BOOST_TEST(found().wait().success());
}

BOOST_AUTO_TEST_CASE(several_resources_come_back_in_the_order_of_attaching) {
  noted("one");
  noted("two");
  process.step("a", using_it("two"));
  process.step("b", using_it("one"), "a");
  process.step("c", using_it("two"), "b");
  fails["c"] = 1;
  run_flow();
  CHECK_HAPPENED("initialize two 7", "a 7", "initialize one 7", "b 7", "c 8",
                 "suspend one suspended|failed", "suspend two suspended|failed",
                 "release one", "release two");
  restart();
  BOOST_TEST(recover().success());
  CHECK_HAPPENED("recover two 9", "recover one 8", "c 9", "release one",
                 "release two");
}

BOOST_AUTO_TEST_CASE(hooks_that_fail_are_events_and_hold_up_nothing) {
  lines seen;
  events.handle(event_stage::resource, [&](const event& x) {
    seen.push_back(x.details.at("action") + " " + x.details.at("resource"));
  });
  noted("db");
  process.step("a", using_it("db"));
  fails["a"] = fails["suspend db"] = fails["recover db"] = 1;
  run_flow();
  auto report = recover();
  BOOST_TEST(report.success(), report.errors());
  // One that could not be recovered is not attached.
  CHECK_HAPPENED("recover db 8", "initialize db 7", "a 7", "release db");
  run_all();
  BOOST_TEST(seen == (lines{"suspend db", "recover db"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_process_that_succeeds_is_not_suspended) {
  noted("db");
  process.step("a", using_it("db"));
  flow.process("other").step("b", working("b"));
  fails["b"] = 1;
  run_flow();
  restart();
  BOOST_TEST(recover().success());
  CHECK_HAPPENED("b");
}

BOOST_AUTO_TEST_CASE(a_resource_that_the_catalog_has_no_more_is_left_out) {
  noted("db");
  process.step("a", using_it("db"));
  fails["a"] = 1;
  run_flow();
  destroy_engine();
  recovery_fixture now;
  now.journal = journal;
  now.process.step("a", now.working("a"));
  auto report = now.recover();
  BOOST_TEST(report.success(), report.errors());
}

BOOST_AUTO_TEST_CASE(a_parameter_that_cannot_be_kept_fails_the_attaching) {
  catalog.resource("db");
  configure = [](auto& options) { options.value_limit = 100; };
  process.step("a", [](step& self) {
    auto no_codec = self.attach("db", not_encodable{});
    BOOST_REQUIRE(!no_codec.ok());
    BOOST_TEST(no_codec.reason().message.find("not_encodable")
                 != std::string::npos,
               no_codec.reason().message);
    auto large = self.attach("db", std::string(200, 'x'));
    BOOST_REQUIRE(!large.ok());
    BOOST_TEST(large.reason().message.find("100") != std::string::npos,
               large.reason().message);
    BOOST_TEST(self.attach("db", std::string(20, 'x')).ok());
  });
  auto report = run_flow();
  BOOST_TEST(report.success(), report.errors());
}

BOOST_AUTO_TEST_CASE(what_is_recovered_while_the_engine_ends_is_released) {
  int open = 0;
  catalog.resource("db")
    .on_initialize([](resource&, const value&) { return 1; })
    .on_recover([&](resource&) { ++open; })
    .on_release([&](resource&) { --open; });
  process.step("a", [this](step& self) {
    (void)self.attach("db");
    return may_fail("a");
  });
  fails["a"] = 1;
  run_flow();
  open = 0;
  (void)engine().recover("r1");
  for (int turns = 0; turns < 30; ++turns) {
    destroy_engine();
    BOOST_TEST(open == 0);
    engine();
    for (int i = 0; i < turns; ++i)
      run_one();
  }
}

BOOST_AUTO_TEST_CASE(
  what_a_step_attached_whose_process_timed_out_is_recovered) {
  noted("db");
  process.step("a", using_it("db"));
  process.after_process(
    [](lightflow::process& p) { (void)p.attach("late", 1); });
  noted("late");
  process
    .step(
      "b",
      [this](step& self) -> result<> {
        if (auto x = self.attach("other", 3); !x)
          return x.reason();
        return may_fail("b");
      },
      "a")
    .retry(1, 1h);
  noted("other");
  process.process_timeout(1min);
  fails["b"] = 1;
  auto run = start_flow();
  advance(2min, 1s);
  BOOST_TEST(run.wait().process("process").has(status::timed_out));
  restart();
  BOOST_TEST(recover().success());
  for (auto line : {"recover db 8", "recover other 3", "recover late 1"})
    BOOST_TEST(std::count(happened.begin(), happened.end(), line) == 1, line);
}

BOOST_AUTO_TEST_CASE(a_recovered_resource_sees_that_its_process_is_recovering) {
  status seen;
  catalog.resource("db")
    .on_suspend([](resource&) {})
    .on_recover([&](resource& x) { seen = x.process_state(); });
  process.step("a", [this](step& self) -> result<> {
    (void)self.attach("db");
    return may_fail("a");
  });
  fails["a"] = 1;
  run_flow();
  BOOST_TEST(recover().success());
  BOOST_TEST(seen == (status::pending | status::recovering));
}

BOOST_AUTO_TEST_CASE(
  a_resource_that_another_one_attached_is_not_recovered_twice) {
  catalog.resource("base")
    .on_initialize([this](resource&, const value&) {
      happened.emplace_back("initialize base");
    })
    .on_recover([this](resource&) { happened.emplace_back("recover base"); })
    .on_release([this](resource&) { happened.emplace_back("release base"); });
  catalog.resource("top").on_recover(
    [](resource& x) { BOOST_TEST(x.attach("base").ok()); });
  process.step("a", [this](step& self) -> result<> {
    (void)self.attach("base");
    (void)self.attach("top");
    return may_fail("a");
  });
  fails["a"] = 1;
  run_flow();
  BOOST_TEST(recover().success());
  BOOST_TEST(std::count(happened.begin(), happened.end(), "release base") == 1);
}

BOOST_AUTO_TEST_SUITE_END()
