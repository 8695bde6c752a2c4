// SPDX-License-Identifier: MIT
#include "lightflow/persistence/record_codec.hpp"

#include "lightflow/core/codec.hpp"
#include "lightflow/core/error.hpp"

#include "field_map.hpp"
#include "record_fields.hpp"
#include "record_object.hpp"
#include "value_codec.hpp"

#include <concepts>
#include <span>

#include <fmt/format.h>

namespace lightflow {

namespace {

// -- writing ------------------------------------------------------------------

class field_writer {
public:
  field_writer(packer& out, const value_codec& values)
      : out_(out), values_(values) {}

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
    values_.write(out_, *x);
  }

  void write(const std::shared_ptr<const step_output>& x) {
    out_.pack_array(2);
    values_.write(out_, x->context);
    values_.write(out_, x->result, {});
  }

  void write(const value& x) {
    values_.write(out_, x, {});
  }

  void write(const std::vector<suspended_resource>& xs) {
    out_.pack_array(static_cast<std::uint32_t>(xs.size()));
    for (auto& x : xs) {
      out_.pack_array(3);
      out_.pack(x.name);
      values_.write(out_, x.items != nullptr ? *x.items : writes{});
      values_.write(out_, x.entity, {});
    }
  }

private:
  void write_position(callback_position x) {
    out_.pack(static_cast<unsigned>(x.scope));
    out_.pack(x.index);
  }

  packer& out_;
  const value_codec& values_;
};

template <class T>
void write_event(packer& out, const T& event, const value_codec& values) {
  pack_text(out, kind_name<T>);
  field_writer writer{out, values};
  pack_fields(out, event, [&](const auto& field) { writer.write(field); });
}

// -- reading ------------------------------------------------------------------

class field_reader {
public:
  explicit field_reader(const value_codec& values) : values_(values) {}

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
      throw_no_record("a callback runs neither before nor after");
    x = {static_cast<callback_moment>(moment), position(in, 1)};
  }

  static void read(const msgpack::object& in,
                   std::optional<failed_callback>& x) {
    x = failed_callback{position(in, 0), element(in, 2, 3).as<std::string>()};
  }

  void read(const msgpack::object& in, std::shared_ptr<const writes>& x) {
    x = std::make_shared<const writes>(values_.read_writes(in));
  }

  void read(const msgpack::object& in, std::shared_ptr<const step_output>& x) {
    x = std::make_shared<const step_output>(
      step_output{values_.read_writes(element(in, 0, 2)),
                  values_.read(element(in, 1, 2), {})});
  }

  void read(const msgpack::object& in, value& x) {
    x = values_.read(in, {});
  }

  void read(const msgpack::object& in, std::vector<suspended_resource>& xs) {
    if (in.type != msgpack::type::ARRAY)
      throw_no_record("there is no array of resources");
    for (auto& x : std::span{in.via.array.ptr, in.via.array.size})
      xs.push_back(
        {element(x, 0, 3).as<std::string>(),
         std::make_shared<const writes>(values_.read_writes(element(x, 1, 3))),
         values_.read(element(x, 2, 3), {})});
  }

private:
  static callback_position position(const msgpack::object& in,
                                    std::uint32_t first) {
    auto scope = element(in, first, 3).as<unsigned>();
    if (scope > 2)
      throw_no_record("a callback is of no scope");
    return {static_cast<callback_scope>(scope),
            element(in, first + 1, 3).as<std::uint32_t>()};
  }

  const value_codec& values_;
};

/// Reads into the alternative of that name. Gives false if there is none.
template <class Variant, std::size_t I = 0>
bool read_event(std::string_view kind, const msgpack::object& in,
                const value_codec& values, Variant& result) {
  if constexpr (I < std::variant_size_v<Variant>) {
    using event_type = std::variant_alternative_t<I, Variant>;
    if (kind != kind_name<event_type>)
      return read_event<Variant, I + 1>(kind, in, values, result);
    event_type x{};
    field_reader reader{values};
    unpack_fields(in, x,
                  [&](std::string_view, const msgpack::object& content,
                      auto& field) { reader.read(content, field); });
    result = std::move(x);
    return true;
  } else {
    return false;
  }
}

journal_record read_record(const msgpack::object& in,
                           const value_codec& values) {
  auto kind = element(in, 0, 2).as<std::string>();
  auto& content = element(in, 1, 2);
  std::variant<run_begun> begun;
  if (read_event(kind, content, values, begun))
    return std::get<run_begun>(std::move(begun));
  run_event of_run;
  if (read_event(kind, content, values, of_run))
    return of_run;
  process_event of_process;
  if (read_event(kind, content, values, of_process))
    return process_record{element(in, 2, 3).as<std::uint32_t>(),
                          std::move(of_process)};
  throw_no_record(
    fmt::format(R"(its kind "{}" is not known to this version)", kind));
}

} // namespace

record_codec::record_codec(std::shared_ptr<const encryption> how)
    : encryption_(std::move(how)) {}

std::string record_codec::encode(std::string_view run,
                                 const journal_record& x) const {
  constexpr std::size_t usual_size = 128;
  std::string result;
  result.reserve(usual_size);
  byte_sink sink{result};
  packer out{sink};
  value_codec values{run, encryption_.get()};
  auto write_any = [&](const auto& e) { write_event(out, e, values); };
  auto write = [&]<class T>(const T& event) {
    if constexpr (std::same_as<T, run_event>) {
      out.pack_array(2);
      std::visit(write_any, event);
    } else if constexpr (std::same_as<T, process_record>) {
      out.pack_array(3);
      std::visit(write_any, event.event);
      out.pack(event.process);
    } else {
      out.pack_array(2);
      write_any(event);
    }
  };
  std::visit(write, x);
  return result;
}

journal_record record_codec::decode(std::string_view run,
                                    std::string_view bytes) const {
  try {
    auto object = unpack_whole(bytes);
    return read_record(object.get(), value_codec{run, encryption_.get()});
  } catch (const error&) {
    throw;
  } catch (const std::exception& e) {
    throw_no_record(e.what());
  }
}

} // namespace lightflow
