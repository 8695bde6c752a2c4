// SPDX-License-Identifier: MIT
#include "lightflow/persistence/journal_conformance.hpp"
#include "lightflow/persistence/memory_journal.hpp"

#include "journal_fixture.hpp"

using namespace lightflow;
using namespace lightflow::tests;

namespace {

/// Hands out one journal again and again.
class borrowed_journal : public journal {
public:
  explicit borrowed_journal(journal& x) : x_(x) {}

  void commit(const journal_batch& batch, durability how) override {
    x_.commit(batch, how);
  }

  void read(std::string_view run, const visitor& visit) const override {
    x_.read(run, visit);
  }

  std::optional<run_summary> find(std::string_view run) const override {
    return x_.find(run);
  }

  std::vector<run_summary> list(run_condition condition, std::string_view after,
                                std::size_t limit) const override {
    return x_.list(condition, after, limit);
  }

  std::optional<std::string> definition(std::string_view x) const override {
    return x_.definition(x);
  }

private:
  journal& x_;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(journal_tests, journal_fixture)

BOOST_AUTO_TEST_CASE(the_memory_journal_conforms) {
  for (auto& check : journal_conformance()) {
    memory_journal it;
    BOOST_TEST_CONTEXT(check.name)
    BOOST_CHECK_NO_THROW(
      check.run([&] { return std::make_unique<borrowed_journal>(it); }));
  }
}

BOOST_AUTO_TEST_CASE(the_rocksdb_journal_conforms) {
  for (auto& check : journal_conformance()) {
    auto own = temporary.path() / check.name;
    BOOST_TEST_CONTEXT(check.name)
    BOOST_CHECK_NO_THROW(
      check.run([&] { return std::make_unique<rocksdb_journal>(own); }));
  }
}

/// A journal that loses what the checks are there to find.
class forgetful_journal : public borrowed_journal {
public:
  using borrowed_journal::borrowed_journal;

  std::optional<std::string> definition(std::string_view) const override {
    return std::nullopt;
  }
};

BOOST_AUTO_TEST_CASE(a_journal_that_forgets_does_not_conform) {
  std::size_t failed = 0;
  for (auto& check : journal_conformance()) {
    memory_journal it;
    try {
      check.run([&] { return std::make_unique<forgetful_journal>(it); });
    } catch (const std::logic_error&) {
      ++failed;
    }
  }
  BOOST_TEST(failed == 4U);
}

BOOST_AUTO_TEST_SUITE_END()
