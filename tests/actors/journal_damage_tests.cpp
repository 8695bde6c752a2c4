// SPDX-License-Identifier: MIT
// What becomes of runs whose summaries are damaged.
#include "fixture.hpp"

#include <map>
#include <set>

using namespace lightflow;
using namespace lightflow::tests;

namespace {

/// Gives of runs with a damaged summary what any journal gives of them.
class damaged_journal : public memory_journal {
public:
  /// Until it is written anew.
  void damage(const std::string& id) {
    damaged_.insert(id);
  }

  void commit(const journal_batch& batch, durability how) override {
    memory_journal::commit(batch, how);
    for (auto& id : batch.erased)
      damaged_.erase(id);
    for (auto& x : batch.summaries)
      damaged_.erase(x.id);
  }

  std::optional<run_summary> find(std::string_view run) const override {
    if (damaged_.contains(std::string{run}))
      throw journal_error(error_code::bad_journal, "the summary is damaged");
    return memory_journal::find(run);
  }

  std::vector<run_summary> list(run_condition condition, std::string_view after,
                                std::size_t limit) const override {
    auto result = memory_journal::list(condition, after, limit);
    for (auto& x : result)
      if (damaged_.contains(x.id))
        x = {x.id, {}, {}, condition, {}, {}, {}};
    return result;
  }

private:
  std::set<std::string> damaged_;
};

struct journal_damage_fixture : deterministic_fixture {
  journal_damage_fixture() {
    journal = damaged;
    events.handle(event_stage::recover, [this](const event& x) {
      waiting[x.run_id] = x.cause.message;
    });
    catalog.flow("flow").recoverable().process("process").retry(1, 1min).step(
      "step", [this](step& self) -> result<> {
        if (waits && self.attempt() == 1)
          return fail("not yet");
        return {};
      });
  }

  bool has_finished(const std::string& id) {
    auto found = journal->find(id);
    return found && found->condition == run_condition::finished;
  }

  std::shared_ptr<damaged_journal> damaged
    = std::make_shared<damaged_journal>();
  bool waits = false;
  std::map<std::string, std::string> waiting; // why, by run
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(journal_damage_tests, journal_damage_fixture)

BOOST_AUTO_TEST_CASE(
  an_interrupted_run_waits_and_an_event_tells_of_the_damage) {
  waits = true;
  for (auto id : {"a-damaged", "b-whole"})
    engine().start_as(id, "flow");
  run_all();
  destroy_engine();
  damaged->damage("a-damaged");
  engine();
  advance(61s, 1s);
  BOOST_TEST(waiting.size() == 1U);
  BOOST_TEST(waiting["a-damaged"].find("the summary is damaged")
               != std::string::npos,
             waiting["a-damaged"]);
  BOOST_TEST(has_finished("b-whole"));
  BOOST_CHECK_EXCEPTION(engine().recover("a-damaged"), error,
                        code_is(error_code::bad_journal));
}

BOOST_AUTO_TEST_CASE(a_run_of_unknown_age_does_not_expire) {
  configure = [](auto& options) { options.retention = 1h; };
  for (auto id : {"damaged", "whole"})
    engine().start_as(id, "flow").wait();
  damaged->damage("damaged");
  advance(30s, 1s);
  BOOST_TEST(engine().list(run_condition::finished).size() == 2U);
  advance(61min, 10s);
  auto left = engine().list(run_condition::finished);
  BOOST_REQUIRE(left.size() == 1U);
  BOOST_TEST(left[0].id == "damaged");
  BOOST_TEST(engine().forget("damaged"));
  BOOST_TEST(engine().list(run_condition::finished).empty());
}

BOOST_AUTO_TEST_SUITE_END()
