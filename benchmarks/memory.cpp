// SPDX-License-Identifier: MIT
#include "memory.hpp"

#include <fstream>
#include <string>

#include <malloc.h>

namespace lightflow::benchmarks {

void reset_peak_memory() {
  malloc_trim(0);
  std::ofstream{"/proc/self/clear_refs"} << 5; // see proc(5)
}

std::size_t peak_memory() {
  std::ifstream in{"/proc/self/status"};
  for (std::string word; in >> word;)
    if (std::size_t kibibytes = 0; word == "VmHWM:" && in >> kibibytes)
      return kibibytes << 10;
  return 0;
}

std::size_t heap_in_use() {
  auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

} // namespace lightflow::benchmarks
