// SPDX-License-Identifier: MIT
#include "lightflow/actors/network.hpp"

#include "lightflow/core/error.hpp"

#include <charconv>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

namespace lightflow {

namespace {

/// Cuts "[::1]:1" and "host:1" in two at the colon before the port.
std::optional<std::pair<std::string_view, std::string_view>>
split(std::string_view text) {
  auto colon = text.rfind(':');
  if (colon == std::string_view::npos)
    return std::nullopt;
  auto address = text.substr(0, colon);
  if (address.size() > 2 && address.front() == '[' && address.back() == ']')
    address = address.substr(1, address.size() - 2);
  else if (address.find(':') != std::string_view::npos)
    return std::nullopt;
  return std::pair{address, text.substr(colon + 1)};
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t result = 0;
  auto [end, failure]
    = std::from_chars(text.data(), text.data() + text.size(), result);
  if (failure != std::errc{} || end != text.data() + text.size())
    return std::nullopt;
  return result;
}

} // namespace

std::string to_string(const endpoint& x) {
  auto is_v6 = x.address.find(':') != std::string::npos;
  return is_v6 ? fmt::format("[{}]:{}", x.address, x.port)
               : fmt::format("{}:{}", x.address, x.port);
}

endpoint parse_endpoint(std::string_view text) {
  auto parts = split(text);
  auto port = parts ? parse_port(parts->second) : std::nullopt;
  if (!port || parts->first.empty())
    throw error(error_code::bad_request,
                fmt::format(R"("{}" is no endpoint: write it as host:port or )"
                            "[address]:port, with a port up to 65535",
                            text));
  return {std::string{parts->first}, *port};
}

bool is_loopback(const endpoint& x) {
  if (x.address == "localhost")
    return true;
  in_addr v4{};
  if (inet_pton(AF_INET, x.address.c_str(), &v4) == 1)
    return ntohl(v4.s_addr) >> 24 == 127;
  in6_addr v6{};
  return inet_pton(AF_INET6, x.address.c_str(), &v6) == 1
         && IN6_IS_ADDR_LOOPBACK(&v6);
}

void require_allowed(const endpoint& x, const network_options& how) {
  if (how.tls || how.allow_unencrypted || is_loopback(x))
    return;
  throw error(error_code::unencrypted,
              fmt::format("{} is not on this machine, and messages to and from "
                          "it would be neither encrypted nor authenticated: "
                          "set network_options::tls, or, if everybody in the "
                          "network is trusted, allow_unencrypted",
                          to_string(x)));
}

} // namespace lightflow
