// SPDX-License-Identifier: MIT
#include "lightflow/core/error.hpp"

namespace lightflow {

std::string_view to_string(error_code code) {
  switch (code) {
  case error_code::bad_definition:
    return "bad_definition";
  case error_code::unknown_flow:
    return "unknown_flow";
  case error_code::unknown_process:
    return "unknown_process";
  case error_code::unknown_step:
    return "unknown_step";
  case error_code::unknown_run:
    return "unknown_run";
  case error_code::not_recoverable:
    return "not_recoverable";
  case error_code::interrupted:
    return "interrupted";
  case error_code::definition_changed:
    return "definition_changed";
  case error_code::no_journal:
    return "no_journal";
  case error_code::bad_run_id:
    return "bad_run_id";
  case error_code::wrong_type:
    return "wrong_type";
  case error_code::no_codec:
    return "no_codec";
  case error_code::value_too_large:
    return "value_too_large";
  case error_code::bad_encoding:
    return "bad_encoding";
  case error_code::journal_failed:
    return "journal_failed";
  case error_code::journal_locked:
    return "journal_locked";
  case error_code::bad_journal:
    return "bad_journal";
  case error_code::bad_key:
    return "bad_key";
  case error_code::not_on_worker:
    return "not_on_worker";
  case error_code::cannot_listen:
    return "cannot_listen";
  case error_code::cannot_connect:
    return "cannot_connect";
  case error_code::unencrypted:
    return "unencrypted";
  case error_code::bad_tls:
    return "bad_tls";
  case error_code::no_network:
    return "no_network";
  case error_code::bad_request:
    return "bad_request";
  case error_code::too_many_runs:
    return "too_many_runs";
  case error_code::engine_closed:
    return "engine_closed";
  case error_code::internal:
    return "internal";
  }
  return "unknown error code";
}

} // namespace lightflow
