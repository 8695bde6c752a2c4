// SPDX-License-Identifier: MIT
#pragma once

#include "temporary_directory.hpp"

#include "lightflow/actors/network.hpp"

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace lightflow::tests {

/// A private authority that signs certificates, as docs/security.md makes one.
/// Its files are gone with it.
class authority {
public:
  authority() {
    openssl("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 "
            "-nodes -days 2 -subj /CN=authority "
            "-keyout authority.key -out authority.pem");
  }

  /// A certificate signed by it, and what it is used with.
  tls_files sign(const std::string& name) const {
    openssl("req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes "
            "-subj /CN="
            + name + " -keyout " + name + ".key -out " + name + ".csr");
    openssl("x509 -req -in " + name
            + ".csr -CA authority.pem -CAkey authority.key -CAcreateserial "
              "-days 2 -out "
            + name + ".pem");
    return {path(name + ".pem"), path(name + ".key"), path("authority.pem")};
  }

  /// The same files with the key encrypted.
  tls_files encrypt_key(tls_files x, const std::string& passphrase) const {
    openssl("ec -aes256 -in " + x.key.string() + " -out encrypted.key"
            + " -passout pass:" + passphrase);
    x.key = path("encrypted.key");
    x.passphrase = passphrase;
    return x;
  }

  std::filesystem::path path(const std::string& name) const {
    return directory_.path() / name;
  }

private:
  void openssl(const std::string& arguments) const {
    auto command = "cd " + directory_.path().string() + " && openssl "
                   + arguments + " 2>/dev/null";
    if (std::system(command.c_str()) != 0)
      throw std::runtime_error("failed: " + command);
  }

  temporary_directory directory_;
};

} // namespace lightflow::tests
