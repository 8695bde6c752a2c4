// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/caf/values.hpp"
#include "lightflow/core/error.hpp"
#include "lightflow/core/function_name.hpp"
#include "lightflow/core/result.hpp"
#include "lightflow/core/value.hpp"
#include "lightflow/core/writes.hpp"

#include <caf/actor_system_config.hpp>
#include <caf/error.hpp>
#include <caf/meta/load_callback.hpp>
#include <caf/meta/type_name.hpp>

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

// What an engine and an actor that does a step tell each other. Within a
// program values are handed on as they are, and nothing is copied; to another
// node they travel as MessagePack.

namespace lightflow {

class step;

/// Asks an actor to do what a step does. It shows the context that the step
/// sees, or the keys of it that the step declared with `reads`. Cheap to copy;
/// as long as one is kept, it keeps the values of its process.
class step_request {
public:
  /// Asks for nothing; for CAF.
  step_request();

  // -- who asks ---------------------------------------------------------------

  /// The name of the step.
  const std::string& name() const;
  const std::string& process_name() const;
  const std::string& flow_name() const;
  const std::string& run_id() const;

  /// "run id/process/step": unique in a journal, the same in all attempts.
  std::string id() const;

  /// The same over all attempts and recoveries of this step in this run, and of
  /// no other: what does a thing once by it is never done twice.
  std::string idempotency_key() const {
    return id();
  }

  /// 1 for the first attempt, one more for each retry.
  std::uint32_t attempt() const;

  // -- what the step sees -----------------------------------------------------

  /// The value of a key; nothing if the step sees none. Throws lightflow::error
  /// with error_code::wrong_type if it is no T.
  template <class T>
  std::optional<T> get(std::string_view key) const {
    return as<T>(find(key), "key", key);
  }

  /// The same as it is held, without a copy; null if there is none. Valid as
  /// long as a copy of this request.
  const value* find(std::string_view key) const;

  bool has_key(std::string_view key) const {
    return find(key) != nullptr;
  }

  /// What an ancestor of the step returned; nothing if it is none or returned
  /// nothing. On another node only those are known that the step was defined to
  /// run after. Throws as `get` does.
  template <class T>
  std::optional<T> result(std::string_view step_name) const {
    return as<T>(find_result(step_name), "result of step", step_name);
  }

  template <auto Function, class T>
  std::optional<T> result() const {
    return result<T>(function_name<Function>());
  }

  const value* find_result(std::string_view step_name) const;

  /// All keys that `find` finds, with their values.
  writes context() const;

  /// The results of the steps that the step was defined to run after, by name.
  writes results() const;

  // -- for the engine ---------------------------------------------------------

  /// Of a step whose function is about to begin.
  explicit step_request(const step& self);

  /// The same, with all values encoded. Throws lightflow::error with
  /// error_code::no_codec for a value that cannot be, naming it.
  step_request for_another_node() const;

private:
  struct content;

  /// As it travels.
  struct packed {
    std::string run_id;
    std::string flow_name;
    std::string process_name;
    std::string name;
    std::uint32_t attempt = 0;
    writes context;
    writes results;
  };

  packed pack() const;
  void unpack(packed x);

  template <class T>
  static std::optional<T> as(const value* x, std::string_view what,
                             std::string_view key) {
    if (x == nullptr)
      return std::nullopt;
    try {
      return x->as<T>();
    } catch (const error& e) {
      rethrow_naming(e, what, key);
    }
  }

  [[noreturn]] static void rethrow_naming(const error& e, std::string_view what,
                                          std::string_view key);

  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& f,
                                                 step_request& x) {
    auto all = Inspector::reads_state ? x.pack() : packed{};
    auto load = [&]() -> caf::error {
      x.unpack(std::move(all));
      return caf::none;
    };
    return f(caf::meta::type_name("lightflow.step_request"), all.run_id,
             all.flow_name, all.process_name, all.name, all.attempt,
             all.context, all.results, caf::meta::load_callback(load));
  }

  std::shared_ptr<const content> content_;
};

/// What an actor answers: what the step returns and sets, or why it failed. A
/// value, or a failure (`lf::fail("declined")`), is one by itself.
class step_answer {
public:
  /// The step returns nothing.
  step_answer() = default;

  template <class T>
    requires(
      std::convertible_to<
        T,
        value> && !std::same_as<std::remove_cvref_t<T>, step_answer> && !std::convertible_to<T, caf::error>)
  step_answer(T&& x) : returned_(std::forward<T>(x)) {}

  step_answer(failure x) : failure_(std::move(x.message)), failed_(true) {}

  /// Sets a key, as a step does: also one that fails, for its next attempt.
  step_answer& set(std::string_view key, value x) & {
    context_.set(key, std::move(x));
    return *this;
  }

  step_answer&& set(std::string_view key, value x) && {
    context_.set(key, std::move(x));
    return std::move(*this);
  }

  const value& returned() const {
    return returned_;
  }

  const writes& context() const {
    return context_;
  }

  /// Why it failed; nothing if it did not.
  std::optional<failure> reason() const {
    return failed_ ? std::optional{fail(failure_)} : std::nullopt;
  }

private:
  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& f, step_answer& x) {
    return f(caf::meta::type_name("lightflow.step_answer"), x.failed_,
             x.failure_, x.returned_, x.context_);
  }

  value returned_;
  writes context_;
  std::string failure_;
  bool failed_ = false;
};

/// Tells an actor that the answer to a request is not wanted any more, since
/// the step timed out or its run is stopped or its engine ends.
struct step_stop {
  /// `step_request::id` and `step_request::attempt` of that request.
  std::string step_id;
  std::uint32_t attempt;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, step_stop& x) {
  return f(caf::meta::type_name("lightflow.step_stop"), x.step_id, x.attempt);
}

/// Makes these messages known to the actor systems with this configuration.
/// Needed on both nodes if an actor on another node does steps.
void add_step_message_types(caf::actor_system_config& to);

} // namespace lightflow
