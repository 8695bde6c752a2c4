// SPDX-License-Identifier: MIT
#include "pooled.hpp"

namespace lightflow {

namespace {

/// Answers requests with a reason, which CAF's own bouncer does not tell.
struct bouncer {
  const caf::error& reason;

  void operator()(const caf::mailbox_element& x) const {
    if (x.sender != nullptr && x.mid.is_request())
      x.sender->enqueue(nullptr, x.mid.response_id(), caf::make_message(reason),
                        nullptr);
  }

  /// CAF's mailbox has queues in queues, and tells of which.
  template <class Key, class Queue, class... Ts>
  caf::intrusive::task_result operator()(const Key&, const Queue&,
                                         const Ts&... xs) const {
    (*this)(xs...);
    return caf::intrusive::task_result::resume;
  }
};

} // namespace

#if defined(__SANITIZE_THREAD__)
/// Looks into a message that CAF's clock may have brought: see the
/// suppressions.
bool is_sent_by(const caf::mailbox_element& x, caf::actor_control_block* whom) {
  return x.sender == whom;
}
#endif

const caf::error& receiver_is_down() {
  static const caf::error result = caf::sec::request_receiver_down;
  return result;
}

void close_mailbox(caf::scheduled_actor& self, const caf::error& reason) {
  auto& mailbox = self.mailbox();
  if (mailbox.closed())
    return;
  mailbox.close();
  self.get_normal_queue().flush_cache();
  self.get_urgent_queue().flush_cache();
  bouncer bounce{reason};
  while (mailbox.queue().new_round(1000, bounce).consumed_items > 0)
    continue;
}

} // namespace lightflow
