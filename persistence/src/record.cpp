// SPDX-License-Identifier: MIT
#include "lightflow/persistence/record.hpp"

#include "lightflow/core/codec.hpp"
#include "lightflow/core/error.hpp"

#include "record_fields.hpp"

#include <concepts>
#include <span>

#include <fmt/format.h>

namespace lightflow {

namespace {

// -- writing ------------------------------------------------------------------

/// Fields without content are left out.
template <class T>
bool is_empty(const T& x) {
  if constexpr (requires { x.empty(); })
    return x.empty();
  else if constexpr (requires { x.has_value(); })
    return !x.has_value();
  else if constexpr (std::same_as<T, status>)
    return x == status{};
  else
    return x == T{};
}

class field_writer {
public:
  explicit field_writer(packer& out) : out_(out) {}

  template <class T>
  void operator()(const char* name, const T& x) {
    if (is_empty(x))
      return;
    out_.pack(std::string{name});
    write(x);
  }

private:
  template <std::unsigned_integral T>
  void write(T x) {
    out_.pack(x);
  }

  void write(const std::string& x) {
    out_.pack(x);
  }

  void write(const std::vector<step_index>& x) {
    out_.pack(x);
  }

  void write(status x) {
    out_.pack(x.bits());
  }

  void write(time_point x) {
    out_.pack(std::chrono::nanoseconds{x.time_since_epoch()}.count());
  }

  void write(const std::optional<callback_breakpoint>& x) {
    out_.pack_array(3);
    out_.pack(static_cast<unsigned>(x->moment));
    write_position(x->at);
  }

  void write(const std::optional<failed_callback>& x) {
    out_.pack_array(3);
    write_position(x->at);
    out_.pack(x->error);
  }

  void write(const std::shared_ptr<const writes>& x) {
    write(*x);
  }

  void write(const std::shared_ptr<const step_output>& x) {
    out_.pack_array(2);
    write(x->context);
    write(x->result);
  }

  void write(const writes& xs) {
    out_.pack_map(static_cast<std::uint32_t>(xs.size()));
    for (auto& [key, x] : xs) {
      out_.pack(key);
      write(x);
    }
  }

  /// The type, and the encoding as binary, so that it can be skipped.
  void write(const value& x) {
    if (!x.has_value()) {
      out_.pack_nil();
      return;
    }
    auto bytes = x.encoding();
    out_.pack_array(2);
    out_.pack(std::string{x.type()});
    out_.pack_bin(static_cast<std::uint32_t>(bytes.size()));
    out_.pack_bin_body(bytes.data(), static_cast<std::uint32_t>(bytes.size()));
  }

  void write_position(callback_position x) {
    out_.pack(static_cast<unsigned>(x.scope));
    out_.pack(x.index);
  }

  packer& out_;
};

struct field_counter {
  std::uint32_t count = 0;

  template <class T>
  void operator()(const char*, const T& x) {
    count += is_empty(x) ? 0 : 1;
  }
};

template <class T>
void write_event(packer& out, const T& event) {
  auto& x = const_cast<T&>(event); // only read here
  out.pack(std::string{kind_name<T>});
  field_counter counter;
  fields(counter, x);
  out.pack_map(counter.count);
  field_writer writer{out};
  fields(writer, x);
}

// -- reading ------------------------------------------------------------------

[[noreturn]] void throw_bad(const std::string& why) {
  throw error(error_code::bad_encoding,
              fmt::format("bytes are not a record of a run: {}", why));
}

const msgpack::object& element(const msgpack::object& x, std::uint32_t i,
                               std::uint32_t size) {
  if (x.type != msgpack::type::ARRAY || x.via.array.size < size)
    throw_bad(fmt::format("an array of {} is missing", size));
  return x.via.array.ptr[i];
}

class field_reader {
public:
  explicit field_reader(const msgpack::object& in) : in_(in) {
    if (in.type != msgpack::type::MAP)
      throw_bad("there is no map of fields");
  }

  template <class T>
  void operator()(const char* name, T& x) {
    const msgpack::object_map& all = in_.via.map;
    for (const msgpack::object_kv& field : std::span{all.ptr, all.size}) {
      const msgpack::object& key = field.key;
      if (key.type == msgpack::type::STR
          && std::string_view{key.via.str.ptr, key.via.str.size} == name)
        read(field.val, x);
    }
  }

private:
  template <std::unsigned_integral T>
  static void read(const msgpack::object& in, T& x) {
    x = in.as<T>();
  }

  static void read(const msgpack::object& in, std::string& x) {
    x = in.as<std::string>();
  }

  static void read(const msgpack::object& in, std::vector<step_index>& x) {
    x = in.as<std::vector<step_index>>();
  }

  static void read(const msgpack::object& in, status& x) {
    x = status::from_bits(in.as<std::uint16_t>());
  }

  static void read(const msgpack::object& in, time_point& x) {
    x = time_point{std::chrono::nanoseconds{in.as<std::int64_t>()}};
  }

  static void read(const msgpack::object& in,
                   std::optional<callback_breakpoint>& x) {
    auto moment = element(in, 0, 3).as<unsigned>();
    if (moment > 1)
      throw_bad("a callback runs neither before nor after");
    x = {static_cast<callback_moment>(moment), position(in, 1)};
  }

  static void read(const msgpack::object& in,
                   std::optional<failed_callback>& x) {
    x = failed_callback{position(in, 0), element(in, 2, 3).as<std::string>()};
  }

  static void read(const msgpack::object& in,
                   std::shared_ptr<const writes>& x) {
    x = std::make_shared<const writes>(read_writes(in));
  }

  static void read(const msgpack::object& in,
                   std::shared_ptr<const step_output>& x) {
    x = std::make_shared<const step_output>(step_output{
      read_writes(element(in, 0, 2)), read_value(element(in, 1, 2))});
  }

  static writes read_writes(const msgpack::object& in) {
    if (in.type != msgpack::type::MAP)
      throw_bad("there is no map of values");
    writes result;
    for (auto& [key, x] : std::span{in.via.map.ptr, in.via.map.size})
      result.set(key.as<std::string>(), read_value(x));
    return result;
  }

  static value read_value(const msgpack::object& in) {
    if (in.type == msgpack::type::NIL)
      return {};
    auto& bytes = element(in, 1, 2);
    if (bytes.type != msgpack::type::BIN)
      throw_bad("a value has no bytes");
    return value::from_encoding(element(in, 0, 2).as<std::string>(),
                                {bytes.via.bin.ptr, bytes.via.bin.size});
  }

  static callback_position position(const msgpack::object& in,
                                    std::uint32_t first) {
    auto scope = element(in, first, 3).as<unsigned>();
    if (scope > 2)
      throw_bad("a callback is of no scope");
    return {static_cast<callback_scope>(scope),
            element(in, first + 1, 3).as<std::uint32_t>()};
  }

  const msgpack::object& in_;
};

/// Reads into the alternative of that name. Gives false if there is none.
template <class Variant, std::size_t I = 0>
bool read_event(std::string_view kind, const msgpack::object& in,
                Variant& result) {
  if constexpr (I < std::variant_size_v<Variant>) {
    using event_type = std::variant_alternative_t<I, Variant>;
    if (kind != kind_name<event_type>)
      return read_event<Variant, I + 1>(kind, in, result);
    event_type x{};
    field_reader reader{in};
    fields(reader, x);
    result = std::move(x);
    return true;
  } else {
    return false;
  }
}

using whole_run = std::variant<run_begun, run_recovered>;

journal_record read_record(const msgpack::object& in) {
  auto kind = element(in, 0, 2).as<std::string>();
  auto& content = element(in, 1, 2);
  whole_run of_whole;
  if (read_event(kind, content, of_whole))
    return std::visit([](auto& x) { return journal_record{std::move(x)}; },
                      of_whole);
  run_event of_run;
  if (read_event(kind, content, of_run))
    return of_run;
  process_event of_process;
  if (read_event(kind, content, of_process))
    return process_record{element(in, 2, 3).as<std::uint32_t>(),
                          std::move(of_process)};
  throw_bad(fmt::format(R"(its kind "{}" is not known to this version)", kind));
}

} // namespace

std::string encode(const journal_record& x) {
  std::string result;
  byte_sink sink{result};
  packer out{sink};
  auto write = [&out]<class T>(const T& event) {
    if constexpr (std::same_as<T, run_event>) {
      out.pack_array(2);
      std::visit([&](auto& e) { write_event(out, e); }, event);
    } else if constexpr (std::same_as<T, process_record>) {
      out.pack_array(3);
      std::visit([&](auto& e) { write_event(out, e); }, event.event);
      out.pack(event.process);
    } else {
      out.pack_array(2);
      write_event(out, event);
    }
  };
  std::visit(write, x);
  return result;
}

journal_record decode_record(std::string_view bytes) {
  try {
    auto object = unpack_whole(bytes);
    return read_record(object.get());
  } catch (const error&) {
    throw;
  } catch (const std::exception& e) {
    throw_bad(e.what());
  }
}

std::string_view kind_of(const journal_record& x) {
  auto name = []<class T>(const T& event) -> std::string_view {
    auto of = []<class E>(const E&) { return kind_name<E>; };
    if constexpr (std::same_as<T, run_event>)
      return std::visit(of, event);
    else if constexpr (std::same_as<T, process_record>)
      return std::visit(of, event.event);
    else
      return kind_name<T>;
  };
  return std::visit(name, x);
}

} // namespace lightflow
