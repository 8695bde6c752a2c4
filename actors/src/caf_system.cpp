// SPDX-License-Identifier: MIT
#include "lightflow/caf/error.hpp"
#include "lightflow/caf/system.hpp"

#include "guarded_middleman.hpp"

#include <caf/actor_system.hpp>
#include <caf/message.hpp>
#include <caf/openssl/manager.hpp>

#include <fmt/format.h>

namespace lightflow {

namespace {

std::string render(std::uint8_t code, caf::atom_value category,
                   const caf::message& context) {
  auto x = from_caf({code, category, context});
  return fmt::format("{}: {}", to_string(x.code()), x.what());
}

} // namespace

void add_message_types(caf::actor_system_config& to) {
  to.add_error_category(error_category, render);
}

void load_network(caf::actor_system_config& to, const network_options& how) {
  if (how.tls)
    check(*how.tls);
  add_message_types(to);
  to.load<guarded_middleman>();
  if (!how.tls)
    return;
  to.openssl_certificate = how.tls->certificate;
  to.openssl_key = how.tls->key;
  to.openssl_passphrase = how.tls->passphrase;
  to.openssl_cafile = how.tls->authority;
  to.load<caf::openssl::manager>();
}

} // namespace lightflow
