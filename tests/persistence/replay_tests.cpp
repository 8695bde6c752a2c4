// SPDX-License-Identifier: MIT
#include "lightflow/persistence/replay.hpp"

#include "lightflow/core/catalog.hpp"
#include "lightflow/core/error.hpp"
#include "lightflow/core/plan.hpp"
#include "lightflow/persistence/flow_structure.hpp"
#include "lightflow/persistence/memory_journal.hpp"

#include "../support/printing.hpp"
#include "../support/samples.hpp"
#include "sample_records.hpp"

#include <functional>

using namespace lightflow;
using namespace lightflow::tests;

namespace {

using definer = std::function<void(flow_definition&)>;

/// What a program has: its flow, as it is defined today.
struct program {
  explicit program(const definer& define) {
    define(flows.flow("flow"));
    plan = flows.plan("flow");
    structure = encode(structure_of(*plan));
    name = fingerprint(structure);
  }

  catalog flows;
  std::shared_ptr<const flow_plan> plan;
  std::string structure;
  std::string name; // of the structure
};

program two_processes() {
  return program{[](flow_definition& flow) {
    flow.process("p").step("a", nothing);
    auto& q = flow.process("q");
    q.step("x", nothing);
    q.step("y", nothing, "x");
  }};
}

/// A journal of which the test writes each record by hand.
struct replay_fixture {
  /// The records of run "run" that follow.
  void write(const std::vector<journal_record>& records) {
    for (auto& x : records)
      write_bytes(codec.encode("run", x));
  }

  void write_bytes(std::string bytes) {
    journal_batch batch;
    batch.records = {{"run", next++, std::move(bytes)}};
    it->commit(batch, durability::sync);
  }

  /// The run has begun in this program.
  void begin(const program& in, std::string flow = "flow") {
    know(in);
    journal_batch batch;
    batch.summaries = {{"run", std::move(flow), in.name, run_condition::running,
                        status::pending, at(1), at(1)}};
    it->commit(batch, durability::sync);
    write({run_begun{"flow", in.name, at(1), some_writes()}});
  }

  void know(const program& x) {
    journal_batch batch;
    batch.definitions = {{x.name, x.structure}};
    it->commit(batch, durability::sync);
  }

  replayed_run replay_in(const program& x, std::string_view run = "run") {
    return replay({it, codec, x.flows, cache}, run);
  }

  void refused(const program& in, error_code code,
               std::initializer_list<std::string_view> parts) {
    BOOST_CHECK_EXCEPTION(replay_in(in), error, [&](const error& e) {
      BOOST_TEST((e.code() == code), e.what());
      return says(parts)(e);
    });
  }

  static journal_record started(std::uint32_t process) {
    return process_record{process, process_started{at(2)}};
  }

  static journal_record started(std::uint32_t process, step_index step,
                                std::uint32_t attempt = 1) {
    return process_record{process, step_started{step, attempt, at(3)}};
  }

  static journal_record ended(std::uint32_t process, step_index step,
                              status outcome = status::success,
                              std::uint32_t attempt = 1) {
    return process_record{process, step_finished{step, attempt, outcome, "",
                                                 at(3), at(4), some_output()}};
  }

  static journal_record recovered(const program& in, bool reopened) {
    return run_event{run_recovered{at(9), in.name, reopened}};
  }

  std::shared_ptr<memory_journal> it = std::make_shared<memory_journal>();
  std::shared_ptr<definition_cache> cache
    = std::make_shared<definition_cache>();
  record_codec codec;
  std::uint64_t next = 0;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(replay_tests, replay_fixture)

BOOST_AUTO_TEST_CASE(records_written_by_hand_give_the_state) {
  auto program = two_processes();
  begin(program);
  write({started(0), started(0, 0), started(1), started(1, 0), ended(0, 0),
         ended(1, 0), started(1, 1)});
  auto run = replay_in(program);
  BOOST_TEST(run.next_record == 8U);
  BOOST_TEST(run.summary.id == "run");
  BOOST_TEST(run.history.state().context()->find("number")->as<int>() == 7);
  BOOST_TEST(!run.history.state().has_ended());
  BOOST_TEST(run.history.process(0).own_status() == status::success);
  auto& q = run.history.process(1);
  BOOST_TEST(q.is_current(1, 1));
  BOOST_TEST(q.context().find("text")->as<std::string>() == "value");
  BOOST_TEST((q.step(0).end == at(4)));
}

BOOST_AUTO_TEST_CASE(a_run_that_ended_is_at_its_end) {
  auto program = two_processes();
  begin(program);
  write({started(0), started(0, 0), ended(0, 0), started(1), started(1, 0),
         ended(1, 0, status::error)});
  auto run = replay_in(program);
  BOOST_TEST(run.history.state().own_status()
             == (status::failed | status::suspended));
  write({recovered(program, true), started(1, 0, 2),
         ended(1, 0, status::success, 2), started(1, 1), ended(1, 1)});
  run = replay_in(program);
  BOOST_TEST(run.history.state().own_status()
             == (status::success | status::recovering));
}

BOOST_AUTO_TEST_CASE(a_finished_run_has_ended_whatever_is_to_run_after_it_now) {
  auto then = two_processes();
  begin(then);
  write({started(0), started(0, 0), ended(0, 0), started(1), started(1, 0),
         ended(1, 0), started(1, 1), ended(1, 1)});
  program now{[](flow_definition& flow) {
    flow.process("p").step("a", nothing);
    auto& q = flow.process("q");
    q.step("x", nothing);
    q.step("y", nothing, "x");
    flow.after_flow([](lightflow::flow&) {});
  }};
  BOOST_TEST(!replay_in(now).history.state().has_ended());
  journal_batch batch;
  batch.summaries = {{"run", "flow", then.name, run_condition::finished,
                      status::success, at(1), at(5)}};
  it->commit(batch, durability::sync);
  BOOST_TEST(replay_in(now).history.state().own_status() == status::success);
}

// -- what cannot be read ------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_run_that_is_not_there_is_unknown) {
  refused(two_processes(), error_code::unknown_run, {"run"});
}

BOOST_AUTO_TEST_CASE(a_flow_that_is_not_there_is_named) {
  auto program = two_processes();
  begin(program, "gone");
  refused(program, error_code::unknown_flow, {"run", "gone", "define it"});
}

BOOST_AUTO_TEST_CASE(a_missing_record_is_named) {
  auto program = two_processes();
  begin(program);
  write({started(0)});
  ++next;
  write({started(0, 0)});
  refused(program, error_code::bad_encoding, {"record 2", "run", "missing"});
}

BOOST_AUTO_TEST_CASE(a_run_without_records_or_with_another_first_is_refused) {
  auto program = two_processes();
  know(program);
  journal_batch batch;
  batch.summaries = {{"run", "flow", program.name, run_condition::running,
                      status::pending, at(1), at(1)}};
  it->commit(batch, durability::sync);
  refused(program, error_code::bad_encoding, {"run", "no records"});
  write({run_event{run_paused{}}});
  refused(program, error_code::bad_encoding, {"record 0", "run_begun"});
}

BOOST_AUTO_TEST_CASE(a_process_before_the_beginning_is_refused) {
  auto program = two_processes();
  begin(program);
  journal_batch batch;
  batch.records = {{"run", 0, codec.encode("run", started(0))}};
  it->commit(batch, durability::sync);
  refused(program, error_code::bad_encoding, {"record 0", "run_begun"});
}

BOOST_AUTO_TEST_CASE(garbage_and_unknown_kinds_are_named_by_their_number) {
  auto program = two_processes();
  begin(program);
  write({started(0)});
  auto unknown = codec.encode("run", started(0, 0));
  unknown.replace(unknown.find("step_started"), 12, "step_dreamed");
  for (auto& [bytes, what] : std::vector<std::pair<std::string, std::string>>{
         {"garbage", "record 2"},
         {"", "record 2"},
         {unknown, "step_dreamed"}}) {
    write_bytes(bytes);
    refused(program, error_code::bad_encoding, {"record 2", "run", what});
    --next;
  }
}

BOOST_AUTO_TEST_CASE(a_process_or_step_that_is_not_there_is_refused) {
  auto program = two_processes();
  begin(program);
  for (auto& x : {started(2), started(0, 1), started(0, 4'000'000'000U)}) {
    write({x});
    refused(program, error_code::bad_encoding, {"record 1"});
    --next;
  }
}

BOOST_AUTO_TEST_CASE(a_definition_that_the_journal_lacks_is_named) {
  auto program = two_processes();
  begin(program);
  write({run_event{run_recovered{at(9), "lost", false}}});
  refused(program, error_code::bad_encoding, {"record 1", "lost"});
}

// -- definitions that changed -------------------------------------------------

BOOST_AUTO_TEST_CASE(numbers_are_those_of_the_definition_at_the_time) {
  auto first = two_processes();
  program second{[](flow_definition& flow) {
    flow.process("new").step("n", nothing);
    auto& q = flow.process("q");
    q.step("other", nothing);
    q.step("x", nothing);
    q.step("y", nothing, "x");
    flow.process("p").step("a", nothing);
  }};
  program third{[](flow_definition& flow) {
    auto& q = flow.process("q");
    q.step("x", nothing);
    q.step("y", nothing, "x");
    q.step("other", nothing);
    flow.process("p").step("a", nothing);
    flow.process("new").step("n", nothing);
  }};
  begin(first);
  write({started(0), started(0, 0), started(1), started(1, 0)});
  know(second);
  write({recovered(second, false), started(0), started(0, 0), ended(0, 0),
         started(1, 1, 2), ended(1, 1, status::success, 2)});
  know(third);
  write({recovered(third, false), started(0, 1), started(0, 2)});
  auto run = replay_in(third);
  auto& q = run.history.process(*third.plan->find("q"));
  auto at = [&](std::string_view name) { return q.step(*q.plan().find(name)); };
  BOOST_TEST(at("x").flags == (status::success | status::recovering));
  BOOST_TEST(at("x").attempt == 2U);
  BOOST_TEST(at("y").phase == step_phase::running);
  BOOST_TEST(at("other").phase == step_phase::running);
  auto& p = run.history.process(*third.plan->find("p"));
  BOOST_TEST(p.step(0).phase == step_phase::ready);
  BOOST_TEST(p.step(0).uncounted_attempts == 1U);
  BOOST_TEST(run.history.process(*third.plan->find("new")).has_ended());
}

BOOST_AUTO_TEST_CASE(a_definition_that_does_not_fit_is_refused) {
  auto first = two_processes();
  begin(first);
  program now{[](flow_definition& flow) {
    flow.process("p").step("a", nothing);
    flow.process("q").step("x", nothing);
  }};
  refused(now, error_code::definition_changed, {"record 0", "flow", "y"});
  write({started(0)});
  BOOST_TEST(replay_in(first).next_record == 2U); // nothing is lost
}

BOOST_AUTO_TEST_CASE(a_suspended_process_finds_what_its_resources_left) {
  auto first = two_processes();
  begin(first);
  process_concluded left;
  left.resources = {{"pool", some_writes(), 42}};
  write({started(0), process_record{0, resource_attached{"pool", 7}},
         started(0, 0), ended(0, 0, status::error), process_record{0, left},
         started(1), started(1, 0), ended(1, 0), started(1, 1), ended(1, 1)});
  program now{[](flow_definition& flow) {
    auto& p = flow.process("p");
    p.step("new", nothing);
    p.step("a", nothing);
    auto& q = flow.process("q");
    q.step("x", nothing);
    q.step("y", nothing, "x");
  }};
  know(now);
  for (auto today : {&first, &now}) {
    auto history = replay_in(*today).history;
    history.apply(run_event{run_recovered{at(9), today->name, true}});
    auto resources = history.process(0).to_prepare().resources;
    BOOST_REQUIRE(resources.size() == 1U);
    BOOST_REQUIRE(resources[0].left.has_value());
    BOOST_TEST(resources[0].left->entity.as<int>() == 42);
    BOOST_TEST(history.process(1).has_ended());
  }
}

// -- definition_cache ---------------------------------------------------------

BOOST_AUTO_TEST_CASE(each_definition_is_made_and_compared_once) {
  auto first = two_processes();
  auto same = two_processes();
  auto stored = cache->of(*first.plan);
  BOOST_TEST(stored->fingerprint == first.name);
  BOOST_TEST(stored->bytes == first.structure);
  BOOST_TEST(cache->of(*first.plan) == stored);
  BOOST_TEST(cache->of(*same.plan)->fingerprint == stored->fingerprint);
  auto match = cache->match(*it, first.name, *first.plan); // which needs none
  BOOST_TEST(cache->match(*it, first.name, *first.plan) == match);
  BOOST_TEST(match->step(1, 1) == 1U);
}

BOOST_AUTO_TEST_CASE(a_definition_that_comes_later_is_found_then) {
  auto first = two_processes();
  program now{[](flow_definition& flow) {
    flow.process("new");
    flow.process("p").step("a", nothing);
    auto& q = flow.process("q");
    q.step("x", nothing);
    q.step("y", nothing, "x");
  }};
  auto match = [&] { return cache->match(*it, first.name, *now.plan); };
  BOOST_CHECK_EXCEPTION(match(), error, says({first.name}));
  know(first);
  BOOST_TEST(match()->process(0) == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
