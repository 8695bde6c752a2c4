// SPDX-License-Identifier: MIT
// Writes what the fuzzers start from: one of each kind that they decode.
//
//     make_corpus DIRECTORY
#include "lightflow/core/catalog.hpp"
#include "lightflow/core/value.hpp"
#include "lightflow/persistence/flow_structure.hpp"
#include "lightflow/persistence/record_codec.hpp"

#include "../../actors/src/worker_messages.hpp"
#include "../../persistence/src/rocksdb_entries.hpp"
#include "../../persistence/src/summary_codec.hpp"

#include "../persistence/sample_records.hpp"
#include "corpus_keys.hpp"

#include <caf/binary_serializer.hpp>
#include <caf/execution_unit.hpp>

#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace lightflow::tests {

namespace {

namespace fs = std::filesystem;

class corpus {
public:
  explicit corpus(fs::path directory) : directory_(std::move(directory)) {
    fs::create_directories(directory_);
  }

  void add(std::string_view bytes) {
    auto name = std::to_string(++count_);
    std::ofstream{directory_ / name, std::ios::binary} << bytes;
  }

  void add(char kind, std::string_view bytes) {
    add(std::string(1, kind).append(bytes));
  }

private:
  fs::path directory_;
  int count_ = 0;
};

void add_values(corpus to) {
  using nested = std::vector<std::vector<std::vector<char>>>;
  to.add(0, value{-70'000}.encoding());
  to.add(1, value{2.5}.encoding());
  to.add(2, value{std::string{"text"}}.encoding());
  to.add(3, value{std::vector<std::string>{"a", "bc"}}.encoding());
  to.add(
    4,
    value{std::map<std::string, std::vector<int>>{{"k", {1, 300}}}}.encoding());
  to.add(5, value{std::optional<bool>{true}}.encoding());
  to.add(6, value{nested{{{'x'}, {}}, {}}}.encoding());
  to.add(7, std::string_view{"\x92\x05\x91\xa1x", 5});
  to.add(1, "\xcf\xff\xff\xff\xff\xff\xff\xff\x0f"); // almost 2^64
}

void add_records(corpus to) {
  record_codec plain;
  record_codec encrypted{corpus_encryption()};
  for (auto& x : one_of_each()) {
    to.add(plain.encode("run", x));
    to.add(encrypted.encode("run", x));
  }
}

void add_structures(corpus to) {
  catalog flows;
  auto& flow = flows.flow("flow").recoverable();
  auto nothing = [](step&) {};
  auto& one = flow.process("one").parallelism(2);
  one.step("a", nothing).retry(3).step_timeout(std::chrono::seconds{1});
  one.step("b", nothing, "a").gt("x", 1).skip_with_dependents("c");
  one.step("c", nothing, "b");
  flow.process("two").step("a", nothing);
  to.add(encode(structure_of(*flows.plan("flow"))));
}

void add_summaries(corpus to) {
  to.add(encode_summary({"run", "flow", "fingerprint", run_condition::running,
                         status::pending, at(1), at(2)}));
  to.add(encode_summary({"run", "flow", "fingerprint", run_condition::suspended,
                         status::failed, at(1), at(2)}));
}

void add_entries(corpus to) {
  for (auto& x :
       detail::entries_of({{"run", 1, "one"}, {"run", 2, ""}, {"run", 3, "x"}}))
    to.add(x.bytes);
}

template <class Message>
std::string encode_message(const Message& x) {
  std::vector<char> bytes;
  caf::binary_serializer sink{static_cast<caf::execution_unit*>(nullptr),
                              bytes};
  (void)sink(x);
  return {bytes.begin(), bytes.end()};
}

void add_messages(corpus to) {
  sent_value number{"int", "\x07"};
  encoded_writes some{{"key", number}};
  to.add(0, encode_message(worker_hello{}));
  to.add(1, encode_message(worker_slots{}));
  step_completion done{{"epoch", 5}};
  done.context = some;
  done.result = number;
  to.add(2, encode_message(done));
  step_assignment what;
  what.flow = "flow";
  what.step = "step";
  what.input = what.own = some;
  what.ancestors.push_back({"first", some, number});
  to.add(3, encode_message(what));
}

} // namespace

} // namespace lightflow::tests

int main(int argc, char** argv) {
  using namespace lightflow::tests;
  std::filesystem::path to = argc > 1 ? argv[1] : "corpus";
  add_values(corpus{to / "value"});
  add_records(corpus{to / "record"});
  add_structures(corpus{to / "structure"});
  add_summaries(corpus{to / "summary"});
  add_entries(corpus{to / "entry"});
  add_messages(corpus{to / "message"});
}
