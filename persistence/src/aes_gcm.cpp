// SPDX-License-Identifier: MIT
#include "aes_gcm.hpp"

#include "lightflow/core/error.hpp"

#include <cassert>
#include <memory>

#include <openssl/evp.h>
#include <openssl/rand.h>

namespace lightflow {

namespace {

template <auto Free>
struct free_with {
  template <class T>
  void operator()(T* x) const {
    Free(x);
  }
};

void require(bool ok, const char* what) {
  if (!ok)
    throw error(error_code::internal,
                std::string{"OpenSSL could not "}.append(what));
}

const unsigned char* octets(std::string_view x) {
  return reinterpret_cast<const unsigned char*>(x.data());
}

unsigned char* octets(std::string& x) {
  return reinterpret_cast<unsigned char*>(x.data());
}

/// Fetched once, since it takes longer than to encrypt a short value.
const EVP_CIPHER* cipher() {
  static const std::unique_ptr<EVP_CIPHER, free_with<EVP_CIPHER_free>> result{
    EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr)};
  require(result != nullptr, "find AES-256-GCM");
  return result.get();
}

enum class direction : int { open = 0, seal = 1 };

/// One encryption or decryption, in the order of the member functions.
class gcm {
public:
  gcm(direction which, const secret_key& key, std::string_view nonce)
      : context_(EVP_CIPHER_CTX_new()) {
    assert(nonce.size() == gcm_nonce_size);
    require(context_ != nullptr
              && EVP_CipherInit_ex2(context_.get(), cipher(), key.bytes.data(),
                                    octets(nonce), static_cast<int>(which),
                                    nullptr)
                   == 1,
            "begin AES-256-GCM");
  }

  void authenticate(std::string_view associated) {
    update(nullptr, associated);
  }

  /// Writes as many bytes as there are.
  void transform(std::string_view in, unsigned char* out) {
    update(out, in);
  }

  bool finish() {
    int size = 0;
    unsigned char nothing[1];
    return EVP_CipherFinal_ex(context_.get(), nothing, &size) == 1;
  }

  /// The tag to expect, before `finish`; or to write, after it.
  bool tag(int control, const unsigned char* x) {
    return EVP_CIPHER_CTX_ctrl(context_.get(), control, gcm_tag_size,
                               const_cast<unsigned char*>(x))
           == 1;
  }

private:
  /// In pieces, since OpenSSL counts them in int.
  void update(unsigned char* out, std::string_view in) {
    constexpr std::size_t piece_size = 1 << 30;
    for (std::size_t at = 0; at < in.size(); at += piece_size) {
      auto piece = in.substr(at, piece_size);
      int size = 0;
      auto ok = EVP_CipherUpdate(context_.get(),
                                 out == nullptr ? nullptr : out + at, &size,
                                 octets(piece), static_cast<int>(piece.size()));
      require(ok == 1, "go on with AES-256-GCM");
    }
  }

  std::unique_ptr<EVP_CIPHER_CTX, free_with<EVP_CIPHER_CTX_free>> context_;
};

} // namespace

std::string random_gcm_nonce() {
  std::string result(gcm_nonce_size, '\0');
  require(RAND_bytes(octets(result), gcm_nonce_size) == 1,
          "make random numbers");
  return result;
}

std::string gcm_seal(const secret_key& key, std::string_view nonce,
                     std::string_view associated, std::string_view plain) {
  gcm sealing{direction::seal, key, nonce};
  sealing.authenticate(associated);
  std::string result{nonce};
  result.resize(gcm_nonce_size + plain.size() + gcm_tag_size);
  auto out = octets(result) + gcm_nonce_size;
  sealing.transform(plain, out);
  require(sealing.finish()
            && sealing.tag(EVP_CTRL_AEAD_GET_TAG, out + plain.size()),
          "end AES-256-GCM");
  return result;
}

std::optional<std::string> gcm_open(const secret_key& key,
                                    std::string_view associated,
                                    std::string_view envelope) {
  if (envelope.size() < gcm_nonce_size + gcm_tag_size)
    return {};
  auto size = envelope.size() - gcm_nonce_size - gcm_tag_size;
  gcm opening{direction::open, key, envelope.substr(0, gcm_nonce_size)};
  opening.authenticate(associated);
  std::string result(size, '\0');
  opening.transform(envelope.substr(gcm_nonce_size, size), octets(result));
  auto tag = octets(envelope) + gcm_nonce_size + size;
  require(opening.tag(EVP_CTRL_AEAD_SET_TAG, tag), "take a tag");
  if (!opening.finish())
    return {};
  return result;
}

} // namespace lightflow
