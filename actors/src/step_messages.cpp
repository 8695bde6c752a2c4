// SPDX-License-Identifier: MIT
#include "lightflow/caf/step_messages.hpp"

#include "lightflow/core/error.hpp"
#include "lightflow/core/name.hpp"
#include "lightflow/core/step.hpp"
#include "lightflow/core/step_input.hpp"

#include <utility>
#include <variant>

#include <fmt/format.h>

namespace lightflow {

namespace {

/// What a step sees, as it came from another node.
struct received_input {
  writes context_;
  writes results_;

  const value* find(std::string_view key) const {
    return context_.find(key);
  }

  const value* result(std::string_view step) const {
    return results_.find(step);
  }

  const writes& context() const {
    return context_;
  }

  const writes& results() const {
    return results_;
  }
};

/// The same values, all encoded.
writes encoded(const writes& xs, std::string_view what) {
  writes result;
  for (auto& [key, x] : xs) {
    if (!x.has_codec())
      throw error(error_code::no_codec,
                  fmt::format(R"({} "{}" of type {} cannot be sent to another )"
                              "node: give the type a codec, or keep it from "
                              "the step with reads()",
                              what, key, x.type()));
    result.set(key, value::from_encoding(std::string{x.type()}, x.encoding()));
  }
  return result;
}

} // namespace

struct step_request::content {
  std::string run_id;
  std::string flow_name;
  std::string process_name;
  std::string name;
  std::uint32_t attempt = 0;
  std::variant<received_input, step_input> input;

  template <class F>
  auto of_input(F f) const {
    return std::visit([&](auto& x) { return f(x); }, input);
  }
};

// -- step_request -------------------------------------------------------------

step_request::step_request() {
  static const auto nothing = std::make_shared<const content>();
  content_ = nothing;
}

step_request::step_request(const step& self)
    : content_(std::make_shared<const content>(
      content{self.run_id(), self.flow_name(), self.process_name(), self.name(),
              self.attempt(), step_input{self}})) {}

const std::string& step_request::name() const {
  return content_->name;
}

const std::string& step_request::process_name() const {
  return content_->process_name;
}

const std::string& step_request::flow_name() const {
  return content_->flow_name;
}

const std::string& step_request::run_id() const {
  return content_->run_id;
}

std::string step_request::id() const {
  return step_id_of(run_id(), process_name(), name());
}

std::uint32_t step_request::attempt() const {
  return content_->attempt;
}

const value* step_request::find(std::string_view key) const {
  return content_->of_input([&](auto& x) { return x.find(key); });
}

const value* step_request::find_result(std::string_view step_name) const {
  return content_->of_input([&](auto& x) { return x.result(step_name); });
}

writes step_request::context() const {
  return content_->of_input([](auto& x) -> writes { return x.context(); });
}

writes step_request::results() const {
  return content_->of_input([](auto& x) -> writes { return x.results(); });
}

void step_request::rethrow_naming(const error& e, std::string_view what,
                                  std::string_view key) {
  throw error(e.code(), fmt::format(R"({} "{}": {})", what, key, e.what()));
}

step_request step_request::for_another_node() const {
  step_request result;
  result.content_ = std::make_shared<const content>(
    content{run_id(), flow_name(), process_name(), name(), attempt(),
            received_input{encoded(context(), "key"),
                           encoded(results(), "result of step")}});
  return result;
}

auto step_request::pack() const -> packed {
  return {run_id(),  flow_name(), process_name(), name(),
          attempt(), context(),   results()};
}

void step_request::unpack(packed x) {
  content_ = std::make_shared<const content>(
    content{std::move(x.run_id), std::move(x.flow_name),
            std::move(x.process_name), std::move(x.name), x.attempt,
            received_input{std::move(x.context), std::move(x.results)}});
}

void add_step_message_types(caf::actor_system_config& to) {
  to.add_message_type<step_request>("lightflow.step_request");
  to.add_message_type<step_answer>("lightflow.step_answer");
  to.add_message_type<step_stop>("lightflow.step_stop");
}

} // namespace lightflow
