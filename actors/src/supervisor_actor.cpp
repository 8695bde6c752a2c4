// SPDX-License-Identifier: MIT
#include "supervisor_actor.hpp"

#include "lightflow/core/step.hpp"

#include "process_actor.hpp"

#include <algorithm>
#include <utility>

namespace lightflow {

supervisor_actor_impl::supervisor_actor_impl(caf::actor_config& cfg,
                                             runtime& env, engine_actor engine,
                                             start_run what)
    : pooled(cfg, env.pool, job_kind::supervision), env_(env),
      engine_(std::move(engine)), run_(std::move(what)), start_(env.now()),
      processes_(run_.channel->flow()->processes.size()),
      ended_(processes_.size()) {}

void supervisor_actor_impl::on_exit() {
  engine_ = nullptr;
  processes_.clear();
}

supervisor_actor_impl::behavior_type supervisor_actor_impl::make_behavior() {
  for (std::size_t i = 0; i < processes_.size(); ++i)
    start_process(i);
  finish_if_done(); // a flow may have no process
  return {
    [this](const control& x) { return on_control(x); },
    [this](look_atom) { return on_look(); },
    [this](const process_ended& x) { on_process_ended(x); },
    [this](tick_atom) {
      for (auto i : live_processes())
        send(processes_[i], tick_atom::value);
    },
    [this](close_atom) { on_close(); },
  };
}

void supervisor_actor_impl::start_process(std::size_t index) {
  auto& flow = *run_.channel->flow();
  auto& plan = flow.processes[index];
  auto identity = std::make_shared<const process_identity>(process_identity{
    run_.channel->id(), flow.name, plan->name, flow.recoverable});
  processes_[index] = spawn<process_actor_impl, caf::hidden>(
    env_, supervisor_actor{this}, index, std::move(identity),
    process_state{plan, run_.input});
  ++live_;
}

std::vector<std::size_t> supervisor_actor_impl::live_processes() const {
  std::vector<std::size_t> result;
  for (std::size_t i = 0; i < processes_.size(); ++i)
    if (processes_[i] != nullptr)
      result.push_back(i);
  return result;
}

void supervisor_actor_impl::on_process_ended(const process_ended& x) {
  processes_[x.process] = nullptr;
  ended_[x.process] = x.state;
  --live_;
  finish_if_done();
}

auto supervisor_actor_impl::on_control(const control& x) -> confirmation {
  auto answer = make_response_promise<confirmation>();
  if (!x.process) {
    paused_ = x.action == control_action::pause;
    stopped_ = stopped_ || x.action == control_action::stop;
  }
  auto concerned = x.process ? std::vector{*x.process} : live_processes();
  std::erase_if(concerned, [&](auto i) { return processes_[i] == nullptr; });
  if (concerned.empty()) {
    answer.deliver(false);
    return answer;
  }
  auto open = std::make_shared<std::size_t>(concerned.size());
  ++open_answers_;
  auto confirm = [this, answer, open]() mutable {
    if (--*open > 0)
      return;
    answer.deliver(true);
    --open_answers_;
    finish_if_done();
  };
  for (auto i : concerned)
    request(processes_[i], caf::infinite, x)
      .then([=](bool) mutable { confirm(); },
            [=](const caf::error&) mutable { confirm(); });
  return answer;
}

auto supervisor_actor_impl::on_look() -> look_answer {
  using state_ptr = std::shared_ptr<const process_state>;
  auto answer = make_response_promise<look_answer>();
  auto record = std::make_shared<run_record>(record_now());
  auto open = std::make_shared<std::size_t>(live_);
  if (live_ == 0) {
    answer.deliver(std::shared_ptr<const run_record>{record});
    return answer;
  }
  ++open_answers_;
  for (auto i : live_processes()) {
    auto collect = [=, this](state_ptr x) mutable {
      record->processes[i] = x != nullptr ? std::move(x) : ended_[i];
      if (--*open > 0)
        return;
      answer.deliver(std::shared_ptr<const run_record>{record});
      --open_answers_;
      finish_if_done();
    };
    // A process that ended meanwhile told so before it bounced the request.
    request(processes_[i], caf::infinite, look_atom::value)
      .then(collect, [=](const caf::error&) mutable { collect(nullptr); });
  }
  return answer;
}

void supervisor_actor_impl::on_close() {
  for (auto i : live_processes())
    send(processes_[i], close_atom::value);
}

status supervisor_actor_impl::own_status() const {
  status result;
  if (stopped_)
    result.add(status::stopped);
  for (auto& x : ended_)
    if (x != nullptr && x->has_ended() && x->own_status().is_abnormal())
      result.add(status::failed);
  if (live_ > 0) {
    result.add(status::pending);
    if (paused_)
      result.add(status::paused);
  } else if (!result.is_abnormal()) {
    result.add(status::success);
  }
  return result;
}

run_record supervisor_actor_impl::record_now() const {
  run_record result;
  result.id = run_.channel->id();
  result.flow = run_.channel->flow();
  result.input = run_.input;
  result.own = own_status();
  result.start = result.end = start_;
  result.processes = ended_;
  for (auto& x : ended_)
    if (x != nullptr)
      result.end = std::max(result.end, x->end());
  return result;
}

/// An actor that leaves does not answer any more, so all answers come first.
void supervisor_actor_impl::finish_if_done() {
  if (live_ > 0 || open_answers_ > 0 || left_)
    return;
  left_ = true;
  auto complete = std::all_of(ended_.begin(), ended_.end(),
                              [](auto& x) { return x->has_ended(); });
  send(engine_, run_ended{run_.channel->id()});
  if (complete)
    run_.channel->finish(
      run_report{std::make_shared<const run_record>(record_now())});
  else
    run_.channel->close();
  quit();
}

} // namespace lightflow
