// SPDX-License-Identifier: MIT
#include "front_actor.hpp"

#include "lightflow/core/name.hpp"

#include "control_request.hpp"
#include "engine_core.hpp"
#include "run_start.hpp"
#include "user_job.hpp"
#include "worker_access.hpp"

#include <caf/default_attachable.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

#include <algorithm>

#include <fmt/format.h>

namespace lightflow {

namespace {

constexpr std::uint32_t max_list = 10'000;

error engine_is_closed() {
  return {error_code::engine_closed, "the engine was destroyed"};
}

/// An id as it may be shown.
error unknown_run(const std::string& id) {
  return {error_code::unknown_run,
          fmt::format(R"(no run "{:.200}" is known to the engine)", id)};
}

void require_sent(const writes& input) {
  for (auto& [key, x] : input)
    if (is_lost(x))
      throw error(error_code::no_codec,
                  fmt::format(R"(input "{:.200}" was not sent: it is a value )"
                              "of type {:.200}",
                              key, x.type()));
}

} // namespace

front_actor_impl::front_actor_impl(caf::actor_config& cfg, runtime& env,
                                   engine_core& core, engine_actor engine)
    : pooled(cfg, env.pool, job_kind::supervision), env_(env), core_(core),
      engine_(std::move(engine)) {
  // Messages of others are no reason to end, except those that CAF has for it.
  set_default_handler(caf::drop);
  set_error_handler([](caf::error&) {});
  set_down_handler([this](const caf::down_msg& x) { on_down(x); });
  set_exception_handler([this](std::exception_ptr& thrown) -> caf::error {
    env_.log_defect("the front of the engine", thrown);
    return caf::exit_reason::unhandled_exception;
  });
}

front_actor_impl::behavior_type front_actor_impl::make_behavior() {
  using namespace messages;
  return {
    [this](messages::start& x) {
      return serve<run_status>([&](auto to) { start(x, to); });
    },
    [this](messages::run& x) {
      return serve<run_status>([&](auto to) { run(x, to); });
    },
    [this](const messages::wait& x) {
      return serve<run_status>([&](auto to) { wait(x, to); });
    },
    [this](const messages::recover& x) {
      return serve<run_status>([&](auto to) { recover(x, to); });
    },
    [this](const messages::look& x) {
      return serve<run_status>([&](auto to) { look(x, to); });
    },
    [this](const messages::pause& x) {
      return serve<bool>(
        [&](auto to) { direct(control_action::pause, x.id, x.process, to); });
    },
    [this](const messages::resume& x) {
      return serve<bool>(
        [&](auto to) { direct(control_action::resume, x.id, x.process, to); });
    },
    [this](const messages::stop& x) {
      return serve<bool>(
        [&](auto to) { direct(control_action::stop, x.id, x.process, to); });
    },
    [this](const messages::list& x) {
      return serve<run_list>([&](auto to) { list(x, to); });
    },
    [this](const messages::forget& x) {
      return serve<bool>([&](auto to) { forget(x, to); });
    },
    [this](const messages::subscribe& x) {
      return serve_topic(
        x, [this](auto& who, const topic& what) { subscribe(who, what); });
    },
    [this](const messages::unsubscribe& x) {
      return serve_topic(
        x, [this](auto& who, const topic& what) { unsubscribe(who, what); });
    },
    [this](const worker_hello& x) { pass_on(x); },
    [this](const run_decided& x) { on_decided(x); },
    [this](runs_listed& x) { on_listed(x); },
    [this](const notice& x) { on_notice(x); },
    [this](close_front) {
      closed_ = true;
      quit(caf::exit_reason::user_shutdown);
    },
  };
}

// -- its end ------------------------------------------------------------------

namespace {

/// Refuses the requests in a mailbox.
struct refuse_requests {
  void operator()(const caf::mailbox_element& x) const {
    if (x.sender != nullptr && x.mid.is_request())
      x.sender->enqueue(nullptr, x.mid.response_id(),
                        caf::make_message(to_caf(engine_is_closed())), nullptr);
  }

  /// CAF's mailbox has queues in queues.
  template <class Key, class Queue, class... Ts>
  caf::intrusive::task_result operator()(const Key&, const Queue&,
                                         const Ts&... xs) const {
    (*this)(xs...);
    return caf::intrusive::task_result::resume;
  }
};

} // namespace

bool front_actor_impl::cleanup(caf::error&& reason, caf::execution_unit* host) {
  if (!mailbox().closed()) {
    mailbox().close();
    get_normal_queue().flush_cache();
    get_urgent_queue().flush_cache();
    refuse_requests refuse;
    while (mailbox().queue().new_round(1000, refuse).consumed_items > 0)
      continue;
  }
  return pooled::cleanup(std::move(reason), host);
}

/// If it was not closed by the engine, it closes the engine.
void front_actor_impl::on_exit() {
  env_.notices->watch(false);
  waits_.clear();
  lists_.clear();
  for (auto& [number, refuse] : std::exchange(open_, {}))
    refuse(engine_is_closed());
  if (!closed_) {
    core_.front_left();
    anon_send(engine_, close_atom::value);
  }
  engine_ = nullptr;
}

// -- answering ----------------------------------------------------------------

template <class T, class F>
caf::result<T> front_actor_impl::serve(F f) {
  auto promise = make_response_promise<caf::typed_response_promise<T>>();
  auto number = next_number_++;
  open_.emplace(number, [promise](const error& why) mutable {
    promise.deliver(to_caf(why));
  });
  reply<T> to{this, number, promise};
  guard(to, [&] { f(to); });
  return promise;
}

template <class T, class F>
void front_actor_impl::guard(reply<T> to, F f) {
  try {
    f();
  } catch (const error& e) {
    to.fail(e);
  } catch (const std::exception& e) {
    to.fail({error_code::internal, e.what()});
  }
}

/// Asks the engine actor.
template <class Answer, class T, class F, class... Ts>
void front_actor_impl::ask(reply<T> to, F then, Ts... xs) {
  request(engine_, caf::infinite, std::move(xs)...)
    .then([to, then = std::move(then)](
            Answer& x) mutable { guard(to, [&] { then(x); }); },
          [to](const caf::error&) mutable { to.fail(engine_is_closed()); });
}

template <class T, class F>
void front_actor_impl::find(const std::string& id, reply<T> to, F then) {
  if (!is_valid_name(id))
    throw unknown_run(id);
  ask<run_answer>(
    to,
    [id, then = std::move(then)](run_answer& x) mutable {
      if (x.refusal)
        throw *x.refusal;
      if (x.channel == nullptr)
        throw unknown_run(id);
      then(x.channel);
    },
    find_atom::value, id);
}

/// Starts a run, and goes on with its channel.
template <class F>
void front_actor_impl::begin(std::string id, const std::string& flow,
                             writes& input, status_reply to, F then) {
  require_sent(input);
  auto what = id.empty()
                ? make_start(core_, flow, std::move(input))
                : make_start_as(core_, std::move(id), flow, std::move(input));
  ask<run_answer>(
    to,
    [then = std::move(then)](run_answer& x) mutable {
      if (x.refusal)
        throw *x.refusal;
      then(x.channel);
    },
    std::move(what));
}

// -- runs ---------------------------------------------------------------------

void front_actor_impl::start(messages::start& x, status_reply to) {
  begin(std::move(x.id), x.flow, x.input, to,
        [this, to](const channel_ptr& run) {
          tell_status(run, {false, false, {}}, to);
        });
}

void front_actor_impl::run(messages::run& x, status_reply to) {
  begin(std::move(x.id), x.flow, x.input, to,
        [this, to, show = x.show](const channel_ptr& run) {
          tell_end(run, show, to);
        });
}

void front_actor_impl::wait(const messages::wait& x, status_reply to) {
  find(x.id, to, [this, to, show = x.show](const channel_ptr& run) {
    tell_end(run, show, to);
  });
}

void front_actor_impl::look(const messages::look& x, status_reply to) {
  find(x.id, to, [this, to, show = x.show](const channel_ptr& run) {
    tell_status(run, show, to);
  });
}

void front_actor_impl::recover(const messages::recover& x, status_reply to) {
  (void)core_.journal();
  if (!is_valid_name(x.id))
    throw unknown_run(x.id);
  ask<run_answer>(
    to,
    [this, to](run_answer& answer) {
      if (answer.refusal)
        throw *answer.refusal;
      tell_status(answer.channel, {false, false, {}}, to);
    },
    recover_run{x.id});
}

void front_actor_impl::direct(control_action action, const std::string& id,
                              const std::string& process, reply<bool> to) {
  find(id, to, [this, to, action, process](const channel_ptr& run) {
    auto of = process.empty() ? std::nullopt
                              : std::optional<std::string_view>{process};
    auto what = make_control(*run->flow(), action, of);
    ask<bool>(
      to, [to](bool x) mutable { to.deliver(x); }, run->id(), what);
  });
}

/// Of a run that has just ended, its supervisor cannot be asked any more, but
/// its report is about to come.
void front_actor_impl::tell_status(const channel_ptr& run,
                                   const messages::view& show,
                                   status_reply to) {
  using record_ptr = std::shared_ptr<const run_record>;
  if (auto report = run->look())
    return to.deliver(make(*report, show));
  ask<record_ptr>(
    to,
    [this, run, show, to](record_ptr& x) mutable {
      if (x != nullptr)
        to.deliver(make(run_report{x}, show));
      else
        tell_end(run, show, to);
    },
    look_atom::value, run->id());
}

void front_actor_impl::tell_end(const channel_ptr& run,
                                const messages::view& show, status_reply to) {
  waits_[to.number] = [this, run, show, to]() mutable {
    guard(to, [&] { to.deliver(make(*run->wait(duration::zero()), show)); });
  };
  run->when_decided([front = front_actor{this}, number = to.number] {
    caf::anon_send(front, run_decided{number});
  });
}

/// As if the worker had sent it there.
void front_actor_impl::pass_on(const worker_hello& x) {
  if (auto worker = current_sender())
    caf::send_as(caf::actor_cast<caf::actor>(worker), env_.workers->queue, x);
}

void front_actor_impl::on_decided(const run_decided& x) {
  if (auto wait = waits_.extract(x.request); !wait.empty())
    wait.mapped()();
}

messages::run_status front_actor_impl::make(const run_report& x,
                                            const messages::view& show) const {
  auto secrets
    = env_.journal != nullptr ? env_.journal->secrets.get() : nullptr;
  return make_status(x, {show, secrets});
}

// -- the journal --------------------------------------------------------------

void front_actor_impl::list(const messages::list& x,
                            reply<messages::run_list> to) {
  (void)core_.journal();
  if (x.condition > run_condition::finished
      || (!x.after.empty() && !is_valid_name(x.after)))
    throw error(error_code::bad_request,
                "runs are listed by a condition that there is, after the id "
                "of a run");
  lists_.emplace(to.number, to);
  auto read = [from = env_.journal->source.from, x,
               number = to.number]() -> runs_listed {
    try {
      auto limit = std::min(x.limit, max_list);
      return {number, from->list(x.condition, x.after, limit), {}};
    } catch (const error& e) {
      return {number, {}, e};
    }
  };
  spawn<user_job, caf::hidden>(env_.pool, front_actor{this}, std::move(read));
}

void front_actor_impl::on_listed(runs_listed& x) {
  auto to = std::move(lists_.extract(x.request).mapped());
  if (x.refusal)
    to.fail(*x.refusal);
  else
    to.deliver({std::move(x.runs)});
}

void front_actor_impl::forget(const messages::forget& x, reply<bool> to) {
  (void)core_.journal();
  if (!is_valid_name(x.id))
    throw unknown_run(x.id);
  ask<forget_answer>(
    to,
    [to](forget_answer answer) mutable {
      if (answer == forget_answer::lost)
        throw error(error_code::journal_failed,
                    "the run could not be removed: the engine was destroyed "
                    "before the journal could be written");
      to.deliver(answer == forget_answer::done);
    },
    erase_run{x.id});
}

// -- subscribers --------------------------------------------------------------

template <class Message, class F>
caf::result<void> front_actor_impl::serve_topic(const Message& x, F f) {
  try {
    auto who = x.subscriber != nullptr
                 ? x.subscriber
                 : caf::actor_cast<caf::actor>(current_sender());
    if (who == nullptr)
      throw error(error_code::bad_request,
                  "nobody is named who is to be told, and nobody asks");
    f(who, make_topic(x.id, x.flow));
    return caf::unit;
  } catch (const error& e) {
    return to_caf(e);
  }
}

topic front_actor_impl::make_topic(const std::string& id,
                                   const std::string& flow) const {
  if (!id.empty() && !flow.empty())
    throw error(error_code::bad_request,
                "subscribe to a run or to a flow, not to both at once");
  if (!id.empty()) {
    if (!is_valid_name(id))
      throw unknown_run(id);
    return {topic::kind::run, id};
  }
  if (flow.empty())
    return {};
  auto flows = core_.flows().flows();
  if (std::find(flows.begin(), flows.end(), flow) == flows.end())
    throw error(error_code::unknown_flow,
                fmt::format(R"(no flow "{:.200}" in the catalog)", flow));
  return {topic::kind::flow, flow};
}

void front_actor_impl::subscribe(const caf::actor& who, const topic& what) {
  if (subscriptions_.add(who, what))
    monitor(who);
  env_.notices->watch(true);
}

void front_actor_impl::unsubscribe(const caf::actor& who, const topic& what) {
  if (subscriptions_.remove(who, what))
    demonitor(who.address());
  env_.notices->watch(!subscriptions_.empty());
}

void front_actor_impl::on_down(const caf::down_msg& x) {
  subscriptions_.remove_all(x.source);
  env_.notices->watch(!subscriptions_.empty());
}

void front_actor_impl::on_notice(const notice& x) {
  for (auto& who : subscriptions_.subscribers(x.run, x.flow))
    who->enqueue(ctrl(), caf::make_message_id(), x.what, context());
}

} // namespace lightflow
