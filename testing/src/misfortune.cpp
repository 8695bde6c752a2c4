// SPDX-License-Identifier: MIT
#include "misfortune.hpp"

#include "lightflow/core/step.hpp"

namespace lightflow::testing {

commit_fate misfortune::decide(simulation& world) {
  if (happens(what_.crash))
    return dice_.chance(0.5) ? commit_fate::crash_before
                             : commit_fate::crash_after;
  if (!happens(what_.disk_failure))
    return commit_fate::written;
  world.fail_disk(some_of(what_.longest_disk_failure));
  return dice_.chance(0.5) ? commit_fate::failed_but_written
                           : commit_fate::failed;
}

std::size_t misfortune::loss(std::size_t unsynced) {
  return dice_.chance(what_.power_loss) ? dice_.below(unsynced + 1) : 0;
}

message_fate misfortune::judge(simulation& world,
                               const worker_options& worker) {
  if (may_lose_worker(what_.worker_crash)) {
    world.kill_worker(worker.name);
    world.later(some_of(what_.longest_absence),
                [&world, worker] { world.start_worker(worker); });
    return {};
  }
  message_fate result;
  result.is_lost = may_lose_worker(what_.message_loss);
  result.is_doubled = happens(what_.message_doubling);
  if (happens(what_.message_delay))
    result.delay = some_of(what_.longest_delay);
  return result;
}

bool misfortune::fails(const step& self) {
  auto& named = what_.step_failures;
  auto found = named.find(self.process_name() + '/' + self.name());
  return happens(found != named.end() ? found->second : what_.step_failure);
}

bool misfortune::happens(double probability) {
  if (left_ == 0 || !dice_.chance(probability))
    return false;
  --left_;
  return true;
}

bool misfortune::may_lose_worker(double probability) {
  if (workers_left_ == 0 || !happens(probability))
    return false;
  --workers_left_;
  return true;
}

duration misfortune::some_of(duration x) {
  constexpr int parts = 1000;
  return x / parts * static_cast<duration::rep>(dice_.below(parts));
}

} // namespace lightflow::testing
