// SPDX-License-Identifier: MIT
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace lightflow {

/// What went wrong, seen from the caller: each code says what to do about it.
enum class error_code {
  /// A flow, process or step is defined wrongly: fix the definition.
  bad_definition,
  /// No flow of that name is in the catalog: define it, or fix the name.
  unknown_flow,
  /// The run has no process of that name: fix the name.
  unknown_process,
  /// The process has no step of that name: fix the name.
  unknown_step,
  /// No run of that id is known to the engine, nor to its journal.
  unknown_run,
  /// A run is not in a state to be recovered: it is under way, or succeeded.
  not_recoverable,
  /// A run was under way when its program ended, and does not go on by itself:
  /// recover it.
  interrupted,
  /// A run cannot go on by the definition of today: see the message for what
  /// has changed, and run it with the program that it was started with.
  definition_changed,
  /// A recoverable flow needs a journal: give the engine one.
  no_journal,
  /// A run id does not follow the rules for names: choose another.
  bad_run_id,
  /// A value was asked for as a type that it is not: ask for its own type.
  wrong_type,
  /// A type cannot be written as MessagePack: give it a codec.
  no_codec,
  /// A value is larger than the journal takes: raise the limit, or keep the
  /// data elsewhere.
  value_too_large,
  /// Bytes are not an encoding of the type asked for.
  bad_encoding,
  /// The storage of a journal cannot be read or written: see the message.
  journal_failed,
  /// Another process or engine has the journal: end that, or use another one.
  journal_locked,
  /// What is there is no journal that this version can read.
  bad_journal,
  /// A key for encryption is malformed or missing, or is not the one that a
  /// value was encrypted with: give the right one, as the message says.
  bad_key,
  /// What a step asked for is not to be had on a worker: see the message.
  not_on_worker,
  /// An address or a port cannot be listened at: see the message.
  cannot_listen,
  /// Nothing answered at an endpoint in time, or no engine did: see the
  /// message.
  cannot_connect,
  /// Messages would leave the machine unencrypted: give TLS files, or allow it
  /// in so many words.
  unencrypted,
  /// Files for TLS are missing, cannot be read or do not fit: see the message.
  bad_tls,
  /// What is needed to talk to other nodes is not loaded: set
  /// engine_options::network, or load it into the actor system.
  no_network,
  /// A message or an option asks for what cannot be: see the text.
  bad_request,
  /// As many runs are under way as engine_options::max_runs allows: start this
  /// one when others have ended, or raise that.
  too_many_runs,
  /// The engine was shut down: start another one.
  engine_closed,
  /// A defect of the library itself: report it.
  internal,
};

/// The name of a code, such as "unknown_flow".
std::string_view to_string(error_code code);

/// The base of all exceptions that the library throws at its callers.
class error : public std::runtime_error {
public:
  error(error_code code, const std::string& message)
      : std::runtime_error(message), code_(code) {}

  error_code code() const noexcept {
    return code_;
  }

private:
  error_code code_;
};

/// Thrown at once by whatever call makes a definition wrong; the message names
/// what is wrong and where.
class definition_error : public error {
public:
  explicit definition_error(const std::string& message)
      : error(error_code::bad_definition, message) {}
};

} // namespace lightflow
