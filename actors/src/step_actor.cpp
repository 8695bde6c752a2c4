// SPDX-License-Identifier: MIT
#include "step_actor.hpp"

#include <functional>
#include <string_view>

#include <fmt/format.h>

namespace lightflow {

step_actor_impl::step_actor_impl(caf::actor_config& cfg, runtime& env,
                                 process_actor process, attempt what)
    : pooled(cfg, env.pool, job_kind::user), env_(env),
      process_(std::move(process)), attempt_(std::move(what)) {}

/// All is done here, so that the actor needs no message to get going, and no
/// behaviour, so that it leaves at once.
caf::behavior step_actor_impl::make_behavior() {
  send(process_, run());
  return {};
}

attempt_ended step_actor_impl::run() {
  attempt_ended end;
  end.step = attempt_.view.index();
  end.attempt = attempt_.number;
  auto start = env_.now();
  end.start = attempt_.first_start.value_or(start);
  if (attempt_.shared->stop.stop_requested()) {
    end.outcome = status::stopped;
    end.end = start;
    describe(end, "did not start: it was asked to stop before");
    return end;
  }
  attempt_.shared->begin(start);
  auto& carried = attempt_.carried_over;
  step self{*attempt_.identity,
            attempt_.view,
            {attempt_.number, end.start, attempt_.shared->stop.get_token()},
            carried != nullptr ? carried->context : writes{}};
  call(self, end);
  end.end = env_.now();
  return end;
}

/// Runs the code of the user, which may do and throw anything.
void step_actor_impl::call(step& self, attempt_ended& end) const {
  thread_pool::user_code in_user_code;
  running_functions::entry running{env_.functions, self};
  value returned;
  try {
    auto x = attempt_.view.plan().function(self);
    if (x && attempt_.identity->recoverable && x->has_value()
        && !x->has_codec())
      x = fail(fmt::format("it returned a {}, which cannot be kept since the "
                           "type cannot be encoded; add MSGPACK_DEFINE, an "
                           "inspect function or msgpack adaptors",
                           x->type()));
    if (x) {
      end.outcome = status::success;
      returned = std::move(*x);
    } else {
      end.outcome = status::error;
      end.error = std::move(x.reason().message);
    }
  } catch (const std::exception& e) {
    end.outcome = status::panicked;
    end.error = e.what();
  } catch (...) {
    end.outcome = status::panicked;
    end.error = "it threw something that is no std::exception";
  }
  if (end.outcome.is_abnormal()) {
    end.retry_after = retry_after(end);
    auto reason = std::move(end.error);
    describe(end, end.outcome.has(status::panicked) ? "threw" : "failed");
    end.error += ": " + reason;
  }
  auto context = self.take_writes();
  if (!context.empty() || returned.has_value())
    end.output = std::make_shared<step_output>(
      step_output{std::move(context), std::move(returned)});
}

std::optional<duration>
step_actor_impl::retry_after(const attempt_ended& end) const {
  auto& policy = attempt_.view.plan().retry;
  if (attempt_.number > policy.retries
      || attempt_.shared->stop.stop_requested())
    return std::nullopt;
  try {
    if (policy.predicate && !policy.predicate(failure{end.error}))
      return std::nullopt;
  } catch (...) {
    return std::nullopt; // as documented: a predicate that throws says no
  }
  auto id = attempt_.identity->step_id(attempt_.view.plan().name);
  return policy.delay_after(attempt_.number, std::hash<std::string>{}(id));
}

void step_actor_impl::describe(attempt_ended& end, const char* what) const {
  auto& name = attempt_.view.plan().name;
  end.error
    = fmt::format(R"(step "{}" (id {}, attempt {}) {})", name,
                  attempt_.identity->step_id(name), attempt_.number, what);
}

} // namespace lightflow
