// SPDX-License-Identifier: MIT
#include "recovery_fixture.hpp"

using namespace lightflow;
using namespace lightflow::tests;

namespace {

struct not_encodable {
  int* x = nullptr;
};

/// Takes nothing, and says so.
struct untouchable_journal : memory_journal {
  void commit(const journal_batch&, durability) override {
    BOOST_ERROR("the journal was written");
  }
};

key_ring ring(const std::string& id, char digit) {
  return key_ring{}.add(id, std::string(64, digit));
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(journalled_run_tests, recovery_fixture)

// -- a changed definition -----------------------------------------------------

BOOST_AUTO_TEST_CASE(steps_that_are_gone_or_moved_are_named) {
  process.step("a", working("a"));
  process.step("gone", working("gone"), "a");
  process.step("moved", working("moved"), "a");
  fails["moved"] = 1;
  run_flow();
  destroy_engine();
  {
    recovery_fixture now;
    now.journal = journal;
    now.process.step("a", now.working("a"));
    now.process.step("other", now.working("other"));
    now.process.step("moved", now.working("moved"), "other");
    BOOST_CHECK_EXCEPTION(now.recover(), error,
                          code_is(error_code::definition_changed));
    BOOST_CHECK_EXCEPTION(now.recover(), error,
                          says({"flow", "gone", "moved", "other"}));
    BOOST_CHECK_EXCEPTION(now.engine().find("r1"), error,
                          code_is(error_code::definition_changed));
  }
  BOOST_TEST(recover().success()); // nothing is lost
  CHECK_HAPPENED("moved");
}

BOOST_AUTO_TEST_CASE(an_interrupted_run_of_another_definition_waits) {
  process.step("a", working("a")).retry(1, 1h);
  fails["a"] = 2;
  start_flow();
  engine().start_as("r2", "flow");
  destroy_engine();
  {
    recovery_fixture now;
    now.journal = journal;
    now.process.step("b", now.working("b"));
    lines seen;
    now.events.handle(event_stage::recover, [&](const event& x) {
      seen.push_back(x.run_id + " of " + x.flow_name);
      BOOST_TEST(x.cause.message.find("\"a\"") != std::string::npos);
    });
    now.engine();
    now.run_all();
    now.advance(2h, 1min);
    BOOST_TEST(seen == (lines{"r1 of flow", "r2 of flow"}),
               boost::test_tools::per_element());
    BOOST_TEST(now.engine().list(run_condition::running).size() == 2U);
  }
  happened.clear();
  restart();
  advance(61min, 10s);
  BOOST_TEST(found().wait().success());
}

BOOST_AUTO_TEST_CASE(a_flow_that_is_gone_is_named) {
  process.step("a", working("a"));
  fails["a"] = 1;
  run_flow();
  destroy_engine();
  deterministic_fixture now;
  now.journal = journal;
  now.catalog.flow("other");
  BOOST_CHECK_EXCEPTION(now.engine().recover("r1"), error,
                        says({"r1", "\"flow\"", "define it"}));
}

BOOST_AUTO_TEST_CASE(steps_and_processes_that_were_added_run) {
  process.step("a", working("a"));
  process.step("b", working("b"), "a");
  fails["b"] = 1;
  run_flow();
  destroy_engine();
  recovery_fixture now;
  now.journal = journal;
  now.flow.process("added").step("x", now.working("x"));
  now.process.step("new", now.working("new"));
  now.process.step("b", now.working("b"));
  now.process.step("a", now.working("a"));
  now.process.step("b").after("a");
  now.process.step("last", now.working("last"), "b", "new");
  now.fails["last"] = 1;
  auto report = now.recover();
  BOOST_TEST(!report.success());
  std::sort(now.happened.begin(), now.happened.end());
  BOOST_TEST(now.happened == (lines{"b", "last", "new", "x"}),
             boost::test_tools::per_element());
  now.restart();
  report = now.recover();
  BOOST_TEST(report.success(), report.errors());
  BOOST_TEST(now.happened == (lines{"last"}), boost::test_tools::per_element());
}

// -- what can be kept ---------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_type_without_codec_fails_the_step_that_sets_it) {
  process.step("sets", [](step& x) { x.set("key", not_encodable{}); });
  process.step("returns", [](step&) { return not_encodable{}; });
  auto report = run_flow();
  auto p = report.process("process");
  for (auto part : {"key", "not_encodable"})
    BOOST_TEST(p.step("sets").error().find(part) != std::string::npos,
               p.step("sets").error());
  BOOST_TEST(p.step("returns").error().find("not_encodable")
               != std::string::npos,
             p.step("returns").error());
  BOOST_TEST(report.has(status::suspended));
}

BOOST_AUTO_TEST_CASE(a_value_that_is_too_large_is_told_with_key_and_size) {
  configure = [](auto& options) { options.value_limit = 100; };
  const std::string large(200, 'x');
  process.step("sets", [&](step& x) { x.set("key", large); });
  process.step("returns", [&](step&) { return large; });
  process.step("small", [&](step& x) { x.set("key", large.substr(0, 50)); });
  auto report = run_flow();
  auto p = report.process("process");
  for (auto part : {"key", "20", "100"})
    BOOST_TEST(p.step("sets").error().find(part) != std::string::npos,
               p.step("sets").error());
  BOOST_TEST(p.step("returns").error().find("100") != std::string::npos,
             p.step("returns").error());
  BOOST_TEST(p.step("small").success());
  BOOST_CHECK_EXCEPTION(engine().start("flow", {{"in", large}}), error,
                        says({"\"in\"", "100"}));
  BOOST_CHECK_EXCEPTION(engine().start("flow", {{"in", large}}), error,
                        code_is(error_code::value_too_large));
  BOOST_CHECK_EXCEPTION(engine().start("flow", {{"in", not_encodable{}}}),
                        error, code_is(error_code::no_codec));
  BOOST_TEST(engine().list(run_condition::suspended).size() == 1U);
}

BOOST_AUTO_TEST_CASE(callbacks_cannot_set_what_cannot_be_kept) {
  flow.before_flow(must,
                   [](lightflow::flow& x) { x.set("key", not_encodable{}); });
  BOOST_TEST(run_flow().has(status::callback_failed));
}

// -- encryption ---------------------------------------------------------------

BOOST_AUTO_TEST_CASE(encrypted_values_are_not_in_the_journal_nor_in_events) {
  configure = [](auto& options) {
    options.encryption = encryption::of_keys(ring("k1", '1'), {"secret"});
  };
  bool seen = false;
  events.handle(event_stage::callback, [&](const event& x) {
    seen = true;
    BOOST_TEST(!x.get<std::string>("secret"));
    BOOST_TEST(x.get<std::string>("open").value() == "open sesame");
  });
  process.step("a", [](step& x) {
    BOOST_TEST(x.get<std::string>("secret").value() == "from the caller");
    x.set("secret", "swordfish");
    x.set("open", "open sesame");
  });
  process.after_step([](step&) -> result<> { return fail("an event"); });
  process.step(
    "b",
    [this](step& x) {
      BOOST_TEST(x.get<std::string>("secret").value() == "swordfish");
      return may_fail("b");
    },
    "a");
  fails["b"] = 1;
  run_flow({{"secret", "from the caller"}});
  auto bytes = bytes_of(*journal, "r1");
  BOOST_TEST(bytes.find("swordfish") == std::string::npos);
  BOOST_TEST(bytes.find("from the caller") == std::string::npos);
  BOOST_TEST(bytes.find("open sesame") != std::string::npos);
  restart();
  auto report = recover();
  BOOST_TEST(report.success(), report.errors());
  BOOST_TEST(seen);
}

BOOST_AUTO_TEST_CASE(a_wrong_or_missing_key_is_told_when_recovering) {
  configure = [](auto& options) {
    options.encryption = encryption::of_all(ring("k1", '1'));
  };
  process.step("a", [](step&) { return std::string{"swordfish"}; });
  process.step("b", working("b"), "a");
  fails["b"] = 1;
  run_flow();
  BOOST_TEST(bytes_of(*journal, "r1").find("swordfish") == std::string::npos);
  auto right = configure;
  for (auto wrong : {encryption::of_all(ring("k1", '2')),
                     encryption::of_all(ring("k2", '1')),
                     std::shared_ptr<const encryption>{}}) {
    configure = [&](auto& options) { options.encryption = wrong; };
    restart();
    BOOST_CHECK_EXCEPTION(recover(), error, code_is(error_code::bad_key));
    BOOST_CHECK_EXCEPTION(recover(), error, says({"r1", "k1"}));
  }
  configure = [](auto& options) { // a newer key, and the old one to read
    options.encryption
      = encryption::of_all(ring("k1", '1').add("k2", std::string(64, '3')));
  };
  restart();
  auto report = recover();
  BOOST_TEST(report.success(), report.errors());
}

// -- journals -----------------------------------------------------------------

BOOST_AUTO_TEST_CASE(without_durability_the_journal_is_not_touched) {
  journal = std::make_shared<untouchable_journal>();
  process.step("a", [this](step& x) {
    x.set("key", not_encodable{});
    return may_fail("a");
  });
  flow.durability(durability::none);
  fails["a"] = 1;
  auto report = run_flow();
  BOOST_TEST(!report.success());
  BOOST_TEST(!report.has(status::suspended));
  BOOST_CHECK_EXCEPTION(engine().recover("r1"), error,
                        code_is(error_code::not_recoverable));
}

BOOST_AUTO_TEST_CASE(the_durability_of_an_engine_holds_where_a_flow_has_none) {
  configure = [](auto& options) { options.durability = durability::none; };
  process.step("a", working("a"));
  auto& kept = catalog.flow("kept").recoverable().durability(durability::sync);
  kept.process("kept").step("a", working("b"));
  BOOST_TEST(run_flow().success());
  BOOST_TEST(!journal->find("r1"));
  engine().start_as("r2", "kept").wait();
  BOOST_TEST(journal->find("r2").has_value());
}

BOOST_AUTO_TEST_CASE(a_recoverable_flow_needs_a_journal) {
  journal = nullptr;
  process.step("a", working("a"));
  BOOST_CHECK_EXCEPTION(engine().start("flow"), error,
                        says({"flow", "no journal", "engine_options"}));
  BOOST_CHECK_EXCEPTION(engine().start("flow"), error,
                        code_is(error_code::no_journal));
  for (auto use :
       {+[](lightflow::engine& x) { x.recover("r1"); },
        +[](lightflow::engine& x) { (void)x.list(run_condition::running); }})
    BOOST_CHECK_EXCEPTION(use(engine()), error,
                          code_is(error_code::no_journal));
  BOOST_TEST(!engine().find("r1").has_value());
}

BOOST_AUTO_TEST_CASE(a_suspended_run_is_an_event) {
  lines seen;
  events.handle(event_stage::recover, [&](const event& x) {
    seen.push_back(x.run_id + " " + x.flow_name);
  });
  process.step("a", working("a"));
  fails["a"] = 2;
  run_flow();
  recover();
  recover();
  run_all();
  BOOST_TEST(seen == (lines{"r1 flow", "r1 flow"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
