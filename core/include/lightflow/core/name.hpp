// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace lightflow {

/// Whether `x` can name a flow, process, step or run: 1 to 128 characters,
/// each a letter, a digit, '_', '-' or '.'.
bool is_valid_name(std::string_view x);

/// Says that `x` is no valid `kind`, such as a "run id", and what would be.
std::string describe_bad_name(std::string_view kind, std::string_view x);

/// Throws definition_error, naming `kind` and `x`, unless `x` is a valid name.
void require_valid_name(std::string_view kind, std::string_view x);

/// The id of a process of a run, and of a step of that: unique in a journal.
std::string process_id_of(std::string_view run, std::string_view process);
std::string step_id_of(std::string_view run, std::string_view process,
                       std::string_view step);

} // namespace lightflow
