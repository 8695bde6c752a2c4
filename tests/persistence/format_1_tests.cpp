// SPDX-License-Identifier: MIT
// A journal that the first version of format 1 wrote is read for ever.
#include "format_1.hpp"

#include "lightflow/core/plan.hpp"
#include "lightflow/persistence/flow_structure.hpp"
#include "lightflow/persistence/replay.hpp"
#include "lightflow/persistence/rocksdb_journal.hpp"

#include "../support/printing.hpp"
#include "../support/temporary_directory.hpp"
#include "sample_records.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

using namespace lightflow;
using namespace lightflow::tests;

namespace fs = std::filesystem;

namespace {

/// The journal that is checked in, in a copy, since opening one writes to it.
struct format_1_fixture {
  format_1_fixture() {
    fs::copy(source, where);
    define_format_1(flows);
    it = open_journal(where);
  }

  replayed_run read(std::string_view run) {
    return replay({it, codec, flows, std::make_shared<definition_cache>()},
                  run);
  }

  static int number(const value* x) {
    return x != nullptr ? x->as<int>() : 0;
  }

  static std::string text(const value* x) {
    return x != nullptr ? x->as<std::string>() : std::string{};
  }

  const fs::path source = LIGHTFLOW_FIXTURES "/journal_format_1";
  temporary_directory temporary;
  fs::path where = temporary.path() / "journal";
  catalog flows;
  std::shared_ptr<journal> it;
  record_codec codec{encryption_of_format_1()};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(format_1_tests, format_1_fixture)

BOOST_AUTO_TEST_CASE(the_runs_in_each_condition_are_listed) {
  auto only = [&](run_condition x) {
    auto found = it->list(x, "", 10);
    BOOST_REQUIRE(found.size() == 1U);
    BOOST_TEST(found[0].flow == "fixture");
    BOOST_TEST((found[0].start == at(1)));
    BOOST_TEST((found[0].updated == at(30)));
    return found[0].id;
  };
  BOOST_TEST(only(run_condition::running) == "running");
  BOOST_TEST(only(run_condition::suspended) == "suspended");
  BOOST_TEST(only(run_condition::finished) == "finished");
  BOOST_TEST(it->find("suspended")->state
             == (status::failed | status::suspended));
}

BOOST_AUTO_TEST_CASE(all_kinds_of_records_of_its_time_are_there_and_are_read) {
  std::set<std::string_view> expected, found;
  for (auto& x : one_of_each())
    expected.insert(kind_of(x));
  expected.erase("attempt_lost"); // which came later
  for (auto run : {"finished", "suspended", "running"})
    it->read(run, [&](std::uint64_t, std::string_view bytes) {
      found.insert(kind_of(codec.decode(run, bytes)));
      return true;
    });
  BOOST_TEST(found == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_definition_is_that_of_the_program) {
  auto name = it->find("running")->definition;
  auto structure = structure_of(*flows.plan("fixture"));
  BOOST_TEST(name == fingerprint(encode(structure)));
  BOOST_TEST((decode_structure(it->definition(name).value()) == structure));
}

BOOST_AUTO_TEST_CASE(a_finished_run_is_as_it_was) {
  auto run = read("finished");
  BOOST_TEST(run.next_record == 28U);
  auto& state = run.history.state();
  BOOST_TEST(state.own_status() == (status::success | status::recovering));
  BOOST_TEST((state.end() == at(25)));
  BOOST_TEST(number(state.context()->find("input")) == 7);
  BOOST_TEST(number(state.context()->find("seen")) == 2);
  BOOST_TEST(state.context()->find("by flow")->as<bool>());
  auto& load = run.history.process(0);
  BOOST_TEST(load.own_status() == (status::success | status::recovering));
  BOOST_TEST(load.step(0).attempt == 2U);
  BOOST_TEST(load.step(1).attempt == 2U);
  BOOST_TEST(load.step(2).attempt == 1U);
  BOOST_TEST(load.context().find("by process")->as<double>() == 2.5);
  BOOST_TEST((load.context().find("parsed")->as<std::vector<int>>()
              == std::vector<int>{1, 2, 3}));
  BOOST_TEST(text(&load.context().output(1)->result) == "parsed");
  BOOST_TEST(load.context().find("half") == nullptr);
  BOOST_TEST(run.history.process(1).own_status() == status::success);
}

BOOST_AUTO_TEST_CASE(a_suspended_run_is_as_it_was_and_goes_on) {
  auto run = read("suspended");
  auto& state = run.history.state();
  BOOST_TEST(state.own_status().has(status::stopped, status::suspended,
                                    status::callback_failed));
  auto& load = run.history.process(0);
  BOOST_TEST(load.own_status().has(status::stopped, status::callback_failed));
  BOOST_TEST(load.error_of(1, "id") == "slow; no");
  BOOST_TEST(load.step(2).flags == status::cancelled);
  BOOST_TEST(run.history.process(1).own_status().has(status::timed_out));
  run.history.apply(
    run_event{run_recovered{at(40), run.summary.definition, true}});
  BOOST_TEST(!state.has_ended());
  BOOST_TEST((load.step(1).entry == step_entry::callback_before));
  auto resources = load.to_prepare().resources;
  BOOST_REQUIRE(resources.size() == 1U);
  BOOST_TEST(number(resources[0].left->items->find("open")) == 3);
  BOOST_TEST(text(&resources[0].left->entity) == "left");
}

BOOST_AUTO_TEST_CASE(an_interrupted_run_is_as_it_was_and_goes_on) {
  auto run = read("running");
  auto& load = run.history.process(0);
  BOOST_TEST(load.is_current(1, 1));
  BOOST_TEST(load.step(0).uncounted_attempts == 1U);
  BOOST_TEST(number(load.context().find("rows")) == 3);
  BOOST_TEST(run.history.is_new(1));
  run.history.apply(
    run_event{run_recovered{at(40), run.summary.definition, false}});
  BOOST_TEST(load.is_preparing()); // the resource
}

BOOST_AUTO_TEST_CASE(encrypted_values_are_read_with_their_key_and_only_then) {
  auto run = read("finished");
  auto& input = *run.history.state().context();
  BOOST_TEST(text(input.find("password")) == password_of_format_1);
  auto& output = run.history.process(0).context().output(0)->context;
  BOOST_TEST(text(output.find("password")) == password_of_format_1);
  codec = record_codec{};
  BOOST_CHECK_EXCEPTION(read("finished"), error, [](const error& e) {
    return e.code() == error_code::bad_key && says({"record 0", "fixture"})(e);
  });
  for (auto& x : fs::directory_iterator{source}) {
    std::ifstream file{x.path(), std::ios::binary};
    std::string all{std::istreambuf_iterator<char>{file}, {}};
    BOOST_TEST(all.find(password_of_format_1) == std::string::npos);
  }
}

BOOST_AUTO_TEST_SUITE_END()
