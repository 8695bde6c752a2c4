// SPDX-License-Identifier: MIT
// The part of the front actor that has to do with runs.
#include "lightflow/core/name.hpp"

#include "control_request.hpp"
#include "engine_core.hpp"
#include "front_actor.hpp"
#include "run_start.hpp"

#include <caf/send.hpp>

#include <fmt/format.h>

namespace lightflow {

namespace {

void require_sent(const writes& input) {
  for (auto& [key, x] : input)
    if (is_lost(x))
      throw error(error_code::no_codec,
                  fmt::format(R"(input "{:.200}" was not sent: it is a value )"
                              "of type {:.200}",
                              key, x.type()));
}

} // namespace

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
    find_run{id, core_.patience_of_messages()});
}

/// Starts a run, and goes on with its channel.
template <class F>
void front_actor_impl::begin(std::string id, const std::string& flow,
                             writes& input, status_reply to, F then) {
  require_sent(input);
  auto what = id.empty()
                ? make_start(core_, flow, std::move(input))
                : make_start_as(core_, std::move(id), flow, std::move(input));
  what.patience = core_.patience_of_messages();
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
  core_.require_journal();
  if (!is_valid_name(x.id))
    throw unknown_run(x.id);
  ask<run_answer>(
    to,
    [this, to](run_answer& answer) {
      if (answer.refusal)
        throw *answer.refusal;
      tell_status(answer.channel, {false, false, {}}, to);
    },
    recover_run{x.id, core_.patience_of_messages()});
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
  using snapshot_ptr = std::shared_ptr<const run_snapshot>;
  if (auto report = run->look())
    return to.deliver(make(*report, show));
  ask<snapshot_ptr>(
    to,
    [this, run, show, to](snapshot_ptr& x) mutable {
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

} // namespace lightflow
