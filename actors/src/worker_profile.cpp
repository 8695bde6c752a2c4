// SPDX-License-Identifier: MIT
#include "worker_profile.hpp"

namespace lightflow {

worker_profile profile_of(const worker_options& x, workshop& place) {
  worker_profile result{x.name,
                        {x.labels.begin(), x.labels.end()},
                        x.slots,
                        {},
                        x.answer_time,
                        x.drain_time,
                        {}};
  for (auto& flow : place.flows.flows())
    result.flows.emplace(
      flow, place.definitions.of(*place.flows.plan(flow))->fingerprint);
  result.reconnect.initial = x.first_wait;
  result.reconnect.cap = x.longest_wait;
  result.reconnect.jitter = 0.5;
  return result;
}

worker_hello hello_of(const worker_profile& x, std::size_t slots) {
  worker_hello result;
  result.name = x.name;
  result.labels = {x.labels.begin(), x.labels.end()};
  result.slots = slots;
  result.flows = x.flows;
  return result;
}

} // namespace lightflow
