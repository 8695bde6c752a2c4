// SPDX-License-Identifier: MIT
#include "pooled.hpp"

namespace lightflow {

void close_mailbox(caf::scheduled_actor& self, const caf::error& reason) {
  auto& mailbox = self.mailbox();
  if (mailbox.closed())
    return;
  mailbox.close();
  self.get_normal_queue().flush_cache();
  self.get_urgent_queue().flush_cache();
  caf::detail::sync_request_bouncer bounce{reason};
  while (mailbox.queue().new_round(1000, bounce).consumed_items > 0)
    continue;
}

} // namespace lightflow
