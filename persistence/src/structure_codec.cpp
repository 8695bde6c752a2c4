// SPDX-License-Identifier: MIT
// How the structure of a flow is written, read and checked.
#include "lightflow/persistence/flow_structure.hpp"

#include "lightflow/core/codec.hpp"
#include "lightflow/core/error.hpp"

#include "field_map.hpp"
#include "structure_fields.hpp"
#include "structure_graph.hpp"

#include <concepts>
#include <exception>
#include <stdexcept>
#include <type_traits>
#include <unordered_set>

#include <fmt/format.h>

namespace lightflow {

namespace {

struct any_field {
  template <class T>
  void operator()(const char*, T&) {}
};

template <class T>
concept has_fields = requires(any_field& f, T& x) {
  fields(f, x);
};

// -- writing ------------------------------------------------------------------

class field_writer {
public:
  explicit field_writer(packer& out) : out_(out) {}

  template <has_fields T>
  void write(const T& x) {
    pack_fields(out_, x, [&](const auto& field) { write(field); });
  }

private:
  void write(std::string_view x) {
    pack_text(out_, x);
  }

  template <class T>
    requires std::is_arithmetic_v<T>
  void write(T x) {
    out_.pack(x);
  }

  void write(duration x) {
    out_.pack(std::int64_t{x.count()});
  }

  template <class T>
  void write(const std::vector<T>& xs) {
    out_.pack_array(static_cast<std::uint32_t>(xs.size()));
    for (auto& x : xs)
      write(x);
  }

  packer& out_;
};

// -- reading ------------------------------------------------------------------

/// Says where something was wrong, from the outermost to the innermost.
[[noreturn]] void throw_within(std::string_view where,
                               const std::exception& e) {
  throw std::runtime_error(fmt::format("{}: {}", where, e.what()));
}

class field_reader {
public:
  template <has_fields T>
  static void read(const msgpack::object& in, T& x) {
    unpack_fields(in, x,
                  [](std::string_view name, const msgpack::object& content,
                     auto& field) { read_field(name, content, field); });
  }

private:
  template <class T>
  static void read_field(std::string_view name, const msgpack::object& in,
                         T& x) {
    try {
      read(in, x);
    } catch (const msgpack::type_error&) {
      throw std::runtime_error(
        fmt::format(R"(field "{}" has something else in it)", name));
    }
  }

  template <class T>
  static void read(const msgpack::object& in, T& x) {
    x = in.as<T>();
  }

  static void read(const msgpack::object& in, duration& x) {
    x = duration{in.as<std::int64_t>()};
  }

  template <has_fields T>
  static void read(const msgpack::object& in, std::vector<T>& xs) {
    if (in.type != msgpack::type::ARRAY)
      throw msgpack::type_error();
    xs.resize(in.via.array.size);
    for (std::size_t i = 0; i < xs.size(); ++i)
      read_element(in.via.array.ptr[i], i, xs[i]);
  }

  template <has_fields T>
  static void read_element(const msgpack::object& in, std::size_t number,
                           T& x) {
    constexpr auto kind
      = std::same_as<T, process_structure> ? "process" : "step";
    try {
      read(in, x);
    } catch (const std::exception& e) {
      throw_within(fmt::format("{} {}", kind, number), e);
    }
  }
};

// -- checks of what was read --------------------------------------------------

template <class Unit>
void require_unique_names(const std::vector<Unit>& xs, std::string_view kind) {
  std::unordered_set<std::string_view> names;
  names.reserve(xs.size());
  for (std::size_t i = 0; i < xs.size(); ++i) {
    if (xs[i].name.empty())
      throw std::runtime_error(fmt::format("{} {} has no name", kind, i));
    if (!names.insert(xs[i].name).second)
      throw std::runtime_error(
        fmt::format(R"(two {} have the name "{}")",
                    kind == "step" ? "steps" : "processes", xs[i].name));
  }
}

void require_policy(const step_structure& step) {
  auto& x = step.retry;
  if (!(x.factor >= 1) || !(x.jitter >= 0 && x.jitter <= 1))
    throw std::runtime_error(
      fmt::format(R"(step "{}" has a retry factor of {} and a jitter of {})",
                  step.name, x.factor, x.jitter));
}

void require_steps(const process_structure& x) {
  auto require_known = [&](const step_structure& step, step_index other) {
    if (other >= x.steps.size())
      throw std::runtime_error(
        fmt::format(R"(step "{}" names step {}, but there are {})", step.name,
                    other, x.steps.size()));
  };
  for (auto& step : x.steps) {
    require_policy(step);
    for (auto other : step.dependencies)
      require_known(step, other);
    for (auto other : step.never_skipped)
      require_known(step, other);
  }
}

void require_valid(const process_structure& x) {
  try {
    require_unique_names(x.steps, "step");
    require_steps(x);
    (void)graph_of(x); // throws for a cycle
  } catch (const std::exception& e) {
    throw_within(fmt::format(R"(process "{}")", x.name), e);
  }
}

void require_valid(const flow_structure& x) {
  if (x.name.empty())
    throw std::runtime_error("it has no name");
  require_unique_names(x.processes, "process");
  for (auto& process : x.processes)
    require_valid(process);
}

} // namespace

std::string encode(const flow_structure& x) {
  std::string result;
  byte_sink sink{result};
  packer out{sink};
  field_writer{out}.write(x);
  return result;
}

flow_structure decode_structure(std::string_view bytes) {
  try {
    auto object = unpack_whole(bytes);
    flow_structure result;
    field_reader::read(object.get(), result);
    require_valid(result);
    return result;
  } catch (const std::exception& e) {
    throw error(
      error_code::bad_encoding,
      fmt::format("bytes are not the structure of a flow: {}", e.what()));
  }
}

} // namespace lightflow
