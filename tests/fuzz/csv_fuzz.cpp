// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "kilofold/data.hpp"

/// Any bytes as a table: it is read whole and finite, or refused with problems that can be shown. Anything else is a
/// find.
namespace {

using namespace kilofold;

void require(bool condition) {
  if (!condition) std::abort();
}

/// A file in memory with these bytes; its path.
std::string file_of(const std::uint8_t* bytes, std::size_t size) {
  static const int fd = memfd_create("table.csv", 0);
  require(fd >= 0 && ftruncate(fd, 0) == 0 && pwrite(fd, bytes, size, 0) == static_cast<ssize_t>(size));
  return "/proc/self/fd/" + std::to_string(fd);
}

void check_table(const Dataset& data) {
  const auto n = static_cast<std::size_t>(data.n_samples());
  require(n >= 2 && data.y.size() == n && (data.group.empty() || data.group.size() == n));
  require(std::ranges::all_of(data.y, [](double value) { return std::isfinite(value); }));
  for (std::int64_t f = 0; f < data.n_features(); ++f)
    for (std::int64_t i = 0; i < data.n_samples(); ++i) require(std::isfinite(data.X(i, f)));
  require(rank_codes(data.X).code.rows() == data.n_samples());
  require(equal_rows(data.X).size() == n);
}

ColumnName column(const char* name) { return {name, "", "", {}}; }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string path = file_of(bytes, size);
  for (const bool grouped : {false, true}) {
    DataSource source{path, {column("x")}, column("y"), std::nullopt};
    if (grouped) source.groups = column("g");
    try {
      check_table(read_csv(source));
    } catch (const InputError& error) {
      require(!error.problems().empty() && *error.what() != '\0');
    }
  }
  return 0;
}
