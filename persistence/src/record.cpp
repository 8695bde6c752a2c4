// SPDX-License-Identifier: MIT
#include "lightflow/persistence/record.hpp"

#include "record_fields.hpp"

namespace lightflow {

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
