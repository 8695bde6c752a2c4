// SPDX-License-Identifier: MIT
#include "../../actors/src/work_queue.hpp"

#include "../support/printing.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

using namespace lightflow;

namespace lightflow {

std::ostream& operator<<(std::ostream& out, worker_shortage x) {
  return out << static_cast<int>(x);
}

} // namespace lightflow

namespace {

using ticket = work_queue::ticket;

const worker_need gpu{"gpu", "today"};
const worker_offer gpu_worker{{"gpu"}, {"today"}};

struct work_queue_fixture {
  /// Enters attempts of a run and gives the last.
  ticket enter(std::string_view run, const worker_need& need = gpu,
               std::size_t n = 1) {
    ticket last = 0;
    for (; n > 0; --n)
      run_of[last = queue.enter(need, run)] = run;
    return last;
  }

  /// Ends leases of a worker one by one, and gives the runs that were served in
  /// the order in which they were.
  std::string serve_all(work_queue::worker_id worker) {
    std::string result;
    for (auto grants = queue.take_grants(); !grants.empty();
         grants = queue.take_grants())
      for (auto& x : grants) {
        result += run_of[x.who];
        queue.end(worker, x.lease);
      }
    return result;
  }

  work_queue::grant only_grant() {
    auto grants = queue.take_grants();
    BOOST_REQUIRE(grants.size() == 1);
    return grants[0];
  }

  work_queue queue;
  std::map<ticket, std::string> run_of;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(work_queue_tests, work_queue_fixture)

BOOST_AUTO_TEST_CASE(an_attempt_gets_a_free_slot_at_once) {
  auto worker = queue.join(gpu_worker, 1);
  auto who = enter("a");
  auto grant = only_grant();
  BOOST_TEST(grant.who == who);
  BOOST_TEST(grant.worker == worker);
}

BOOST_AUTO_TEST_CASE(an_attempt_waits_for_a_slot_and_gets_the_first_that_ends) {
  auto worker = queue.join(gpu_worker, 1);
  enter("a");
  auto first = only_grant();
  auto second = enter("a");
  BOOST_TEST(queue.take_grants().empty());
  BOOST_TEST(*queue.end(worker, first.lease) == first.who);
  BOOST_TEST(only_grant().who == second);
}

BOOST_AUTO_TEST_CASE(runs_take_turns_whatever_the_number_of_their_steps) {
  enter("a", gpu, 4);
  enter("b", gpu, 2);
  enter("c", gpu, 1);
  auto worker = queue.join(gpu_worker, 1);
  BOOST_TEST(serve_all(worker) == "abcabaa");
}

BOOST_AUTO_TEST_CASE(a_run_is_served_in_the_order_of_its_attempts) {
  std::vector<ticket> entered;
  for (int i = 0; i < 5; ++i)
    entered.push_back(enter("a"));
  queue.join(gpu_worker, 5);
  std::vector<ticket> served;
  for (auto& x : queue.take_grants())
    served.push_back(x.who);
  BOOST_TEST(served == entered, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(runs_take_turns_across_labels_and_definitions) {
  enter("a", {"gpu", "today"}, 3);
  enter("b", {"disk", "today"}, 2);
  enter("c", {"gpu", "other"}, 1);
  auto worker = queue.join({{"gpu", "disk"}, {"today", "other"}}, 1);
  BOOST_TEST(serve_all(worker) == "abcaba");
}

BOOST_AUTO_TEST_CASE(the_worker_with_most_free_slots_is_taken) {
  auto small = queue.join(gpu_worker, 1);
  auto large = queue.join(gpu_worker, 3);
  enter("a", gpu, 4);
  std::vector<work_queue::worker_id> taken;
  for (auto& x : queue.take_grants())
    taken.push_back(x.worker);
  BOOST_TEST(std::count(taken.begin(), taken.end(), small) == 1);
  BOOST_TEST(std::count(taken.begin(), taken.end(), large) == 3);
  BOOST_TEST(taken[0] == large);
}

BOOST_AUTO_TEST_CASE(a_worker_without_the_label_is_left_alone) {
  queue.join({{"disk"}, {"today"}}, 1);
  auto who = enter("a");
  BOOST_TEST(queue.take_grants().empty());
  auto news = queue.take_news();
  BOOST_REQUIRE(news.size() == 1);
  BOOST_TEST(news[0].why == worker_shortage::no_label);
  BOOST_TEST(news[0].need.label == "gpu");
  BOOST_TEST(news[0].first == who);
}

BOOST_AUTO_TEST_CASE(a_worker_with_another_definition_is_left_alone) {
  queue.join({{"gpu"}, {"yesterday"}}, 1);
  enter("a");
  BOOST_TEST(queue.take_grants().empty());
  auto news = queue.take_news();
  BOOST_REQUIRE(news.size() == 1);
  BOOST_TEST(news[0].why == worker_shortage::no_definition);
}

BOOST_AUTO_TEST_CASE(a_missing_label_is_told_once_until_a_worker_has_it) {
  enter("a", gpu, 3);
  enter("b", {"gpu", "other"});
  BOOST_TEST(queue.take_news().size() == 1);
  auto worker = queue.join({{"gpu"}, {"today", "other"}}, 9);
  BOOST_TEST(queue.take_grants().size() == 4);
  queue.leave(worker);
  BOOST_TEST(queue.take_news().empty()); // nobody waits
  enter("b");
  enter("a");
  BOOST_TEST(queue.take_news().size() == 1);
}

BOOST_AUTO_TEST_CASE(another_reason_is_told_anew) {
  enter("a");
  BOOST_TEST(queue.take_news().size() == 1);
  auto worker = queue.join({{"gpu"}, {"yesterday"}}, 1);
  auto news = queue.take_news();
  BOOST_REQUIRE(news.size() == 1);
  BOOST_TEST(news[0].why == worker_shortage::no_definition);
  queue.leave(worker);
  news = queue.take_news();
  BOOST_REQUIRE(news.size() == 1);
  BOOST_TEST(news[0].why == worker_shortage::no_label);
}

BOOST_AUTO_TEST_CASE(workers_that_are_merely_busy_are_no_news) {
  queue.join(gpu_worker, 1);
  enter("a", gpu, 10);
  BOOST_TEST(queue.take_news().empty());
}

BOOST_AUTO_TEST_CASE(the_attempts_of_a_worker_that_leaves_are_lost) {
  auto worker = queue.join(gpu_worker, 2);
  auto first = enter("a");
  auto second = enter("b");
  auto third = enter("c");
  auto leases = queue.take_grants();
  auto lost = queue.leave(worker);
  BOOST_TEST(lost == (std::vector{first, second}),
             boost::test_tools::per_element());
  for (auto& x : leases)
    BOOST_TEST(!queue.end(worker, x.lease));
  queue.join(gpu_worker, 1);
  BOOST_TEST(only_grant().who == third);
}

BOOST_AUTO_TEST_CASE(a_lease_ends_once) {
  auto worker = queue.join(gpu_worker, 1);
  enter("a");
  auto lease = only_grant().lease;
  BOOST_TEST(queue.end(worker, lease).has_value());
  BOOST_TEST(!queue.end(worker, lease));
  enter("a");
  BOOST_TEST(only_grant().lease != lease);
}

BOOST_AUTO_TEST_CASE(a_worker_cannot_end_what_another_one_has) {
  auto worker = queue.join(gpu_worker, 1);
  enter("a");
  auto lease = only_grant().lease;
  auto other = queue.join(gpu_worker, 1);
  BOOST_TEST(!queue.end(other, lease));
  BOOST_TEST(queue.end(worker, lease).has_value());
}

BOOST_AUTO_TEST_CASE(
  an_attempt_that_is_withdrawn_while_it_waits_is_passed_over) {
  auto first = enter("a");
  auto second = enter("a");
  BOOST_TEST(!queue.withdraw(first));
  queue.join(gpu_worker, 2);
  BOOST_TEST(only_grant().who == second);
}

BOOST_AUTO_TEST_CASE(
  an_attempt_that_is_withdrawn_keeps_its_slot_until_it_ends) {
  auto worker = queue.join(gpu_worker, 1);
  auto who = enter("a");
  auto lease = only_grant().lease;
  auto withdrawn = queue.withdraw(who);
  BOOST_REQUIRE(withdrawn.has_value());
  BOOST_TEST(withdrawn->lease == lease);
  BOOST_TEST(withdrawn->worker == worker);
  auto next = enter("b");
  BOOST_TEST(queue.take_grants().empty());
  BOOST_TEST(!queue.end(worker, lease)); // nobody wants it any more
  BOOST_TEST(only_grant().who == next);
}

BOOST_AUTO_TEST_CASE(a_worker_that_drains_gets_nothing_new) {
  auto worker = queue.join(gpu_worker, 2);
  enter("a");
  auto lease = only_grant().lease;
  queue.set_slots(worker, 0);
  auto waits = enter("a");
  BOOST_TEST(queue.take_grants().empty());
  BOOST_TEST(queue.end(worker, lease).has_value());
  BOOST_TEST(queue.take_grants().empty());
  BOOST_TEST(queue.leave(worker).empty());
  queue.join(gpu_worker, 1);
  BOOST_TEST(only_grant().who == waits);
}

BOOST_AUTO_TEST_CASE(fewer_slots_than_leases_take_nothing_away) {
  auto worker = queue.join(gpu_worker, 3);
  enter("a", gpu, 4);
  auto leases = queue.take_grants();
  queue.set_slots(worker, 1);
  queue.end(worker, leases[0].lease);
  queue.end(worker, leases[1].lease);
  BOOST_TEST(queue.take_grants().empty());
  BOOST_TEST(queue.leases(worker).size() == 1);
  queue.end(worker, leases[2].lease);
  BOOST_TEST(queue.take_grants().size() == 1);
}

BOOST_AUTO_TEST_CASE(what_waits_for_several_labels_goes_to_whom_has_each) {
  auto on_gpu = enter("a", {"gpu", "today"});
  auto on_disk = enter("a", {"disk", "today"});
  auto disk = queue.join({{"disk"}, {"today"}}, 5);
  auto grant = only_grant();
  BOOST_TEST(grant.who == on_disk);
  BOOST_TEST(grant.worker == disk);
  auto both = queue.join({{"disk", "gpu"}, {"today"}}, 5);
  grant = only_grant();
  BOOST_TEST(grant.who == on_gpu);
  BOOST_TEST(grant.worker == both);
}

BOOST_AUTO_TEST_CASE(a_hundred_thousand_attempts_are_no_burden) {
  auto worker = queue.join(gpu_worker, 10);
  for (int i = 0; i < 100'000; ++i)
    queue.enter(gpu, "run" + std::to_string(i % 1000));
  std::size_t served = 0;
  for (auto grants = queue.take_grants(); !grants.empty();
       grants = queue.take_grants())
    for (auto& x : grants) {
      ++served;
      queue.end(worker, x.lease);
    }
  BOOST_TEST(served == 100'000);
}

BOOST_AUTO_TEST_SUITE_END()
