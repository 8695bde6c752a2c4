// SPDX-License-Identifier: MIT
#include "lightflow/core/writes.hpp"

#include "lightflow/core/write_index.hpp"

#include <boost/test/unit_test.hpp>

#include <deque>
#include <map>
#include <random>

using namespace lightflow;

BOOST_AUTO_TEST_SUITE(writes_tests)

BOOST_AUTO_TEST_CASE(the_last_value_of_a_key_counts) {
  writes xs{{"a", 1}, {"b", 2}, {"a", 3}};
  BOOST_TEST(xs.size() == 2U);
  BOOST_TEST(xs.find("a")->as<int>() == 3);
  BOOST_TEST(xs.find("b")->as<int>() == 2);
  BOOST_TEST(xs.find("c") == nullptr);
  BOOST_TEST(xs.begin()->first == "a"); // in order of first setting
}

BOOST_AUTO_TEST_CASE(few_and_many_keys_are_found_alike) {
  writes xs;
  for (int i = 0; i < 1000; ++i) {
    xs.set("key" + std::to_string(i), i);
    for (int k : {0, i / 2, i})
      BOOST_TEST(xs.find("key" + std::to_string(k))->as<int>() == k);
    BOOST_TEST(xs.find("none") == nullptr);
  }
  xs.set("key500", -1);
  BOOST_TEST(xs.find("key500")->as<int>() == -1);
  BOOST_TEST(xs.size() == 1000U);
}

BOOST_AUTO_TEST_CASE(keys_that_were_not_set_are_not_found_whatever_their_hash) {
  writes xs;
  for (auto size : {1, 16, 17, 200}) {
    for (auto i = static_cast<int>(xs.size()); i < size; ++i)
      xs.set("set" + std::to_string(i), i);
    write_index now;
    now.add(0, xs);
    for (int i = 0; i < 2000; ++i) {
      auto other = "other" + std::to_string(i);
      BOOST_TEST(xs.find(other) == nullptr);
      BOOST_TEST(now.find_last(other, 1, [](auto) { return true; }) == nullptr);
    }
    for (int i = 0; i < size; ++i)
      BOOST_TEST(xs.find("set" + std::to_string(i))->as<int>() == i);
  }
}

BOOST_AUTO_TEST_CASE(what_is_trimmed_is_as_it_was) {
  writes xs;
  xs.reserve(100);
  xs.set("a", 1);
  xs.set("b", std::string{"text"});
  xs.trim();
  BOOST_TEST(xs.size() == 2U);
  BOOST_TEST(xs.find("a")->as<int>() == 1);
  BOOST_TEST(xs.find("b")->as<std::string>() == "text");
}

BOOST_AUTO_TEST_CASE(an_index_finds_what_a_plain_search_finds) {
  std::mt19937 random{11};
  std::deque<writes> all;
  std::map<std::pair<std::string, std::uint32_t>, int> model;
  write_index index;
  std::vector<std::uint32_t> positions(300);
  for (std::uint32_t i = 0; i < positions.size(); ++i)
    positions[i] = i;
  std::shuffle(positions.begin(), positions.end(), random);
  for (auto position : positions) {
    auto& xs = all.emplace_back();
    for (auto n = random() % 4; n > 0; --n) {
      auto key = "k" + std::to_string(random() % 6);
      auto number = static_cast<int>(random() % 1000);
      xs.set(key, number);
      model[{key, position}] = number;
    }
    if (!xs.empty())
      index.add(position, xs);
    auto before = static_cast<std::uint32_t>(random() % 301);
    auto modulus = 1 + random() % 3;
    auto accepts = [&](auto x) { return x % modulus == 0; };
    for (auto key : {"k0", "k3", "k5", "none"}) {
      const int* expected = nullptr;
      for (auto& [where, number] : model)
        if (where.first == key && where.second < before
            && accepts(where.second))
          expected = &number; // sorted by position: the last one stays
      auto found = index.find_last(key, before, accepts);
      BOOST_REQUIRE((found != nullptr) == (expected != nullptr));
      if (found != nullptr)
        BOOST_TEST(found->as<int>() == *expected);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_copy_of_an_index_does_not_change_when_that_is_added_to) {
  writes first{{"a", 1}};
  writes second{{"a", 2}};
  auto all = [](auto) { return true; };
  write_index after;
  after.add(0, first);
  auto before = after;
  after.add(1, second);
  BOOST_TEST(before.find_last("a", 9, all)->as<int>() == 1);
  BOOST_TEST(after.find_last("a", 9, all)->as<int>() == 2);
  BOOST_TEST(after.find_last("a", 1, all)->as<int>() == 1);
  BOOST_TEST(after.find_last("a", 0, all) == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()
