// SPDX-License-Identifier: MIT
// The part of the front actor that has to do with subscribers.
#include "lightflow/core/name.hpp"

#include "engine_core.hpp"
#include "front_actor.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace lightflow {

caf::actor front_actor_impl::who_is_told(const caf::actor& named) {
  auto result
    = named != nullptr ? named : caf::actor_cast<caf::actor>(current_sender());
  if (result == nullptr)
    throw error(error_code::bad_request,
                "nobody is named who is to be told, and nobody asks");
  return result;
}

topic front_actor_impl::make_topic(const std::string& id,
                                   const std::string& flow) const {
  if (!id.empty() && !flow.empty())
    throw error(error_code::bad_request,
                "subscribe to a run or to a flow, not to both at once");
  if (!id.empty() && !is_valid_name(id))
    throw error(error_code::bad_run_id,
                fmt::format(R"(no run can have the id "{:.200}")", id));
  if (!id.empty())
    return {topic::kind::run, id};
  if (flow.empty())
    return {};
  auto flows = core_.flows().flows();
  if (std::find(flows.begin(), flows.end(), flow) == flows.end())
    throw error(error_code::unknown_flow,
                fmt::format(R"(no flow "{:.200}" in the catalog)", flow));
  return {topic::kind::flow, flow};
}

caf::result<void> front_actor_impl::subscribe(const messages::subscribe& x) {
  try {
    auto who = who_is_told(x.subscriber);
    if (subscriptions_.add(who, make_topic(x.id, x.flow)))
      monitor(who);
    env_.notices->watch(true);
    return caf::unit;
  } catch (const error& e) {
    return to_caf(e);
  }
}

caf::result<void>
front_actor_impl::unsubscribe(const messages::unsubscribe& x) {
  try {
    auto who = who_is_told(x.subscriber);
    if (subscriptions_.remove(who, make_topic(x.id, x.flow)))
      demonitor(who.address());
    env_.notices->watch(!subscriptions_.empty());
    return caf::unit;
  } catch (const error& e) {
    return to_caf(e);
  }
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
