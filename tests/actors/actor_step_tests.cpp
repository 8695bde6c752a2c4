// SPDX-License-Identifier: MIT
// Actors of the user as steps.
#include "doers.hpp"
#include "recovery_fixture.hpp"

#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>

#include <stdexcept>

using namespace lightflow;
using namespace lightflow::tests;

namespace {

/// Has no codec.
struct opaque {
  int x = 0;
};

struct actor_step_fixture : recovery_fixture {
  ~actor_step_fixture() {
    destroy_engine();
    asked = {}; // promises keep actors
  }

  caf::actor doing(std::function<step_answer(step_request&)> f) {
    return keep(spawn_doer(system(), std::move(f)));
  }

  caf::actor waiting() {
    return keep(spawn_waiting_doer(system(), asked));
  }

  template <class F>
  caf::actor spawn(F f) {
    return keep(system().spawn(std::move(f)));
  }

  void end(const caf::actor& x) {
    caf::anon_send_exit(x, caf::exit_reason::kill);
    run_all();
  }

  /// The flow has one step "a"; it failed, and says this.
  void check_error(std::initializer_list<std::string_view> parts,
                   status expected = status::error) {
    auto step = run_flow().process("process").step("a");
    BOOST_TEST(step.state() == expected);
    BOOST_TEST(says(parts)(std::runtime_error{step.error()}));
  }

  inbox asked;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(actor_step_tests, actor_step_fixture)

// -- requests and answers -----------------------------------------------------

BOOST_AUTO_TEST_CASE(a_request_shows_what_the_step_sees) {
  process.step("before", [](step& s) {
    s.set("set", std::string{"by before"});
    return 3;
  });
  process.step("beside", [](step& s) { s.set("hidden", 1); });
  process.step("a", waiting(), "before");
  start_flow({{"input", 7}});
  auto& x = asked.requests.at(0);
  BOOST_TEST(x.name() == "a");
  BOOST_TEST(x.process_name() == "process");
  BOOST_TEST(x.flow_name() == "flow");
  BOOST_TEST(x.run_id() == "r1");
  BOOST_TEST(x.id() == "r1/process/a");
  BOOST_TEST(x.idempotency_key() == x.id());
  BOOST_TEST(x.attempt() == 1U);
  BOOST_TEST(x.get<int>("input").value() == 7);
  BOOST_TEST(x.get<std::string>("set").value() == "by before");
  BOOST_TEST(x.result<int>("before").value() == 3);
  BOOST_TEST(!x.has_key("hidden"));
  BOOST_TEST(!x.get<int>("nothing").has_value());
  BOOST_TEST(x.context().size() == 2U);
  BOOST_TEST(x.results().size() == 1U);
  BOOST_CHECK_EXCEPTION((void)x.get<int>("set"), error, says({"key \"set\""}));
}

BOOST_AUTO_TEST_CASE(a_request_can_be_kept_longer_than_its_run) {
  process.step("a", waiting());
  auto run = start_flow({{"input", 7}});
  asked.answer(0, {});
  run_all();
  BOOST_TEST(run.wait().success());
  destroy_engine();
  BOOST_TEST(asked.requests.at(0).get<int>("input").value() == 7);
}

BOOST_AUTO_TEST_CASE(a_step_that_says_what_it_reads_shows_only_that) {
  process.step("a", waiting()).reads("x");
  start_flow({{"x", 1}, {"y", 2}});
  BOOST_TEST(asked.requests.at(0).context().size() == 1U);
  BOOST_TEST(!asked.requests.at(0).has_key("y"));
}

BOOST_AUTO_TEST_CASE(plain_values_are_answers) {
  process.step("number", doing([](auto&) { return 42; }));
  process.step("text", doing([](auto&) { return "done"; }));
  process.step("list", doing([](auto&) { return std::vector<int>{1, 2}; }));
  process.step("nothing", doing([](auto&) { return step_answer{}; }));
  auto report = run_flow().process("process");
  BOOST_TEST(report.success());
  BOOST_TEST(report.step("number").result<int>().value() == 42);
  BOOST_TEST(report.step("text").result<std::string>().value() == "done");
  BOOST_TEST(report.step("list").result<std::vector<int>>()->size() == 2U);
  BOOST_TEST(!report.step("nothing").result<int>().has_value());
}

BOOST_AUTO_TEST_CASE(what_an_answer_sets_is_seen_by_what_runs_after_it) {
  process.step("a", doing([](step_request& x) {
                 return step_answer{1}
                   .set("seen", x.get<int>("input").value())
                   .set("more", 2);
               }));
  process.step(
    "b",
    [](step& s) { return s.get<int>("seen").value() + *s.result<int>("a"); },
    "a");
  auto report = run_flow({{"input", 7}});
  BOOST_TEST(report.process("process").step("b").result<int>().value() == 8);
}

BOOST_AUTO_TEST_CASE(typed_actors_do_steps) {
  step_doing_actor doer = system().spawn([] {
    return step_doing_actor::behavior_type{
      [](const step_request& x) -> caf::result<step_answer> {
        if (x.get<int>("input") == 7)
          return step_answer{1};
        return caf::make_error(caf::sec::runtime_error, "not seven");
      }};
  });
  keep(caf::actor_cast<caf::actor>(doer));
  process.step("a", doer);
  BOOST_TEST(run_flow({{"input", 7}}).success());
}

BOOST_AUTO_TEST_CASE(typed_actors_that_take_it_are_told_of_a_stop) {
  std::vector<std::string> told;
  stoppable_step_doing_actor doer
    = system().spawn([&told](stoppable_step_doing_actor::pointer self)
                       -> stoppable_step_doing_actor::behavior_type {
        return {[self](const step_request&) {
                  return self->make_response_promise<inbox::promise>();
                },
                [&told](const step_stop& x) { told.push_back(x.step_id); }};
      });
  keep(caf::actor_cast<caf::actor>(doer));
  process.step("a", doer);
  auto run = start_flow();
  BOOST_TEST(!run.has_ended());
  BOOST_TEST(run.look().errors() == "");
  run.stop();
  run_all();
  BOOST_TEST(told == (lines{"r1/process/a"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(actors_that_do_not_take_it_are_not_told_of_a_stop) {
  process.step("a", waiting());
  auto run = start_flow();
  run.stop();
  run_all();
  BOOST_TEST(run.has_ended());
  BOOST_TEST(asked.stops.empty());
}

// -- failures -----------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_failure_is_an_answer) {
  process.step("a", doing([](auto&) { return fail("declined"); }));
  check_error({"step \"a\"", "r1/process/a", "failed: declined"});
}

BOOST_AUTO_TEST_CASE(what_a_failed_attempt_set_is_seen_by_the_next_one) {
  process.step("a", waiting()).retry(1);
  start_flow();
  asked.answer(0, step_answer{fail("no")}.set("got so far", 1));
  run_all();
  BOOST_TEST(asked.requests.at(1).get<int>("got so far").value() == 1);
}

BOOST_AUTO_TEST_CASE(an_error_of_caf_is_rendered) {
  process.step(
    "a", spawn([](caf::event_based_actor*) {
      return caf::behavior{[](step_request&) -> caf::result<step_answer> {
        return caf::make_error(caf::sec::runtime_error, "card declined");
      }};
    }));
  check_error({"runtime_error", "card declined"});
}

BOOST_AUTO_TEST_CASE(an_actor_that_throws_fails_the_attempt) {
  process.step("a", spawn([](caf::event_based_actor*) {
                 return caf::behavior{[](step_request&) -> step_answer {
                   throw std::runtime_error("defect");
                 }};
               }));
  check_error({"runtime_error"});
}

BOOST_AUTO_TEST_CASE(an_actor_that_ends_while_it_is_asked_fails_the_attempt) {
  auto doer = waiting();
  process.step("a", doer);
  process.step("b", doer);
  auto run = start_flow();
  BOOST_TEST(asked.requests.size() == 2U);
  end(doer);
  BOOST_REQUIRE(run.has_ended());
  auto report = run.wait().process("process");
  for (auto name : {"a", "b"})
    BOOST_TEST(says({"ended before it answered", "kill"})(
      std::runtime_error{report.step(name).error()}));
}

BOOST_AUTO_TEST_CASE(an_actor_that_ended_before_fails_the_attempt) {
  auto doer = waiting();
  process.step("a", doer);
  engine();
  end(doer);
  check_error({"its actor ended before it answered"});
}

BOOST_AUTO_TEST_CASE(
  an_actor_that_is_gone_is_asked_again_if_there_are_retries) {
  auto doer = waiting();
  process.step("a", doer).retry(1, 10s);
  auto run = start_flow();
  end(doer);
  BOOST_TEST(!run.has_ended());
  advance(11s, 1s);
  BOOST_TEST(run.has_ended());
  BOOST_TEST(run.look().process("process").step("a").attempt() == 2U);
}

BOOST_AUTO_TEST_CASE(an_actor_that_takes_no_requests_fails_the_attempt) {
  process.step("a", spawn([](caf::event_based_actor* self) {
                 self->set_default_handler(caf::drop);
                 return caf::behavior{[](int) {}};
               }));
  check_error({"does not take an lf::step_request"});
}

BOOST_AUTO_TEST_CASE(an_answer_of_another_type_fails_the_attempt) {
  process.step("a", spawn([](caf::event_based_actor*) {
                 return caf::behavior{[](step_request&) { return 42; }};
               }));
  check_error({"something else than an lf::step_answer"});
}

BOOST_AUTO_TEST_CASE(the_first_of_two_answers_counts) {
  auto doer = waiting();
  process.step("a", doer);
  process.step("b", doer, "a");
  start_flow();
  asked.answer(0, 1);
  asked.answer(0, 2);
  run_all();
  BOOST_TEST(asked.requests.at(1).result<int>("a").value() == 1);
}

BOOST_AUTO_TEST_CASE(an_actor_that_drops_a_request_is_waited_for_in_vain) {
  process
    .step("a", spawn([](caf::event_based_actor* self) {
            return caf::behavior{[self](step_request&) {
              return self->make_response_promise<inbox::promise>();
            }};
          }))
    .step_timeout(10s);
  auto run = start_flow();
  BOOST_TEST(!run.has_ended());
  advance(11s, 1s);
  BOOST_TEST(run.look().process("process").step("a").state()
             == status::timed_out);
}

BOOST_AUTO_TEST_CASE(what_a_recoverable_flow_cannot_keep_fails_the_attempt) {
  process.step("a", doing([](auto&) { return opaque{}; }));
  process.step(
    "b", doing([](auto&) { return step_answer{}.set("thing", opaque{}); }));
  auto report = run_flow().process("process");
  BOOST_TEST(says({"cannot be kept", "opaque"})(
    std::runtime_error{report.step("a").error()}));
  BOOST_TEST(says({"\"thing\"", "opaque"})(
    std::runtime_error{report.step("b").error()}));
}

BOOST_AUTO_TEST_CASE(a_flow_that_is_not_recoverable_keeps_any_value) {
  flow.recoverable(false);
  process.step("a", doing([](auto&) { return opaque{3}; }));
  process.step(
    "b", [](step& s) { return s.result<opaque>("a")->x; }, "a");
  auto report = run_flow().process("process");
  BOOST_TEST(report.step("b").result<int>().value() == 3);
}

BOOST_AUTO_TEST_CASE(a_value_over_the_limit_fails_the_attempt) {
  configure = [](engine_options& x) { x.value_limit = 100; };
  process.step("a", doing([](auto&) { return std::string(200, 'x'); }));
  process.step("b", doing([](auto&) {
                 return step_answer{}.set("thing", std::string(200, 'x'));
               }));
  auto report = run_flow().process("process");
  for (auto name : {"a", "b"})
    BOOST_TEST(says({"100"})(std::runtime_error{report.step(name).error()}));
}

// -- what is left behind ------------------------------------------------------

BOOST_AUTO_TEST_CASE(an_actor_is_not_held_by_steps_that_have_ended) {
  auto doer = doing([](auto&) { return 1; });
  for (int i = 0; i < 100; ++i)
    process.step("s" + std::to_string(i), doer);
  run_all();
  auto place = caf::actor_cast<caf::strong_actor_ptr>(doer);
  auto strong = place->strong_refs.load();
  auto weak = place->weak_refs.load();
  BOOST_TEST(run_flow().success());
  BOOST_TEST(place->strong_refs.load() == strong);
  BOOST_TEST(place->weak_refs.load() <= weak + 1); // one monitor for all
  destroy_engine();
  BOOST_TEST(place->weak_refs.load() == weak);
}

BOOST_AUTO_TEST_CASE(a_null_handle_is_refused) {
  BOOST_CHECK_EXCEPTION(process.step("a", caf::actor{}), definition_error,
                        says({"\"a\"", "nobody", "no actor"}));
  BOOST_CHECK_THROW(process.step("a", step_doing_actor{}), definition_error);
}

BOOST_AUTO_TEST_CASE(a_catalog_may_outlive_the_system_of_its_actors) {
  lightflow::catalog kept;
  auto& steps = kept.flow_with_process("flow");
  {
    caf::actor_system_config config;
    caf::actor_system own{config};
    auto doer = spawn_doer(own, [](auto&) { return 1; });
    steps.step("a", doer);
    {
      engine_options options;
      options.log = [](log_level, std::string_view) {};
      lightflow::engine engine{own, kept, options};
      BOOST_TEST(engine.run("flow").success());
    }
    caf::anon_send_exit(doer, caf::exit_reason::user_shutdown);
  }
  BOOST_TEST(kept.plan("flow")->processes.size() == 1U);
}

// -- on the way to another node -----------------------------------------------

namespace {

template <class T>
T sent(T x) {
  std::vector<char> bytes;
  caf::binary_serializer out{nullptr, bytes};
  BOOST_REQUIRE(!out(x));
  T result;
  caf::binary_deserializer in{nullptr, bytes};
  BOOST_REQUIRE(!in(result));
  return result;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_request_travels_with_all_it_shows) {
  process.step("before", [](step&) { return std::vector<int>{1, 2}; });
  process.step("a", waiting(), "before");
  start_flow({{"input", 7}, {"text", "x"}});
  for (auto x :
       {asked.requests.at(0), asked.requests.at(0).for_another_node()}) {
    auto y = sent(sent(x));
    BOOST_TEST(y.id() == "r1/process/a");
    BOOST_TEST(y.flow_name() == "flow");
    BOOST_TEST(y.attempt() == 1U);
    BOOST_TEST(y.get<int>("input").value() == 7);
    BOOST_TEST(y.get<std::string>("text").value() == "x");
    BOOST_TEST(y.result<std::vector<int>>("before")->at(1) == 2);
    BOOST_TEST(y.context().size() == 2U);
  }
}

BOOST_AUTO_TEST_CASE(an_answer_travels_with_all_it_has) {
  auto x = sent(step_answer{std::string{"text"}}.set("k", 7));
  BOOST_TEST(x.returned().as<std::string>() == "text");
  BOOST_TEST(x.context().find("k")->as<int>() == 7);
  BOOST_TEST(!x.reason().has_value());
  BOOST_TEST(!sent(step_answer{}).returned().has_value());
  BOOST_TEST(sent(step_answer{fail("no")}).reason()->message == "no");
}

BOOST_AUTO_TEST_CASE(a_value_without_a_codec_is_named_before_it_travels) {
  flow.recoverable(false);
  process.step("a", waiting());
  start_flow({{"thing", opaque{}}});
  BOOST_CHECK_EXCEPTION(asked.requests.at(0).for_another_node(), error,
                        says({"key \"thing\"", "opaque", "reads()"}));
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_values_are_an_error) {
  std::string empty;
  std::uint32_t attempt = 1;
  for (std::string values : {"", "\x01", "\x91\x80", "\x92\x80\x90", "\xC1"}) {
    std::vector<char> bytes;
    caf::binary_serializer out{nullptr, bytes};
    BOOST_REQUIRE(!out(empty, empty, empty, empty, attempt, values));
    step_request x;
    caf::binary_deserializer in{nullptr, bytes};
    auto trouble = in(x);
    BOOST_TEST((values == "\x91\x80" || trouble));
  }
}

BOOST_AUTO_TEST_SUITE_END()
