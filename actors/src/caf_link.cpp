// SPDX-License-Identifier: MIT
#include "caf_link.hpp"

#include "lightflow/caf/system.hpp"
#include "lightflow/core/error.hpp"

#include "link_end.hpp"
#include "networking.hpp"
#include "probe.hpp"

#include <caf/actor_system_config.hpp>
#include <caf/send.hpp>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <system_error>
#include <utility>

namespace lightflow {

/// What a link and its thread share.
struct caf_links::state {
  link_number number;
  worker_actor listener;
  endpoint engine;
  network_options network;
  duration patience;

  std::mutex mutex{}; // guards all that follows
  std::condition_variable changed{};
  caf::actor end{}; // null: it has not opened, or is closed
  bool closed = false;
  bool ended = false; // the thread
};

class caf_links::link : public worker_link {
public:
  explicit link(std::shared_ptr<state> x) : state_(std::move(x)) {}

  ~link() override {
    std::lock_guard guard{state_->mutex};
    state_->closed = true;
    state_->changed.notify_all();
  }

  void send(caf::message x) override {
    std::lock_guard guard{state_->mutex};
    if (state_->end != nullptr)
      caf::anon_send(state_->end, outgoing{std::move(x)});
  }

private:
  std::shared_ptr<state> state_;
};

caf_links::~caf_links() {
  for (auto& [shared, thread] : threads_)
    thread.join();
}

std::unique_ptr<worker_link> caf_links::make(link_number number,
                                             worker_actor listener) {
  join_ended();
  auto shared = std::shared_ptr<state>{
    new state{number, std::move(listener), engine_, network_, patience_}};
  try {
    threads_.emplace_back(shared, std::thread{[shared] { run(shared); }});
  } catch (const std::system_error& e) { // the system gives no more threads
    caf::anon_send(shared->listener, link_lost{number, e.what()});
  }
  return std::make_unique<link>(std::move(shared));
}

void caf_links::join_ended() {
  for (auto i = threads_.begin(); i != threads_.end();) {
    auto next = std::next(i);
    std::unique_lock lock{i->first->mutex};
    auto ended = i->first->ended;
    lock.unlock();
    if (ended) {
      i->second.join();
      threads_.erase(i);
    }
    i = next;
  }
}

/// What a link's thread does. CAF gives up a host that does not answer only
/// when the operating system does, so it is asked whether one answers before.
void caf_links::run(const std::shared_ptr<state>& x) {
  auto& self = *x;
  try {
    std::optional<probe> somebody{std::in_place, self.engine, self.patience};
    caf::actor_system_config config;
    config.set("scheduler.max-threads", 1);
    load_network(config, self.network);
    caf::actor_system system{config};
    auto engine = dial_and_wait(
      system, {self.engine, interface_of<worker_door>(system), self.patience},
      self.network);
    somebody.reset();
    auto end = system.spawn<link_end, caf::hidden>(std::move(engine),
                                                   self.number, self.listener);
    std::unique_lock lock{self.mutex};
    self.end = end;
    caf::anon_send(self.listener, link_opened{self.number});
    self.changed.wait(lock, [&] { return self.closed; });
    self.end = nullptr;
    caf::anon_send_exit(end, caf::exit_reason::user_shutdown);
  } catch (const std::exception& e) {
    caf::anon_send(self.listener, link_lost{self.number, e.what()});
  }
  std::lock_guard guard{self.mutex};
  self.listener = nullptr;
  self.ended = true;
}

} // namespace lightflow
