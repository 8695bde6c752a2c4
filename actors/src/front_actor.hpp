// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/caf/engine_handle.hpp"
#include "lightflow/caf/error.hpp"
#include "lightflow/core/error.hpp"

#include "actors.hpp"
#include "notice_board.hpp"
#include "pooled.hpp"
#include "run_errors.hpp"
#include "runtime.hpp"
#include "status_messages.hpp"
#include "subscriptions.hpp"

#include <caf/result.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace lightflow {

class engine_core;

/// It is known how the run ended that somebody waits for, or that it will not.
struct run_decided {
  std::uint64_t request;
};

/// The journal was asked for runs.
struct runs_listed {
  std::uint64_t request;
  std::vector<run_summary> runs;
  std::optional<error> refusal;
};

/// The engine is gone but for its front.
struct close_front {};

/// One per engine: what others talk to. Takes their requests, has the engine
/// actor do what they say, and hands on what subscribers want to hear.
using front_actor = engine_handle::extend<
  // Of a worker, for the work queue.
  caf::reacts_to<worker_hello>,
  // From the channel of a run.
  caf::reacts_to<run_decided>,
  // From a job that reads the journal.
  caf::reacts_to<runs_listed>,
  // From all actors and threads of the engine, while somebody listens.
  caf::reacts_to<notice>, caf::reacts_to<close_front>>;

class front_actor_impl : public pooled<front_actor::base> {
public:
  front_actor_impl(caf::actor_config& cfg, runtime& env, engine_core& core,
                   engine_actor engine);

  const char* name() const override {
    return "lightflow.front";
  }

  bool cleanup(caf::error&& reason, caf::execution_unit* host) override;

  void on_exit() override;

protected:
  behavior_type make_behavior() override;

private:
  /// A request that is to be answered, now or later, once.
  template <class T>
  struct reply {
    front_actor_impl* self;
    std::uint64_t number;
    caf::typed_response_promise<T> promise;

    void deliver(T x) {
      self->open_.erase(number);
      promise.deliver(std::move(x));
    }

    void fail(const error& why) {
      self->open_.erase(number);
      promise.deliver(to_caf(why));
    }
  };

  using status_reply = reply<messages::run_status>;
  using channel_ptr = std::shared_ptr<run_channel>;

  void start(messages::start& x, status_reply to);
  void run(messages::run& x, status_reply to);
  void wait(const messages::wait& x, status_reply to);
  void look(const messages::look& x, status_reply to);
  void recover(const messages::recover& x, status_reply to);
  void direct(control_action what, const std::string& id,
              const std::string& process, reply<bool> to);
  void list(const messages::list& x, reply<messages::run_list> to);
  void forget(const messages::forget& x, reply<bool> to);
  caf::result<void> subscribe(const messages::subscribe& x);
  caf::result<void> unsubscribe(const messages::unsubscribe& x);

  void pass_on(const worker_hello& x);
  void on_decided(const run_decided& x);
  void on_listed(runs_listed& x);
  void on_notice(const notice& x);
  void on_down(const caf::down_msg& x);

  template <class T, class F>
  caf::result<T> serve(F f);
  template <class T, class F>
  static void guard(reply<T> to, F f);
  template <class Answer, class T, class F, class... Ts>
  void ask(reply<T> to, F then, Ts... xs);
  template <class T, class F>
  void find(const std::string& id, reply<T> to, F then);
  template <class F>
  void begin(std::string id, const std::string& flow, writes& input,
             status_reply to, F then);
  void tell_status(const channel_ptr& run, const messages::view& show,
                   status_reply to);
  void tell_end(const channel_ptr& run, const messages::view& show,
                status_reply to);
  messages::run_status make(const run_report& x,
                            const messages::view& show) const;
  caf::actor who_is_told(const caf::actor& named);
  topic make_topic(const std::string& id, const std::string& flow) const;

  runtime& env_;
  engine_core& core_;
  engine_actor engine_;
  subscriptions subscriptions_;
  /// Refuses a request that has not been answered, by its number.
  std::unordered_map<std::uint64_t, std::function<void(const error&)>> open_;
  std::unordered_map<std::uint64_t, std::function<void()>> waits_;
  std::unordered_map<std::uint64_t, reply<messages::run_list>> lists_;
  std::uint64_t next_number_ = 0;
  bool closed_ = false; // along with the engine
};

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

} // namespace lightflow

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lightflow::run_decided)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lightflow::runs_listed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lightflow::close_front)
