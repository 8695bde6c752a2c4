// SPDX-License-Identifier: MIT
#include "assignment.hpp"

#include "lightflow/core/error.hpp"
#include "lightflow/core/plan.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <vector>

#include <fmt/format.h>

namespace lightflow {

// -- at the engine ------------------------------------------------------------

namespace {

/// Encodes what one step takes along.
class packing {
public:
  packing(const step& self, std::size_t limit)
      : self_(self), plan_(self.view().plan()), limit_(limit) {}

  encoded_writes all(const writes* xs, std::string_view whose) {
    return pack(xs, whose, [](auto&) { return true; });
  }

  encoded_writes visible(const writes* xs, std::string_view whose) {
    return pack(xs, whose,
                [&](auto& key) { return plan_.delegated->takes_along(key); });
  }

  /// What the ancestors left, as far as the step takes it along.
  std::vector<encoded_output> ancestors() {
    std::vector<encoded_output> result;
    auto& context = self_.view().context();
    for (auto x : ancestor_indices()) {
      auto left = context.output(x);
      if (left == nullptr)
        continue;
      auto& name = context.plan().steps[x].name;
      encoded_output output{name, visible(&left->context, name), {}};
      if (takes_result_of(x) && left->result.has_value())
        output.result
          = pack(left->result, [&] { return "the result of step " + name; });
      if (!output.context.empty() || !output.result.type.empty())
        result.push_back(std::move(output));
    }
    return result;
  }

private:
  const std::optional<std::vector<std::string>>& declared() const {
    return plan_.delegated->reads;
  }

  /// Those of the steps that it was defined to run after come along in any
  /// case.
  bool takes_result_of(step_index x) const {
    auto dependencies = graph().dependencies(self_.view().index());
    return !declared()
           || std::find(dependencies.begin(), dependencies.end(), x)
                != dependencies.end();
  }

  std::vector<step_index> ancestor_indices() const {
    std::vector<step_index> result;
    std::set<step_index> seen;
    auto add = [&](step_index of) {
      for (auto x : graph().dependencies(of))
        if (seen.insert(x).second)
          result.push_back(x);
    };
    add(self_.view().index());
    for (std::size_t i = 0; i < result.size(); ++i)
      add(result[i]);
    return result;
  }

  template <class Filter>
  encoded_writes pack(const writes* xs, std::string_view whose, Filter take) {
    encoded_writes result;
    if (xs == nullptr)
      return result;
    for (auto& [key, x] : *xs)
      if (take(key))
        result.emplace_back(key, pack(x, [&, &name = key] {
                              return fmt::format(R"(key "{}" of {})", name,
                                                 whose);
                            }));
    return result;
  }

  template <class Name>
  sent_value pack(const value& x, Name name) {
    constexpr std::string_view hint
      = "name the keys that the step needs with reads(), so that it takes "
        "along no others";
    if (!x.has_codec())
      throw error(error_code::no_codec,
                  fmt::format("cannot run on a worker: {} is a {}, which "
                              "cannot be encoded; {}",
                              name(), x.type(), hint));
    auto result = encode(x);
    if (result.bytes.size() > limit_)
      throw error(error_code::value_too_large,
                  fmt::format("cannot run on a worker: {} has {} bytes, but "
                              "engine_options::value_limit is {}; {}",
                              name(), result.bytes.size(), limit_, hint));
    load_ += size_of(result);
    if (load_ > largest_load)
      throw error(error_code::value_too_large,
                  fmt::format("cannot run on a worker: what it takes along has "
                              "more than {} bytes in all; {}",
                              largest_load, hint));
    return result;
  }

  const topology& graph() const {
    return self_.view().context().plan().graph;
  }

  const step& self_;
  const step_plan& plan_;
  std::size_t limit_;
  std::size_t load_ = 0; // of what was packed, in bytes
};

std::int64_t since_epoch(time_point x) {
  return std::chrono::duration_cast<duration>(x.time_since_epoch()).count();
}

} // namespace

step_assignment make_assignment(const step& self, lease who,
                                std::string definition,
                                std::size_t value_limit) {
  packing pack{self, value_limit};
  auto& context = self.view().context();
  step_assignment result;
  result.lease = std::move(who);
  result.flow = self.flow_name();
  result.definition = std::move(definition);
  result.process = self.process_name();
  result.step = self.name();
  result.run = self.run_id();
  result.attempt = self.attempt();
  result.start = since_epoch(self.start());
  result.value_limit = value_limit;
  result.input = pack.visible(&context.input(), "the run");
  result.prepared = pack.visible(context.own(), "the process");
  result.own = pack.all(&self.own_writes(), "the step itself");
  result.ancestors = pack.ancestors();
  return result;
}

// -- on a worker --------------------------------------------------------------

namespace {

/// The step of an assignment, as it is defined here.
struct found_step {
  std::shared_ptr<const flow_plan> flow;
  std::shared_ptr<const process_plan> process;
  step_index step;
};

/// Throws lightflow::error unless it is here, and as it is at the engine.
found_step find_step(workshop& place, const step_assignment& what) {
  auto flow = place.flows.plan(what.flow);
  if (flow == nullptr
      || place.definitions.of(*flow)->fingerprint != what.definition)
    throw error(
      error_code::definition_changed,
      fmt::format(R"(worker "{}" has no flow "{}" of this definition)",
                  place.worker, what.flow));
  auto process = flow->find(what.process);
  auto step
    = process ? flow->processes[*process]->find(what.step) : std::nullopt;
  if (!step)
    throw error(error_code::unknown_step,
                fmt::format(R"(worker "{}" has no step "{}/{}/{}")",
                            place.worker, what.flow, what.process, what.step));
  return {flow, flow->processes[*process], *step};
}

/// The context as it is at the engine, as far as it came along.
std::shared_ptr<const process_context>
unpack_context(const found_step& at, const step_assignment& what) {
  auto result = std::make_shared<process_context>(
    at.process, std::make_shared<const writes>(decode(what.input)));
  if (!what.prepared.empty())
    result->prepare(std::make_shared<const writes>(decode(what.prepared)));
  for (auto& x : what.ancestors) {
    auto step = at.process->find(x.step);
    if (!step)
      throw error(error_code::unknown_step,
                  fmt::format(R"(there is no step "{}" here)", x.step));
    result->publish(*step, std::make_shared<const step_output>(step_output{
                             decode(x.context), from_sent(x.result)}));
  }
  return result;
}

std::shared_ptr<const process_run> make_process(const workshop& place,
                                                const found_step& at,
                                                const step_assignment& what) {
  auto run = std::make_shared<run_info>();
  run->id = what.run;
  run->flow_name = what.flow;
  run->recoverable = at.flow->recoverable;
  run->value_limit = what.value_limit;
  run->worker = place.worker;
  return std::make_shared<const process_run>(std::move(run), what.process);
}

void fail_with(step_completion& x, completion_kind kind, std::string error) {
  x.kind = kind;
  x.error = cut_error(std::move(error));
}

/// What the function set and returned; a codec of the user may throw.
void keep_output(step_completion& to, step& self,
                 std::optional<value> returned) {
  auto trouble = call_guarded([&]() -> result<> {
    if (returned && returned->has_value())
      if (auto why = self.run().why_not_kept(*returned); !why.empty())
        return fail("what it returned cannot be kept: " + std::move(why));
    for (auto& [key, x] : self.own_writes())
      to.context.emplace_back(key, encode(x));
    if (returned)
      to.result = encode(*returned);
    return {};
  });
  if (!trouble)
    return;
  to.context.clear();
  if (to.kind == completion_kind::success)
    fail_with(to, completion_kind::failed, trouble->message);
}

void call(workshop& place, const step_assignment& what, stop_signal& stop,
          step_completion& end) {
  auto at = find_step(place, what);
  auto process = make_process(place, at, what);
  time_point start{
    std::chrono::duration_cast<time_point::duration>(duration{what.start})};
  step self{*process,
            step_view{unpack_context(at, what), at.step},
            {what.attempt, start, &stop},
            decode(what.own)};
  running_functions::entry running{place.functions, self};
  auto [returned, trouble]
    = call_guarded([&] { return at.process->steps[at.step].function(self); });
  if (trouble)
    fail_with(end,
              trouble->is_panic() ? completion_kind::threw
                                  : completion_kind::failed,
              trouble->message);
  keep_output(end, self, std::move(returned));
  if (auto why = why_malformed(end, what.value_limit); !why.empty()) {
    end = {what.lease};
    fail_with(end, completion_kind::failed,
              "cannot be sent to the engine: " + why);
  }
}

} // namespace

step_completion fail_assignment(lease who, std::string why) {
  step_completion result{who};
  fail_with(result, completion_kind::failed, std::move(why));
  return result;
}

step_completion do_assignment(workshop& place, const step_assignment& what,
                              stop_signal& stop) {
  step_completion end{what.lease};
  if (stop.is_requested()) {
    end.kind = completion_kind::not_begun;
    return end;
  }
  try {
    call(place, what, stop, end);
  } catch (const std::exception& e) {
    return fail_assignment(what.lease, e.what());
  }
  return end;
}

} // namespace lightflow
