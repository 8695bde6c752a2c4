// SPDX-License-Identifier: MIT
#pragma once

// All that a program needs to define flows and to run them.

#include "lightflow/actors/engine.hpp"               // IWYU pragma: export
#include "lightflow/actors/run_handle.hpp"           // IWYU pragma: export
#include "lightflow/actors/worker.hpp"               // IWYU pragma: export
#include "lightflow/core/catalog.hpp"                // IWYU pragma: export
#include "lightflow/core/error.hpp"                  // IWYU pragma: export
#include "lightflow/core/flow.hpp"                   // IWYU pragma: export
#include "lightflow/core/process.hpp"                // IWYU pragma: export
#include "lightflow/core/report.hpp"                 // IWYU pragma: export
#include "lightflow/core/result.hpp"                 // IWYU pragma: export
#include "lightflow/core/step.hpp"                   // IWYU pragma: export
#include "lightflow/persistence/encryption.hpp"      // IWYU pragma: export
#include "lightflow/persistence/memory_journal.hpp"  // IWYU pragma: export
#include "lightflow/persistence/rocksdb_journal.hpp" // IWYU pragma: export
