// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/caf.hpp"

#include "fixture.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <fmt/format.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace lightflow::tests {

/// What became of a request, once something did.
template <class Answer>
struct outcome {
  std::optional<Answer> answer;
  std::optional<error> refusal;

  bool is_open() const {
    return !answer && !refusal;
  }
};

/// Has an actor ask another one something.
template <class Answer, class Handle, class Message>
std::shared_ptr<outcome<Answer>> request(const Handle& from, Message x) {
  auto result = std::make_shared<outcome<Answer>>();
  from.home_system().template spawn<caf::hidden>(
    [=](caf::event_based_actor* self) {
      auto refuse = [=](const caf::error& e) { result->refusal = from_caf(e); };
      auto pending = self->request(from, caf::infinite, x);
      if constexpr (std::is_same_v<Answer, caf::unit_t>)
        pending.then([=] { result->answer = caf::unit; }, refuse);
      else
        pending.then([=](Answer& y) { result->answer = y; }, refuse);
    });
  return result;
}

/// Has an engine on the test scheduler talked to by messages.
struct message_fixture : deterministic_fixture {
  /// The process of a recoverable flow of the name "flow".
  process_definition& recoverable_process() {
    return catalog.flow("flow").recoverable().process("flow");
  }

  /// A step that writes down its name, and fails as often as it is told to.
  auto working(std::string line) {
    return [this, line = std::move(line)](step&) -> result<> {
      happened.push_back(line);
      if (fails[line] > 0 && fails[line]-- > 0)
        return fail("told to");
      return {};
    };
  }

  engine_handle front() {
    return actor_of(engine());
  }

  caf::actor_system& system() {
    return front().home_system();
  }

  template <class Answer, class Message>
  auto request(Message x) {
    auto result = tests::request<Answer>(front(), std::move(x));
    run_all();
    return result;
  }

  /// Gives what is answered, or throws why it is refused.
  template <class Answer = messages::run_status, class Message>
  Answer ask(Message x) {
    auto result = request<Answer>(std::move(x));
    BOOST_REQUIRE(!result->is_open());
    if (result->refusal)
      throw *result->refusal;
    return *result->answer;
  }

  /// An actor that writes down what an engine tells it.
  caf::actor spawn_subscriber(std::vector<std::string>& heard) {
    auto note = [&heard](std::string line) { heard.push_back(line); };
    return system().spawn([note](caf::event_based_actor*) -> caf::behavior {
      using namespace messages;
      return {
        [note](const step_completed& x) {
          note(fmt::format("step {}/{}/{} {}", x.id, x.process, x.step.name,
                           to_string(x.step.state)));
        },
        [note](const process_completed& x) {
          note(fmt::format("process {}/{} {}", x.id, x.process.name,
                           to_string(x.process.state)));
        },
        [note](const run_completed& x) {
          note(fmt::format("run {} {}", x.run.id, to_string(x.run.state)));
        },
        [note](const event_occurred& x) {
          note(fmt::format("event {} {}: {}", x.id, x.stage, x.reason));
        },
      };
    });
  }

  /// Says something that is answered by nothing.
  template <class Message>
  void tell(Message x) {
    caf::anon_send(front(), std::move(x));
    run_all();
  }

  std::vector<std::string> happened;
  std::map<std::string, int> fails; // how often still
};

} // namespace lightflow::tests
