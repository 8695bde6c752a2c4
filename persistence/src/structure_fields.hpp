// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/persistence/flow_structure.hpp"

// What the structure of a flow is made of: the one place that says so, for
// writing and for reading. Those definitions that have nothing in a field that
// is added keep their fingerprint.

namespace lightflow {

template <class F>
void fields(F& f, retry_structure& x) {
  f("retries", x.retries);
  f("initial", x.initial);
  f("factor", x.factor);
  f("cap", x.cap);
  f("jitter", x.jitter);
}

template <class F>
void fields(F& f, step_structure& x) {
  f("name", x.name);
  f("after", x.dependencies);
  f("timeout", x.timeout);
  f("retry", x.retry);
  f("conditional", x.conditional);
  f("skips_dependents", x.skips_dependents);
  f("never_skipped", x.never_skipped);
}

template <class F>
void fields(F& f, process_structure& x) {
  f("name", x.name);
  f("timeout", x.timeout);
  f("parallelism", x.parallelism);
  f("steps", x.steps);
}

template <class F>
void fields(F& f, flow_structure& x) {
  f("name", x.name);
  f("processes", x.processes);
}

} // namespace lightflow
