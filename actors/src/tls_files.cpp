// SPDX-License-Identifier: MIT
#include "lightflow/core/error.hpp"

#include "lightflow/actors/network.hpp"

#include <fstream>
#include <memory>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

// CAF would read the same files for the first time when somebody connects, and
// end the program if they are wrong.

namespace lightflow {

namespace {

[[noreturn]] void fail_tls(const std::string& why) {
  throw error(error_code::bad_tls, why);
}

void require_readable(std::string_view what,
                      const std::filesystem::path& path) {
  if (path.empty())
    fail_tls(fmt::format("TLS needs a file for its {}: set tls_files::{}", what,
                         what));
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored))
    fail_tls(fmt::format(R"(the file "{}" for the {} of TLS does not exist)",
                         path.string(), what));
  if (std::filesystem::is_directory(path, ignored)
      || std::ifstream{path}.peek() == std::ifstream::traits_type::eof())
    fail_tls(fmt::format(R"(the file "{}" for the {} of TLS cannot be read, )"
                         "or is empty",
                         path.string(), what));
}

/// The oldest error of OpenSSL on this thread, which is the cause.
std::string take_reason() {
  auto code = ERR_get_error();
  auto text = code != 0 ? ERR_reason_error_string(code) : nullptr;
  ERR_clear_error();
  return text != nullptr ? text : "no reason given";
}

int give_passphrase(char* to, int size, int, void* from) {
  auto& passphrase = *static_cast<const std::string*>(from);
  return static_cast<int>(passphrase.copy(to, static_cast<std::size_t>(size)));
}

void require_ok(int result, std::string_view what,
                const std::filesystem::path& path) {
  if (result == 1)
    return;
  auto why = take_reason();
  fail_tls(fmt::format(R"(the file "{}" is of no use as the {} of TLS: {})",
                       path.string(), what, why));
}

/// Reads the files as CAF will.
void load(const tls_files& x) {
  ERR_clear_error();
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context{
    SSL_CTX_new(TLS_method()), &SSL_CTX_free};
  if (context == nullptr)
    fail_tls(fmt::format("OpenSSL cannot be used: {}", take_reason()));
  auto to = context.get();
  auto passphrase = x.passphrase;
  SSL_CTX_set_default_passwd_cb(to, give_passphrase);
  SSL_CTX_set_default_passwd_cb_userdata(to, &passphrase);
  require_ok(SSL_CTX_use_certificate_chain_file(to, x.certificate.c_str()),
             "certificate", x.certificate);
  require_ok(SSL_CTX_use_PrivateKey_file(to, x.key.c_str(), SSL_FILETYPE_PEM),
             "key", x.key);
  require_ok(SSL_CTX_check_private_key(to), "key", x.key);
  require_ok(SSL_CTX_load_verify_locations(to, x.authority.c_str(), nullptr),
             "authority", x.authority);
}

} // namespace

void require_usable(const tls_files& x) {
  require_readable("certificate", x.certificate);
  require_readable("key", x.key);
  require_readable("authority", x.authority);
  load(x);
}

} // namespace lightflow
