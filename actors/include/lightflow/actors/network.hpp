// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace lightflow {

/// Where an engine listens, or is found: `{"localhost", 4711}`.
struct endpoint {
  /// A host name or an IP address. Listening at "0.0.0.0" or "::" is listening
  /// at all addresses of the machine.
  std::string address = "localhost";

  /// 0 to listen at any free port.
  std::uint16_t port = 0;

  friend bool operator==(const endpoint&, const endpoint&) = default;
};

/// Such as "localhost:4711" or "[::1]:4711".
std::string to_string(const endpoint& x);

/// Reads what `to_string` writes. Throws lightflow::error with
/// error_code::bad_request for anything else.
endpoint parse_endpoint(std::string_view text);

/// Whether it is certain that what is sent there stays on the machine: for
/// "localhost", 127.0.0.0/8 and ::1.
bool is_loopback(const endpoint& x);

/// What TLS needs, as files in PEM. Both ends of a connection show a
/// certificate, and accept each other if their certificates are signed by the
/// authority; docs/security.md tells how to make one.
///
/// The files are read again for each connection. Replace them by renaming,
/// never by writing into them.
struct tls_files {
  /// The own certificate, and those between it and the authority, if any.
  std::filesystem::path certificate;

  /// The private key of the own certificate.
  std::filesystem::path key;

  /// The certificates of who is trusted to sign those of others.
  std::filesystem::path authority;

  /// What the key is encrypted with; empty if it is not.
  std::string passphrase = {};
};

/// Throws lightflow::error with error_code::bad_tls unless all files can be
/// read, and key and certificate belong together.
void require_usable(const tls_files& x);

/// How an engine or a worker talks to other nodes.
struct network_options {
  /// Nothing: plain TCP, by which anybody who can connect can do anything with
  /// the program, and which is refused except on loopback.
  std::optional<tls_files> tls = {};

  /// Allows plain TCP also beyond loopback: for networks in which everybody is
  /// trusted who can send a packet.
  bool allow_unencrypted = false;
};

/// Throws lightflow::error with error_code::unencrypted if these options do not
/// let messages travel to or from an endpoint.
void require_allowed(const endpoint& x, const network_options& how);

} // namespace lightflow
