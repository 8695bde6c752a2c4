// SPDX-License-Identifier: MIT
#pragma once

#include <openssl/evp.h>
#include <zstd.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

// SHA-256 by OpenSSL and compression by zstd, both in pieces. All of these are
// made once and used for many files, since it takes long to make them. They
// throw std::runtime_error if the libraries report an error.

namespace backup {

using bytes_view = std::span<const char>;

/// How much of a file is in memory at a time.
inline constexpr std::size_t chunk_size = 128 * 1024;

namespace detail {

template <auto Free>
struct free_with {
  template <class T>
  void operator()(T* x) const {
    Free(x);
  }
};

template <class T, auto Free>
using handle = std::unique_ptr<T, free_with<Free>>;

std::size_t check_zstd(std::size_t result);

} // namespace detail

class hasher {
public:
  hasher();

  void restart();

  void add(bytes_view xs);

  /// The hash of what was added since the start.
  std::string hexadecimal();

private:
  detail::handle<EVP_MD_CTX, EVP_MD_CTX_free> context_;
};

class compressor {
public:
  explicit compressor(int level);

  void restart();

  /// Compresses `xs` and hands what comes out of it to `sink`: all there is if
  /// this was the last of a file.
  template <class F>
  void add(bytes_view xs, bool is_last, F sink) {
    auto mode = is_last ? ZSTD_e_end : ZSTD_e_continue;
    ZSTD_inBuffer in{xs.data(), xs.size(), 0};
    for (bool done = false; !done;) {
      ZSTD_outBuffer out{buffer_.data(), buffer_.size(), 0};
      auto rest = detail::check_zstd(
        ZSTD_compressStream2(context_.get(), &out, &in, mode));
      sink(bytes_view{buffer_.data(), out.pos});
      done = is_last ? rest == 0 : in.pos == in.size;
    }
  }

private:
  detail::handle<ZSTD_CCtx, ZSTD_freeCCtx> context_;
  std::vector<char> buffer_;
};

class decompressor {
public:
  decompressor();

  void restart();

  template <class F>
  void add(bytes_view xs, F sink) {
    ZSTD_inBuffer in{xs.data(), xs.size(), 0};
    bool more = false;
    while (in.pos < in.size || more) {
      ZSTD_outBuffer out{buffer_.data(), buffer_.size(), 0};
      wanted_
        = detail::check_zstd(ZSTD_decompressStream(context_.get(), &out, &in));
      sink(bytes_view{buffer_.data(), out.pos});
      more = out.pos == out.size && wanted_ != 0;
    }
  }

  /// Whether what was added until now is complete.
  bool is_complete() const {
    return wanted_ == 0;
  }

private:
  detail::handle<ZSTD_DCtx, ZSTD_freeDCtx> context_;
  std::vector<char> buffer_;
  std::size_t wanted_ = 1; // bytes of input until there is more to say
};

} // namespace backup
