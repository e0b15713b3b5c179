// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "group_order.hpp"

#include <algorithm>
#include <numeric>

#include "csv_number.hpp"

namespace kilofold {

std::vector<std::int32_t> sorted_names(const std::vector<std::string>& names) {
  std::vector<double> values;
  for (const std::string& name : names) {
    const CsvNumber number = parse_number(name);
    if (number.fault == NumberFault::none) values.push_back(number.value);
  }
  std::vector<std::int32_t> order(names.size());
  std::iota(order.begin(), order.end(), 0);
  const auto at = [](std::int32_t i) { return static_cast<std::size_t>(i); };
  if (values.size() == names.size()) {
    std::ranges::stable_sort(order, {}, [&](std::int32_t i) { return values[at(i)]; });
  } else {
    // The bytes of UTF-8 sort as its code points do.
    std::ranges::sort(order, {}, [&](std::int32_t i) -> const std::string& { return names[at(i)]; });
  }
  return order;
}

}  // namespace kilofold
