// SPDX-License-Identifier: MIT
#include "lightflow/persistence/encryption.hpp"

#include "lightflow/core/error.hpp"
#include "lightflow/persistence/record_codec.hpp"

#include "../../persistence/src/aes_gcm.hpp"
#include "../support/printing.hpp"
#include "sample_records.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <random>
#include <set>
#include <string>
#include <vector>

using namespace lightflow;
using namespace lightflow::tests;

namespace {

const std::string digits_1(64, '1');
const std::string digits_2(64, '2');

key_ring ring_of(std::string_view id, std::string_view digits) {
  key_ring result;
  result.add(id, digits);
  return result;
}

record_codec of_all(key_ring keys) {
  return record_codec{encryption::of_all(std::move(keys))};
}

record_codec of_keys(key_ring keys, encryption::key_set context_keys) {
  return record_codec{
    encryption::of_keys(std::move(keys), std::move(context_keys))};
}

const record_codec plain;
const auto k1 = of_all(ring_of("k1", digits_1));

journal_record begun_with(writes input) {
  return run_begun{"flow", "definition", at(1),
                   std::make_shared<const writes>(std::move(input))};
}

journal_record finished_with(step_output output) {
  step_finished x{};
  x.output = std::make_shared<const step_output>(std::move(output));
  return process_record{0, x};
}

const writes& input_of(const journal_record& x) {
  return *std::get<run_begun>(x).input;
}

/// Where the envelopes of texts are in a record.
struct envelope_place {
  std::size_t at;
  std::size_t size;
};

std::vector<envelope_place> envelopes(const std::string& bytes) {
  constexpr std::string_view before = "\xA6string\xC4";
  std::vector<envelope_place> result;
  for (auto i = bytes.find(before); i != std::string::npos;
       i = bytes.find(before, i + 1)) {
    auto at = i + before.size() + 1;
    result.push_back({at, static_cast<unsigned char>(bytes[at - 1])});
  }
  return result;
}

void swap_envelopes(std::string& bytes) {
  auto places = envelopes(bytes);
  BOOST_REQUIRE(places.size() == 2);
  BOOST_REQUIRE(places[0].size == places[1].size);
  auto i = bytes.begin() + static_cast<std::ptrdiff_t>(places[0].at);
  auto j = bytes.begin() + static_cast<std::ptrdiff_t>(places[1].at);
  std::swap_ranges(i, i + static_cast<std::ptrdiff_t>(places[0].size), j);
}

/// Whether an error is about a key, and says these things.
auto is_bad_key(std::initializer_list<std::string_view> parts) {
  return [text = says(parts)](const error& e) {
    return e.code() == error_code::bad_key && text(e);
  };
}

const auto is_changed = is_bad_key({"run \"r\"", "\"password\"", "\"k1\"",
                                    "not the one", "was changed", "backup"});

std::string from_hex(std::string_view digits) {
  std::string result;
  for (std::size_t i = 0; i < digits.size(); i += 2)
    result += static_cast<char>(
      std::stoi(std::string{digits.substr(i, 2)}, nullptr, 16));
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(encryption_tests)

// -- keys ---------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_key_is_given_as_digits_or_as_bytes) {
  key_ring keys;
  std::array<std::byte, 32> bytes;
  bytes.fill(std::byte{0xAB});
  std::string digits;
  for (int i = 0; i < 16; ++i)
    digits += "aBAb";
  keys.add("digits", digits).add("bytes", bytes);
  BOOST_TEST(keys.find("digits")->bytes == keys.find("bytes")->bytes);
  BOOST_TEST(keys.find("digits")->bytes[31] == 0xAB);
  BOOST_TEST((keys.ids() == std::vector<std::string>{"bytes", "digits"}));
}

BOOST_AUTO_TEST_CASE(the_last_key_encrypts_unless_another_is_chosen) {
  key_ring keys;
  BOOST_TEST(keys.current() == "");
  keys.add("a", digits_1).add("b", digits_2);
  BOOST_TEST(keys.current() == "b");
  keys.use("a").add("c", digits_2);
  BOOST_TEST(keys.current() == "a");
}

BOOST_AUTO_TEST_CASE(a_bad_key_is_refused_without_being_told) {
  key_ring keys;
  keys.add("k1", digits_1);
  auto refuses = [&](std::string_view id, std::string_view digits,
                     std::initializer_list<std::string_view> parts) {
    BOOST_CHECK_EXCEPTION(keys.add(id, digits), error, is_bad_key(parts));
  };
  refuses("k2", "", {"\"k2\"", "0 characters", "64", "openssl rand -hex 32"});
  refuses("k2", std::string(63, '1'), {"\"k2\"", "63 characters"});
  refuses("k2", digits_1 + '\n', {"\"k2\"", "65 characters", "nothing else"});
  refuses("k2", std::string(63, '1') + 'g',
          {"\"k2\"", "hexadecimal", "position 64"});
  refuses("k1", digits_2, {"\"k1\"", "already", "another id"});
  refuses("", digits_2, {"bad key id \"\"", "letters"});
  refuses("k 2", digits_2, {"bad key id \"k 2\"", "letters"});
  BOOST_CHECK_EXCEPTION(keys.add("k2", std::vector<std::byte>(31)), error,
                        is_bad_key({"\"k2\"", "31 bytes", "32"}));
  BOOST_CHECK_EXCEPTION(keys.use("k2"), error,
                        is_bad_key({"\"k2\"", "add it", "\"k1\""}));
  BOOST_TEST(keys.ids().size() == 1U);
  try {
    keys.add("k2", digits_2 + '2');
  } catch (const error& e) {
    BOOST_TEST(std::string{e.what()}.find("22") == std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(an_encryption_needs_a_key) {
  BOOST_CHECK_EXCEPTION(encryption::of_all({}), error,
                        is_bad_key({"no key", "add one"}));
  BOOST_CHECK_EXCEPTION(encryption::of_keys({}, {"password"}), error,
                        is_bad_key({"no key", "add one"}));
}

BOOST_AUTO_TEST_CASE(it_covers_chosen_keys_or_everything) {
  auto chosen
    = encryption::of_keys(ring_of("k1", digits_1), {"password", "token"});
  BOOST_TEST(chosen->covers("password"));
  BOOST_TEST(chosen->covers("token"));
  BOOST_TEST(!chosen->covers("other"));
  BOOST_TEST(!chosen->covers(""));
  BOOST_TEST(!chosen->covers_all());
  auto all = encryption::of_all(ring_of("k1", digits_1));
  BOOST_TEST(all->covers("other"));
  BOOST_TEST(all->covers_all());
}

// -- records ------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(each_kind_of_record_survives_its_encryption) {
  for (auto& x : one_of_each())
    BOOST_TEST_CONTEXT(kind_of(x)) {
      auto decoded = k1.decode("r", k1.encode("r", x));
      BOOST_TEST((plain.encode("r", decoded) == plain.encode("r", x)));
    }
}

BOOST_AUTO_TEST_CASE(nothing_of_a_value_is_in_the_bytes) {
  for (auto& x : one_of_each())
    BOOST_TEST_CONTEXT(kind_of(x)) {
      auto clear = plain.encode("r", x);
      auto bytes = k1.encode("r", x);
      BOOST_TEST((bytes == clear)
                 == (clear.find("value") == std::string::npos));
      for (auto secret : {"value", "result"})
        BOOST_TEST(bytes.find(secret) == std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(what_is_not_covered_is_written_as_without_encryption) {
  auto codec = of_keys(ring_of("k1", digits_1), {"password"});
  for (auto& x : one_of_each())
    BOOST_TEST((codec.encode("r", x) == plain.encode("r", x)), kind_of(x));
}

BOOST_AUTO_TEST_CASE(only_values_of_chosen_keys_are_encrypted) {
  auto codec = of_keys(ring_of("k1", digits_1), {"password"});
  auto bytes = codec.encode(
    "r", finished_with({{{"password", "hunter2"}, {"user", "fox"}}, "done"}));
  BOOST_TEST(bytes.find("hunter2") == std::string::npos);
  BOOST_TEST(bytes.find("fox") != std::string::npos);
  BOOST_TEST(bytes.find("done") != std::string::npos);
  auto decoded = codec.decode("r", bytes);
  auto& output
    = *std::get<step_finished>(std::get<process_record>(decoded).event).output;
  BOOST_TEST(output.context.find("password")->as<std::string>() == "hunter2");
  BOOST_TEST(output.context.find("user")->as<std::string>() == "fox");
  BOOST_TEST(output.result.as<std::string>() == "done");
}

BOOST_AUTO_TEST_CASE(results_are_encrypted_if_all_is) {
  auto x = finished_with({{}, "hunter2"});
  auto bytes = k1.encode("r", x);
  BOOST_TEST(bytes.find("hunter2") == std::string::npos);
  BOOST_TEST(
    (plain.encode("r", k1.decode("r", bytes)) == plain.encode("r", x)));
  BOOST_CHECK_EXCEPTION(plain.decode("r", bytes), error,
                        is_bad_key({"run \"r\"", "a result", "\"k1\""}));
}

BOOST_AUTO_TEST_CASE(a_value_is_encrypted_differently_each_time) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i)
    seen.insert(k1.encode("r", begun_with({{"password", "hunter2"}})));
  BOOST_TEST(seen.size() == 100U);
}

BOOST_AUTO_TEST_CASE(large_and_empty_values_survive) {
  for (auto size : {0, 1, 15, 16, 17, 100'000}) {
    std::string text(static_cast<std::size_t>(size), 'x');
    auto bytes = k1.encode("r", begun_with({{"key", text}}));
    auto decoded = k1.decode("r", bytes);
    BOOST_TEST((input_of(decoded).find("key")->as<std::string>() == text));
  }
}

BOOST_AUTO_TEST_CASE(what_was_encrypted_once_is_decrypted_for_ever) {
  // Of the first format, made with another implementation of AES-256-GCM: these
  // bytes never change.
  auto bytes = from_hex(
    "92a972756e5f626567756e84a4666c6f77a4666c6f77aa646566696e6974696f"
    "6eaa646566696e6974696f6ea474696d65ce3b9aca00a5696e70757481a87061"
    "7373776f726493a6737472696e67c424000102030405060708090a0bb48bc37d"
    "0fc647c6314fc25f031f980dff6797ea4fcb14f4a26b31");
  auto decoded = k1.decode("r", bytes);
  BOOST_TEST(input_of(decoded).find("password")->as<std::string>()
             == "hunter2");
}

// -- what can be wrong --------------------------------------------------------

BOOST_AUTO_TEST_CASE(without_encryption_the_error_tells_which_key_is_needed) {
  auto bytes = k1.encode("r", begun_with({{"password", "hunter2"}}));
  BOOST_CHECK_EXCEPTION(plain.decode("r", bytes), error,
                        is_bad_key({"run \"r\"", "\"password\"", "\"k1\"",
                                    "no encryption is configured"}));
}

BOOST_AUTO_TEST_CASE(a_missing_key_is_named) {
  auto bytes = k1.encode("r", begun_with({{"password", "hunter2"}}));
  auto other = of_all(ring_of("k2", digits_1));
  BOOST_CHECK_EXCEPTION(other.decode("r", bytes), error,
                        is_bad_key({"run \"r\"", "\"password\"", "\"k1\"",
                                    "has only \"k2\"", "add this key"}));
}

BOOST_AUTO_TEST_CASE(a_wrong_key_is_named) {
  auto bytes = k1.encode("r", begun_with({{"password", "hunter2"}}));
  auto other = of_all(ring_of("k1", digits_2));
  BOOST_CHECK_EXCEPTION(other.decode("r", bytes), error, is_changed);
}

BOOST_AUTO_TEST_CASE(each_changed_bit_of_an_envelope_is_noticed) {
  auto bytes = k1.encode("r", begun_with({{"password", "hunter2"}}));
  auto place = envelopes(bytes).at(0);
  BOOST_TEST(place.size == 12U + 8U + 16U);
  for (std::size_t i = 0; i < place.size; ++i)
    for (int bit = 0; bit < 8; ++bit) {
      auto changed = bytes;
      changed[place.at + i]
        = static_cast<char>(changed[place.at + i] ^ (1 << bit));
      BOOST_CHECK_EXCEPTION(k1.decode("r", changed), error, is_changed);
    }
}

BOOST_AUTO_TEST_CASE(a_shorter_envelope_is_noticed) {
  auto bytes = k1.encode("r", begun_with({{"password", "hunter2"}}));
  auto place = envelopes(bytes).at(0);
  for (std::size_t size = 0; size < place.size; ++size) {
    auto changed = bytes;
    changed.erase(place.at + size, place.size - size);
    changed[place.at - 1] = static_cast<char>(size);
    BOOST_CHECK_EXCEPTION(k1.decode("r", changed), error, is_changed);
  }
}

BOOST_AUTO_TEST_CASE(an_envelope_is_of_no_use_in_another_run) {
  auto bytes = k1.encode("other", begun_with({{"password", "hunter2"}}));
  BOOST_CHECK_EXCEPTION(k1.decode("r", bytes), error, is_changed);
}

BOOST_AUTO_TEST_CASE(an_envelope_is_of_no_use_under_another_key) {
  auto bytes = k1.encode(
    "r", begun_with({{"password", "hunter2"}, {"motto", "be kind"}}));
  swap_envelopes(bytes);
  BOOST_CHECK_EXCEPTION(k1.decode("r", bytes), error, is_changed);
}

BOOST_AUTO_TEST_CASE(a_result_is_not_a_value_of_the_empty_key) {
  auto bytes = k1.encode("r", finished_with({{{"", "hunter2"}}, "be kind"}));
  swap_envelopes(bytes);
  BOOST_CHECK_EXCEPTION(k1.decode("r", bytes), error,
                        is_bad_key({"\"\"", "\"k1\"", "was changed"}));
}

BOOST_AUTO_TEST_CASE(an_envelope_is_of_no_use_as_another_type) {
  auto bytes = k1.encode("r", begun_with({{"password", "hunter2"}}));
  bytes.replace(bytes.find("string"), 6, "binary");
  BOOST_CHECK_EXCEPTION(k1.decode("r", bytes), error, is_changed);
}

BOOST_AUTO_TEST_CASE(what_is_no_key_id_is_no_record) {
  auto bytes = k1.encode("r", begun_with({{"password", "hunter2"}}));
  bytes.replace(bytes.rfind("k1"), 2, "k\n");
  BOOST_CHECK_EXCEPTION(k1.decode("r", bytes), error, [](const error& e) {
    return e.code() == error_code::bad_encoding && says({"id of a key"})(e);
  });
}

BOOST_AUTO_TEST_CASE(whatever_is_changed_in_a_record_is_an_error_or_harmless) {
  std::mt19937 random{1};
  for (auto& x : one_of_each()) {
    auto bytes = k1.encode("r", x);
    for (std::size_t size = 0; size < bytes.size(); ++size)
      BOOST_CHECK_THROW(k1.decode("r", {bytes.data(), size}), error);
    for (int i = 0; i < 200; ++i) {
      auto changed = bytes;
      changed[random() % changed.size()] = static_cast<char>(random());
      try {
        (void)k1.decode("r", changed);
      } catch (const error& e) {
        BOOST_TEST((e.code() == error_code::bad_encoding
                    || e.code() == error_code::bad_key));
      }
    }
  }
}

// -- rotation -----------------------------------------------------------------

BOOST_AUTO_TEST_CASE(keys_are_rotated_while_old_values_stay_readable) {
  auto old = k1.encode("r", begun_with({{"password", "hunter2"}}));
  key_ring both;
  both.add("k1", digits_1).add("k2", digits_2);
  auto rotated = of_all(both);
  auto decoded = rotated.decode("r", old);
  BOOST_TEST(input_of(decoded).find("password")->as<std::string>()
             == "hunter2");
  auto young = rotated.encode("r", decoded);
  auto k2 = of_all(ring_of("k2", digits_2));
  BOOST_TEST(input_of(k2.decode("r", young)).find("password")->as<std::string>()
             == "hunter2");
  BOOST_CHECK_THROW(k2.decode("r", old), error);
}

BOOST_AUTO_TEST_CASE(encryption_can_be_switched_on_and_off_between_records) {
  auto off = of_keys(ring_of("k1", digits_1), {});
  auto x = begun_with({{"password", "hunter2"}});
  auto clear = plain.encode("r", x);
  BOOST_TEST((off.encode("r", k1.decode("r", clear)) == clear));
  BOOST_TEST((off.encode("r", off.decode("r", k1.encode("r", x))) == clear));
}

// -- the cipher ---------------------------------------------------------------

namespace {

/// All in hexadecimal digits.
struct test_vector {
  std::string_view key, nonce, associated, plain, encrypted, tag;
};

// The first two are of NIST's CAVP (gcmEncryptExtIV256), the third is of the
// examples that NIST published with the GCM specification (test case 16).
constexpr test_vector vectors[] = {
  {"b52c505a37d78eda5dd34f20c22540ea1b58963cf8e5bf8ffa85f9f2492505b4",
   "516c33929df5a3284ff463d7", "", "", "", "bdc1ac884d332457a1d2664f168c76f0"},
  {"31bdadd96698c204aa9ce1448ea94ae1fb4a9a0b3c9d773b51bb1822666b8f22",
   "0d18e06c7c725ac9e362e1ce", "", "2db5168e932556f8089a0622981d017d",
   "fa4362189661d163fcd6a56d8bf0405a", "d636ac1bbedd5cc3ee727dc2ab4a9489"},
  {"feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
   "cafebabefacedbaddecaf888", "feedfacedeadbeeffeedfacedeadbeefabaddad2",
   "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95"
   "956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
   "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48"
   "590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
   "76fc6ece0f4e1768cddf8853bb2d551b"},
};

} // namespace

BOOST_AUTO_TEST_CASE(the_cipher_is_that_of_the_published_test_vectors) {
  for (auto& x : vectors)
    BOOST_TEST_CONTEXT(x.key) {
      auto keys = ring_of("k", x.key);
      auto& key = *keys.find("k");
      auto associated = from_hex(x.associated);
      auto envelope
        = gcm_seal(key, from_hex(x.nonce), associated, from_hex(x.plain));
      BOOST_TEST(
        (envelope
         == from_hex(x.nonce) + from_hex(x.encrypted) + from_hex(x.tag)));
      BOOST_TEST((gcm_open(key, associated, envelope) == from_hex(x.plain)));
      BOOST_TEST(!gcm_open(key, associated + 'x', envelope).has_value());
    }
}

BOOST_AUTO_TEST_SUITE_END()
