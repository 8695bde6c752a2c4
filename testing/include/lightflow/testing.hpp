// SPDX-License-Identifier: MIT
#pragma once

// All that a test needs to run flows deterministically.

#include "lightflow/lightflow.hpp"                 // IWYU pragma: export
#include "lightflow/testing/expectation.hpp"       // IWYU pragma: export
#include "lightflow/testing/exploration.hpp"       // IWYU pragma: export
#include "lightflow/testing/hazards.hpp"           // IWYU pragma: export
#include "lightflow/testing/simulated_journal.hpp" // IWYU pragma: export
#include "lightflow/testing/simulation.hpp"        // IWYU pragma: export
#include "lightflow/testing/trace.hpp"             // IWYU pragma: export
