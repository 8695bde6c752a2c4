// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/persistence/record.hpp"

#include "../support/samples.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace lightflow::tests {

inline std::shared_ptr<const writes> some_writes() {
  return std::make_shared<const writes>(
    writes{{"text", "value"}, {"number", 7}, {"list", std::vector<int>{1, 2}}});
}

inline std::shared_ptr<const step_output> some_output() {
  return std::make_shared<const step_output>(
    step_output{*some_writes(), std::string{"result"}});
}

inline const callback_breakpoint somewhere{callback_moment::after,
                                           {callback_scope::process, 3}};

/// One record of each kind, with all its fields filled.
inline std::vector<journal_record> one_of_each() {
  using of = process_record;
  return {
    run_begun{"flow", "fingerprint", at(1), some_writes()},
    run_event{run_recovered{at(2), "fingerprint", true}},
    run_event{run_prepared{at(3), status::callback_failed, "no", somewhere,
                           some_writes()}},
    run_event{run_paused{}},
    run_event{run_resumed{}},
    run_event{run_stopped{at(4)}},
    run_event{run_concluded{at(5), status::callback_failed, "no", somewhere,
                            some_writes()}},
    of{1, process_started{at(6)}},
    of{2, process_prepared{at(7), failed_callback{somewhere.at, "no"},
                           some_writes()}},
    of{3, step_started{4, 5, at(8)}},
    of{4, attempt_failed{5, 6, "no", at(9), at(10), some_output()}},
    of{4, attempt_lost{5, 6, "gone", at(9), some_output()}},
    of{5, resource_attached{"pool", std::string{"value"}}},
    of{6, step_finished{7, 8, status::error, "no", at(11), at(12),
                        some_output(), somewhere, true}},
    of{7, step_timed_out{8, 9, "slow", at(13), true}},
    of{8, step_concluded{9, status::callback_failed, "no", somewhere}},
    of{9, process_paused{}},
    of{10, process_resumed{}},
    of{11, process_stopped{at(14)}},
    of{12, process_timed_out{at(15), {3, 4}}},
    of{14, process_concluded{at(17),
                             status::callback_failed,
                             "no",
                             somewhere,
                             some_writes(),
                             {{"pool", some_writes(), std::string{"left"}}}}},
  };
}

} // namespace lightflow::tests
