// SPDX-License-Identifier: MIT
#include "lightflow/core/topology.hpp"

#include <boost/test/unit_test.hpp>

#include <random>

#include <malloc.h>

using namespace lightflow;

namespace {

std::size_t heap_bytes() {
  auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

dependency_graph with_nodes(std::size_t n) {
  dependency_graph result;
  for (std::size_t i = 0; i < n; ++i)
    result.add_node();
  return result;
}

/// Each node runs after up to `most` earlier ones, in a shuffled numbering.
dependency_graph random_graph(std::size_t n, std::size_t most, unsigned seed) {
  std::mt19937 random{seed};
  std::vector<step_index> numbers(n);
  for (step_index i = 0; i < n; ++i)
    numbers[i] = i;
  std::shuffle(numbers.begin(), numbers.end(), random);
  auto result = with_nodes(n);
  for (std::size_t i = 1; i < n; ++i)
    for (auto k = random() % (most + 1); k > 0; --k)
      BOOST_REQUIRE(result.add_edge(numbers[random() % i], numbers[i]));
  return result;
}

dependency_graph wide(step_index n) {
  auto result = with_nodes(n);
  for (step_index i = 1; i + 1 < n; ++i) {
    result.add_edge(0, i);
    result.add_edge(i, n - 1);
  }
  return result;
}

dependency_graph deep(step_index n) {
  auto result = with_nodes(n);
  for (step_index i = 1; i < n; ++i)
    result.add_edge(i - 1, i);
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(topology_tests)

BOOST_AUTO_TEST_CASE(an_edge_that_would_close_a_cycle_is_refused) {
  auto graph = deep(4);
  BOOST_TEST(!graph.add_edge(3, 0));
  BOOST_TEST(!graph.add_edge(2, 2));
  BOOST_TEST(graph.dependencies(0).empty());
  BOOST_TEST(graph.add_edge(0, 3));
  BOOST_TEST(graph.add_edge(0, 3)); // there already
  BOOST_TEST(graph.dependencies(3).size() == 2U);
}

BOOST_AUTO_TEST_CASE(edges_in_any_order_are_refused_only_for_a_cycle) {
  constexpr step_index n = 24;
  for (unsigned seed = 0; seed < 100; ++seed) {
    std::mt19937 random{seed};
    auto graph = with_nodes(n);
    std::vector<std::vector<bool>> reaches(n, std::vector<bool>(n));
    auto add = [&](step_index from, step_index to) {
      for (step_index a = 0; a < n; ++a)
        for (step_index b = 0; b < n; ++b)
          if ((a == from || reaches[a][from]) && (b == to || reaches[to][b]))
            reaches[a][b] = true;
    };
    for (int i = 0; i < 80; ++i) {
      step_index from = random() % n;
      step_index to = random() % n;
      auto closes_cycle = from == to || reaches[to][from];
      auto before = graph.now();
      BOOST_REQUIRE(graph.add_edge(from, to) != closes_cycle);
      if (i % 3 == 0)
        graph.undo_until(before);
      else if (!closes_cycle)
        add(from, to);
      for (int k = 0; k < 20; ++k) {
        step_index a = random() % n;
        step_index b = random() % n;
        BOOST_REQUIRE(graph.is_ancestor(a, b) == reaches[a][b]);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(nodes_are_taken_back_with_their_edges) {
  auto graph = deep(3);
  auto before = graph.now();
  auto x = graph.add_node();
  graph.add_edge(x, 0);
  graph.undo_until(before);
  BOOST_TEST(graph.size() == 3U);
  BOOST_TEST(graph.dependencies(0).empty());
  BOOST_TEST(graph.add_node() == x);
  BOOST_TEST(graph.add_edge(2, x));
  BOOST_TEST(graph.is_ancestor(0, x));
}

BOOST_AUTO_TEST_CASE(the_order_has_each_after_its_dependencies) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    topology graph{random_graph(100, 3, seed)};
    BOOST_REQUIRE(graph.order().size() == 100U);
    for (step_index x = 0; x < 100; ++x) {
      BOOST_TEST(graph.order()[graph.position(x)] == x);
      for (auto y : graph.dependencies(x))
        BOOST_TEST(graph.position(y) < graph.position(x));
    }
  }
}

BOOST_AUTO_TEST_CASE(what_could_come_next_comes_in_order_of_definition) {
  auto nodes = with_nodes(5);
  nodes.add_edge(4, 1);
  topology graph{nodes};
  std::vector<step_index> expected{0, 2, 3, 4, 1};
  std::vector<step_index> order(graph.order().begin(), graph.order().end());
  BOOST_TEST(order == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(ancestors_are_those_of_the_transitive_closure) {
  constexpr std::size_t n = 60;
  for (unsigned seed = 0; seed < 50; ++seed) {
    topology graph{random_graph(n, 1 + seed % 4, seed)};
    std::vector<std::vector<bool>> reaches(n, std::vector<bool>(n));
    for (auto x : graph.order())
      for (auto y : graph.dependencies(x)) {
        reaches[y][x] = true;
        for (std::size_t a = 0; a < n; ++a)
          if (reaches[a][y])
            reaches[a][x] = true;
      }
    for (step_index a = 0; a < n; ++a)
      for (step_index b = 0; b < n; ++b)
        BOOST_TEST(graph.is_ancestor(a, b) == reaches[a][b],
                   "seed " << seed << ": " << a << " before " << b);
  }
}

BOOST_AUTO_TEST_CASE(the_index_stays_small_on_100000_steps_of_any_shape) {
  constexpr step_index n = 100'000;
  auto check = [](const dependency_graph& nodes) {
    auto before = heap_bytes();
    topology graph{nodes};
    BOOST_TEST(heap_bytes() - before <= 100U * n);
    std::mt19937 random{7};
    std::size_t found = 0;
    for (int i = 0; i < 20'000; ++i)
      found += graph.is_ancestor(random() % n, random() % n) ? 1 : 0;
    return found;
  };
  BOOST_TEST(check(wide(n)) < 20U);
  BOOST_TEST(check(deep(n)) > 9'000U);
  check(random_graph(n, 1, 1));
  check(random_graph(n, 4, 2));
}

BOOST_AUTO_TEST_SUITE_END()
