// SPDX-License-Identifier: MIT
#include "lightflow/caf/engine_handle.hpp"
#include "lightflow/caf/error.hpp"
#include "lightflow/caf/step_messages.hpp"
#include "lightflow/caf/system.hpp"

#include "guarded_middleman.hpp"
#include "worker_messages.hpp"

#include <caf/actor_system.hpp>
#include <caf/message.hpp>
#include <caf/openssl/manager.hpp>

#include <filesystem>
#include <string_view>

#include <fmt/format.h>

namespace lightflow {

namespace {

std::string render(std::uint8_t code, caf::atom_value category,
                   const caf::message& context) {
  auto x = from_caf({code, category, context});
  return fmt::format("{}: {}", to_string(x.code()), x.what());
}

template <class T>
void add(caf::actor_system_config& to, std::string_view name) {
  to.add_message_type<T>(fmt::format("lightflow.{}", name));
}

} // namespace

void add_message_types(caf::actor_system_config& to) {
  to.add_error_category(error_category, render);
  add<engine_handle>(to, "engine_handle");
  add<messages::view>(to, "view");
  add<messages::start>(to, "start");
  add<messages::run>(to, "run");
  add<messages::wait>(to, "wait");
  add<messages::look>(to, "look");
  add<messages::recover>(to, "recover");
  add<messages::pause>(to, "pause");
  add<messages::resume>(to, "resume");
  add<messages::stop>(to, "stop");
  add<messages::list>(to, "list");
  add<messages::forget>(to, "forget");
  add<messages::subscribe>(to, "subscribe");
  add<messages::unsubscribe>(to, "unsubscribe");
  add<messages::step_status>(to, "step_status");
  add<messages::process_status>(to, "process_status");
  add<messages::run_status>(to, "run_status");
  add<messages::run_list>(to, "run_list");
  add<messages::step_completed>(to, "step_completed");
  add<messages::process_completed>(to, "process_completed");
  add<messages::run_completed>(to, "run_completed");
  add<messages::event_occurred>(to, "event_occurred");
  add_step_message_types(to);
  add<worker_hello>(to, "worker_hello");
  add<worker_slots>(to, "worker_slots");
  add<step_completion>(to, "step_completion");
  add<worker_welcome>(to, "worker_welcome");
  add<worker_dismissal>(to, "worker_dismissal");
  add<step_assignment>(to, "step_assignment");
  add<lease_stop>(to, "lease_stop");
}

void load_network(caf::actor_system_config& to, const network_options& how) {
  if (how.tls)
    require_usable(*how.tls);
  add_message_types(to);
  to.load<guarded_middleman>();
  if (!how.tls)
    return;
  // They are read for each connection, wherever the program is by then.
  to.openssl_certificate = std::filesystem::absolute(how.tls->certificate);
  to.openssl_key = std::filesystem::absolute(how.tls->key);
  to.openssl_passphrase = how.tls->passphrase;
  to.openssl_cafile = std::filesystem::absolute(how.tls->authority);
  to.load<caf::openssl::manager>();
}

} // namespace lightflow
