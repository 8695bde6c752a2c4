// SPDX-License-Identifier: MIT
#include "codec.hpp"

#include <array>
#include <new>
#include <stdexcept>

namespace backup {

namespace {

void check_openssl(bool ok) {
  if (!ok)
    throw std::runtime_error("OpenSSL cannot compute SHA-256");
}

} // namespace

std::size_t detail::check_zstd(std::size_t result) {
  if (ZSTD_isError(result))
    throw std::runtime_error(std::string{"zstd: "} + ZSTD_getErrorName(result));
  return result;
}

hasher::hasher() : context_(EVP_MD_CTX_new()) {
  if (context_ == nullptr)
    throw std::bad_alloc();
}

void hasher::restart() {
  check_openssl(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr));
}

void hasher::add(bytes_view xs) {
  check_openssl(EVP_DigestUpdate(context_.get(), xs.data(), xs.size()));
}

std::string hasher::hexadecimal() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  check_openssl(EVP_DigestFinal_ex(context_.get(), digest.data(), &size));
  std::string result;
  for (auto x : std::span{digest}.first(size)) {
    result += "0123456789abcdef"[x >> 4U];
    result += "0123456789abcdef"[x & 15U];
  }
  return result;
}

compressor::compressor(int level)
    : context_(ZSTD_createCCtx()), buffer_(chunk_size) {
  if (context_ == nullptr)
    throw std::bad_alloc();
  auto set = [this](ZSTD_cParameter parameter, int x) {
    detail::check_zstd(ZSTD_CCtx_setParameter(context_.get(), parameter, x));
  };
  set(ZSTD_c_compressionLevel, level);
  set(ZSTD_c_checksumFlag, 1);
}

void compressor::restart() {
  detail::check_zstd(ZSTD_CCtx_reset(context_.get(), ZSTD_reset_session_only));
}

decompressor::decompressor()
    : context_(ZSTD_createDCtx()), buffer_(chunk_size) {
  if (context_ == nullptr)
    throw std::bad_alloc();
}

void decompressor::restart() {
  detail::check_zstd(ZSTD_DCtx_reset(context_.get(), ZSTD_reset_session_only));
  wanted_ = 1;
}

} // namespace backup
