// SPDX-License-Identifier: MIT
#include "lightflow/core/value.hpp"

#include "lightflow/core/error.hpp"

#include "../support/printing.hpp"

#include <array>
#include <cstdlib>
#include <memory>
#include <new>

namespace {

std::size_t allocations = 0;

} // namespace

// Counts what this program allocates. Not inlined, since the compiler would
// warn of malloc and delete then.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (auto result = std::malloc(size))
    return result;
  throw std::bad_alloc{};
}

[[gnu::noinline]] void operator delete(void* x) noexcept {
  std::free(x);
}

[[gnu::noinline]] void operator delete(void* x, std::size_t) noexcept {
  std::free(x);
}

namespace shop {

struct order {
  int number = 0;
  std::string customer;
  MSGPACK_DEFINE(number, customer)

  friend bool operator==(const order&, const order&) = default;
};

struct size {
  int width = 0;
  int height = 0;

  friend bool operator==(const size&, const size&) = default;
};

template <class Inspector>
auto inspect(Inspector& f, size& x) {
  return f(x.width, x.height);
}

enum class colour { red = 1, green = 7 };

struct opaque {
  int x = 0;
};

struct by_name {
  int width = 0;
  std::string label;
  MSGPACK_DEFINE_MAP(width, label)

  friend bool operator==(const by_name&, const by_name&) = default;
};

/// Cannot be made before it is read.
struct unreadable {
  explicit unreadable(int value) : x(value) {}
  int x;
  MSGPACK_DEFINE(x)
};

/// Brings its own idea of where objects lie.
struct placed {
  static void* operator new(std::size_t) = delete;
  int x = 0;
};

} // namespace shop

using namespace lightflow;
using namespace lightflow::tests;

namespace {

/// The value as it is after it went through its encoding.
value reread(const value& x) {
  return value::from_encoding(std::string{x.type()}, x.encoding());
}

template <class T>
void check_round_trip(const T& x) {
  BOOST_TEST_CONTEXT(type_name<T>()) {
    value original{x};
    auto copy = reread(original);
    BOOST_TEST(original.has_codec());
    BOOST_TEST(copy.type() == original.type());
    BOOST_TEST(copy.template is<T>());
    BOOST_TEST((copy.template as<T>() == x));
    BOOST_TEST(copy.encoding() == original.encoding());
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(value_tests)

BOOST_AUTO_TEST_CASE(a_value_gives_back_what_it_holds) {
  value x{42};
  BOOST_TEST(x.has_value());
  BOOST_TEST(x.is<int>());
  BOOST_TEST(!x.is<double>());
  BOOST_TEST(x.as<int>() == 42);
  BOOST_TEST(*x.peek<int>() == 42);
  BOOST_TEST(x.peek<double>() == nullptr);
  BOOST_TEST(!value{}.has_value());
  BOOST_TEST(value{}.type() == "");
}

BOOST_AUTO_TEST_CASE(texts_of_all_kinds_are_strings) {
  BOOST_TEST(value{"abc"}.as<std::string>() == "abc");
  BOOST_TEST(value{std::string_view{"abc"}}.as<std::string>() == "abc");
  BOOST_TEST(value{std::string{"abc"}}.as<std::string>() == "abc");
  char text[] = "abc";
  char* pointer = text;
  value copied{pointer};
  text[0] = 'x';
  BOOST_TEST(copied.as<std::string>() == "abc");
}

BOOST_AUTO_TEST_CASE(small_values_need_no_allocation) {
  auto before = allocations;
  value number{42};
  value text{"short"};
  value pair{std::pair{1.0, 2.0}};
  auto copy = text;
  auto moved = std::move(number);
  copy = pair;
  BOOST_TEST(allocations == before);
  value large{std::array<double, 5>{}};
  BOOST_TEST(allocations == before + 1);
}

BOOST_AUTO_TEST_CASE(values_are_copied_moved_and_assigned) {
  auto counter = std::make_shared<int>(0);
  {
    value small{counter};
    value large{std::array{counter, counter, counter}};
    BOOST_TEST(counter.use_count() == 5);
    auto copy = large;
    BOOST_TEST(counter.use_count() == 8);
    auto moved = std::move(copy);
    BOOST_TEST(!copy.has_value());
    BOOST_TEST(counter.use_count() == 8);
    small = moved;
    BOOST_TEST(counter.use_count() == 10);
    auto& alias = small;
    small = alias;
    BOOST_TEST(small.is<decltype(std::array{counter, counter, counter})>());
    moved = value{};
    BOOST_TEST(counter.use_count() == 7);
  }
  BOOST_TEST(counter.use_count() == 1);
}

BOOST_AUTO_TEST_CASE(the_wrong_type_is_an_error_that_names_both) {
  BOOST_CHECK_EXCEPTION(value{42}.as<std::string>(), error,
                        says({"string", "i32"}));
  BOOST_CHECK_EXCEPTION(value{42}.as<std::string>(), error,
                        code_is(error_code::wrong_type));
  BOOST_CHECK_EXCEPTION(value{}.as<int>(), error, says({"i32", "nothing"}));
  BOOST_CHECK_EXCEPTION(reread(value{42}).as<double>(), error,
                        says({"f64", "i32"}));
  BOOST_CHECK_EXCEPTION(value{shop::opaque{}}.as<int>(), error,
                        says({"opaque"}));
}

BOOST_AUTO_TEST_CASE(integers_of_one_size_are_one_type) {
  value x{7L};
  BOOST_TEST(x.is<long long>());
  BOOST_TEST(x.as<long long>() == 7);
  BOOST_TEST(!x.is<int>());
}

BOOST_AUTO_TEST_CASE(all_kinds_of_types_survive_their_encoding) {
  using namespace std::chrono;
  check_round_trip(true);
  check_round_trip('c');
  check_round_trip(std::int8_t{-5});
  check_round_trip(std::uint64_t{1} << 63);
  check_round_trip(1.5F);
  check_round_trip(-0.25);
  check_round_trip(std::string(1000, 'x'));
  check_round_trip(std::vector<std::string>{"a", "b"});
  check_round_trip(std::map<std::string, std::vector<int>>{{"a", {1, 2}}});
  check_round_trip(std::optional<int>{});
  check_round_trip(std::tuple{1, 2.5, std::string{"x"}});
  check_round_trip(std::array{1, 2, 3});
  check_round_trip(milliseconds{1500});
  check_round_trip(time_point_cast<nanoseconds>(system_clock::now()));
  check_round_trip(shop::colour::green);
  check_round_trip(shop::order{7, "Ada"});
  check_round_trip(shop::size{3, 4});
  check_round_trip(std::vector<shop::order>{{1, "a"}, {2, "b"}});
  check_round_trip(std::vector<shop::size>{{1, 2}});
  check_round_trip(std::vector<shop::colour>{shop::colour::red});
  check_round_trip(std::vector<bool>{true, false});
  check_round_trip(shop::by_name{2, "b"});
  check_round_trip(L'x');
}

BOOST_AUTO_TEST_CASE(a_type_without_codec_says_so) {
  value x{shop::opaque{1}};
  BOOST_TEST(!x.has_codec());
  BOOST_CHECK_EXCEPTION(x.encoding(), error, code_is(error_code::no_codec));
  BOOST_CHECK_EXCEPTION(x.encoding(), error, says({"shop::opaque"}));
  BOOST_TEST(!value{std::vector<shop::opaque>{}}.has_codec());
  BOOST_TEST(!value{shop::unreadable{1}}.has_codec());
  BOOST_TEST(!value{u'x'}.has_codec());
  BOOST_TEST(!value{U'x'}.has_codec());
  BOOST_TEST(!value{u8'x'}.has_codec());
  BOOST_TEST(value{shop::placed{4}}.as<shop::placed>().x == 4);
  BOOST_CHECK_EXCEPTION(value{}.encoding(), error,
                        code_is(error_code::no_codec));
}

BOOST_AUTO_TEST_CASE(bytes_after_an_encoding_say_so) {
  auto x = value::from_encoding("i32", value{1}.encoding() + '\1');
  BOOST_CHECK_EXCEPTION(x.as<int>(), error, code_is(error_code::bad_encoding));
}

BOOST_AUTO_TEST_CASE(few_bytes_cannot_ask_for_much_memory) {
  std::string claims_four_billion{"\xDD\xFF\xFF\xFF\xFF"};
  auto x
    = value::from_encoding(type_name<std::vector<int>>(), claims_four_billion);
  BOOST_CHECK_EXCEPTION(x.as<std::vector<int>>(), error,
                        code_is(error_code::bad_encoding));
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_encoding_say_so) {
  for (std::string bytes : {"", "\xC1", "\x93\x01",
                            "\xA5"
                            "ab"}) {
    auto x = value::from_encoding(type_name<std::vector<int>>(), bytes);
    BOOST_CHECK_EXCEPTION(x.as<std::vector<int>>(), error,
                          code_is(error_code::bad_encoding));
  }
  auto wrong_shape
    = value::from_encoding(type_name<shop::size>(), value{1}.encoding());
  BOOST_CHECK_EXCEPTION(wrong_shape.as<shop::size>(), error,
                        code_is(error_code::bad_encoding));
}

BOOST_AUTO_TEST_SUITE_END()
