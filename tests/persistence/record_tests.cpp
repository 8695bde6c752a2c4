// SPDX-License-Identifier: MIT
#include "lightflow/persistence/record_codec.hpp"

#include "lightflow/core/error.hpp"

#include "../support/printing.hpp"
#include "sample_records.hpp"

#include <random>

using namespace lightflow;
using namespace lightflow::tests;

namespace {

const record_codec codec;

std::string encode(const journal_record& x) {
  return codec.encode("run", x);
}

journal_record decode_record(std::string_view bytes) {
  return codec.decode("run", bytes);
}

} // namespace

BOOST_AUTO_TEST_SUITE(record_tests)

BOOST_AUTO_TEST_CASE(each_kind_survives_its_encoding) {
  auto all = one_of_each();
  BOOST_TEST(
    all.size()
    == 1 + std::variant_size_v<run_event> + std::variant_size_v<process_event>);
  for (auto& x : all) {
    auto bytes = encode(x);
    auto decoded = decode_record(bytes);
    BOOST_TEST(kind_of(decoded) == kind_of(x));
    BOOST_TEST(decoded.index() == x.index());
    BOOST_TEST((encode(decoded) == bytes), kind_of(x));
  }
}

BOOST_AUTO_TEST_CASE(all_that_is_in_a_record_comes_back) {
  auto decoded = decode_record(
    encode(process_record{6, step_finished{7, 8, status::error, "no", at(11),
                                           at(12), some_output(), somewhere}}));
  auto& record = std::get<process_record>(decoded);
  BOOST_TEST(record.process == 6U);
  auto& x = std::get<step_finished>(record.event);
  BOOST_TEST(x.step == 7U);
  BOOST_TEST(x.attempt == 8U);
  BOOST_TEST(x.outcome == status::error);
  BOOST_TEST(x.error == "no");
  BOOST_TEST((x.start == at(11)));
  BOOST_TEST((x.end == at(12)));
  BOOST_TEST((x.breakpoint == somewhere));
  BOOST_TEST(x.output->context.find("number")->as<int>() == 7);
  BOOST_TEST(x.output->context.find("text")->as<std::string>() == "value");
  BOOST_TEST(x.output->result.as<std::string>() == "result");
}

BOOST_AUTO_TEST_CASE(what_is_empty_stays_so) {
  auto decoded = decode_record(encode(process_record{
    0, step_finished{0, 1, status::success, "", {}, {}, nullptr, {}}}));
  auto& x = std::get<step_finished>(std::get<process_record>(decoded).event);
  BOOST_TEST(x.error.empty());
  BOOST_TEST(x.output == nullptr);
  BOOST_TEST(!x.breakpoint.has_value());
  auto output = std::make_shared<const step_output>();
  decoded = decode_record(
    encode(process_record{0, attempt_failed{0, 1, "", {}, {}, output}}));
  auto& y = std::get<attempt_failed>(std::get<process_record>(decoded).event);
  BOOST_REQUIRE(y.output != nullptr);
  BOOST_TEST(!y.output->result.has_value());
  BOOST_TEST(y.output->context.empty());
}

BOOST_AUTO_TEST_CASE(all_that_is_in_a_lost_attempt_comes_back) {
  auto decoded = decode_record(encode(process_record{
    6, attempt_lost{7, 8, "worker left", at(11), some_output()}}));
  auto& x = std::get<attempt_lost>(std::get<process_record>(decoded).event);
  BOOST_TEST(x.step == 7U);
  BOOST_TEST(x.attempt == 8U);
  BOOST_TEST(x.reason == "worker left");
  BOOST_TEST((x.time == at(11)));
  BOOST_TEST(x.output->result.as<std::string>() == "result");
}

BOOST_AUTO_TEST_CASE(the_bytes_are_those_of_the_first_format) {
  // What was written once must be read for ever: these bytes never change.
  auto hex = [](const std::string& bytes) {
    std::string result;
    for (unsigned char c : bytes) {
      result += "0123456789abcdef"[c >> 4];
      result += "0123456789abcdef"[c & 15];
    }
    return result;
  };
  BOOST_TEST(hex(encode(process_record{2, step_started{4, 1, at(8)}}))
             == "93ac737465705f7374617274656483a47374657004a7617474656d707401a4"
                "74696d65cf00000001dcd6500002");
  BOOST_TEST(
    hex(encode(run_begun{"f", "d", at(1),
                         std::make_shared<const writes>(writes{{"k", 7}})}))
    == "92a972756e5f626567756e84a4666c6f77a166aa646566696e6974696f6ea1"
       "64a474696d65ce3b9aca00a5696e70757481a16b92a3693332c40107");
}

BOOST_AUTO_TEST_CASE(unknown_fields_are_ignored_and_unknown_kinds_refused) {
  auto bytes = encode(process_record{2, step_started{4, 1, {}}});
  auto more = bytes;
  auto fields = more.find('\x82');
  BOOST_REQUIRE(fields != std::string::npos);
  more[fields] = '\x83';
  more.insert(fields + 1, "\xA3new\x2A");
  auto decoded = decode_record(more);
  BOOST_TEST(
    std::get<step_started>(std::get<process_record>(decoded).event).step == 4U);
  auto other = bytes;
  other.replace(other.find("step_started"), 12, "step_startes");
  BOOST_CHECK_EXCEPTION(decode_record(other), error,
                        says({"step_startes", "not known"}));
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_record_are_refused_whatever_they_are) {
  std::mt19937 random{1};
  for (auto& x : one_of_each()) {
    auto bytes = encode(x);
    for (std::size_t size = 0; size < bytes.size(); ++size)
      BOOST_CHECK_THROW(decode_record({bytes.data(), size}), error);
    BOOST_CHECK_THROW(decode_record(bytes + 'x'), error);
    for (int i = 0; i < 200; ++i) {
      auto damaged = bytes;
      damaged[random() % damaged.size()] = static_cast<char>(random());
      try {
        (void)decode_record(damaged);
      } catch (const error& e) {
        // Or a plain value was made to look like an encrypted one.
        BOOST_TEST((e.code() == error_code::bad_encoding
                    || e.code() == error_code::bad_key));
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
