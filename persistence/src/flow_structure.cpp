// SPDX-License-Identifier: MIT
#include "lightflow/persistence/flow_structure.hpp"

#include "lightflow/core/codec.hpp"
#include "lightflow/core/error.hpp"
#include "lightflow/core/plan.hpp"

#include "structure_graph.hpp"

#include <algorithm>
#include <concepts>
#include <exception>
#include <span>
#include <stdexcept>
#include <unordered_set>

#include <fmt/format.h>

namespace lightflow {

namespace {

// -- from a plan --------------------------------------------------------------

std::vector<step_index> ascending(std::span<const step_index> xs) {
  std::vector<step_index> result(xs.begin(), xs.end());
  std::sort(result.begin(), result.end());
  return result;
}

retry_structure structure_of(const retry_policy& x) {
  return {x.retries, x.initial, x.factor, x.cap, x.jitter};
}

step_structure structure_of(const process_plan& process, step_index step) {
  auto& x = process.steps[step];
  return {x.name,
          ascending(process.graph.dependencies(step)),
          x.timeout,
          structure_of(x.retry),
          !x.conditions.empty(),
          x.skips_dependents,
          ascending(x.never_skipped)};
}

process_structure structure_of(const process_plan& x) {
  process_structure result{x.name, x.timeout, x.parallelism, {}};
  result.steps.reserve(x.steps.size());
  for (step_index step = 0; step < x.steps.size(); ++step)
    result.steps.push_back(structure_of(x, step));
  return result;
}

// -- what each is made of -----------------------------------------------------
//
// The one place that says so, for writing and for reading. Fields without
// content are left out, so that a field can be added and those definitions that
// have nothing in it keep their fingerprint.

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

struct any_field {
  template <class T>
  void operator()(const char*, T&) {}
};

template <class T>
concept has_fields = requires(any_field& f, T& x) {
  fields(f, x);
};

// -- writing ------------------------------------------------------------------

/// The same test decides what is counted and what is written.
template <class T>
bool is_empty(const T& x) {
  return x == T{};
}

struct field_counter {
  std::uint32_t count = 0;

  template <class T>
  void operator()(const char*, const T& x) {
    count += is_empty(x) ? 0 : 1;
  }
};

class field_writer {
public:
  explicit field_writer(packer& out) : out_(out) {}

  template <class T>
  void operator()(std::string_view name, const T& x) {
    if (is_empty(x))
      return;
    write(name);
    write(x);
  }

  template <has_fields T>
  void write(const T& x) {
    auto& ref = const_cast<T&>(x); // only read here
    field_counter counter;
    fields(counter, ref);
    out_.pack_map(counter.count);
    fields(*this, ref);
  }

private:
  void write(std::string_view x) {
    out_.pack_str(static_cast<std::uint32_t>(x.size()));
    out_.pack_str_body(x.data(), static_cast<std::uint32_t>(x.size()));
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
  explicit field_reader(const msgpack::object& in) : in_(in) {
    if (in.type != msgpack::type::MAP)
      throw std::runtime_error("there is no map of fields");
  }

  template <class T>
  void operator()(std::string_view name, T& x) {
    auto& all = in_.via.map;
    for (auto& [key, content] : std::span{all.ptr, all.size})
      if (key.type == msgpack::type::STR
          && std::string_view{key.via.str.ptr, key.via.str.size} == name)
        read_field(name, content, x);
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
  static void read(const msgpack::object& in, T& x) {
    field_reader reader{in};
    fields(reader, x);
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

  const msgpack::object& in_;
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

flow_structure structure_of(const flow_plan& plan) {
  flow_structure result{plan.name, {}};
  result.processes.reserve(plan.processes.size());
  for (auto& process : plan.processes)
    result.processes.push_back(structure_of(*process));
  return result;
}

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
    field_reader reader{object.get()};
    fields(reader, result);
    require_valid(result);
    return result;
  } catch (const std::exception& e) {
    throw error(
      error_code::bad_encoding,
      fmt::format("bytes are not the structure of a flow: {}", e.what()));
  }
}

} // namespace lightflow
