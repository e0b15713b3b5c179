// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "dense.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <numeric>
#include <string>
#include <utility>

#include "dense_algebra.hpp"
#include "kernels/fill_dense.cuh"
#include "ops.hpp"

namespace kilofold::cuda {
namespace {

std::pair<int, int> shape(const DenseItem& item) { return {item.u(), item.rows}; }

/// Numbers of the items, those of equal shape together.
std::vector<int> by_shape(const std::vector<DenseItem>& items) {
  std::vector<int> order(items.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
    return shape(items[static_cast<std::size_t>(a)]) < shape(items[static_cast<std::size_t>(b)]);
  });
  return order;
}

/// Call `some(item, first, n)` for each run of n items of one shape, the one at `first` being `item`.
template <class Some>
void for_each_shape(const std::vector<DenseItem>& items, const std::vector<int>& order, Some some) {
  for (std::size_t first = 0; first < order.size();) {
    const DenseItem& item = items[static_cast<std::size_t>(order[first])];
    std::size_t end = first;
    while (end < order.size() && shape(items[static_cast<std::size_t>(order[end])]) == shape(item)) ++end;
    some(item, static_cast<std::ptrdiff_t>(first), static_cast<int>(end - first));
    first = end;
  }
}

/// A pointer of every item, in that order, on the device.
template <class Pointer>
double* const* upload_pointers(const std::vector<int>& order, Memory& memory, Session& s, Pointer pointer) {
  std::vector<double*> pointers;
  for (const int i : order) pointers.push_back(pointer(static_cast<std::size_t>(i)));
  return s.upload(pointers, memory);
}

}  // namespace

Infos factorise_dense(const std::vector<DenseItem>& items, Session& s) {
  const std::vector<int> order = by_shape(items);
  std::vector<int> place(items.size());
  int most_columns = 0;
  for (std::size_t k = 0; k < order.size(); ++k) place[static_cast<std::size_t>(order[k])] = static_cast<int>(k);
  for (const DenseItem& item : items) most_columns = std::max(most_columns, item.u());

  const DenseItem* const on_device = s.upload(items, s.dense.items);
  const auto n = static_cast<unsigned>(items.size());
  const auto groups = static_cast<unsigned>((most_columns + dense_columns - 1) / dense_columns);
  dev::launch(prepare_dense, {"prepare_dense", n, dense_threads, 0}, s.stream, on_device);
  dev::launch(fill_dense, {"fill_dense", {n, groups}, dense_threads, 0}, s.stream, on_device);

  double* const* const matrices =
      upload_pointers(order, s.dense.matrices, s, [&](std::size_t i) { return items[i].factor; });
  double* const* const below =
      upload_pointers(order, s.dense.others, s, [&](std::size_t i) { return items[i].factor + items[i].u(); });
  int* const info = s.dense.info.get<int>(items.size());
  for_each_shape(items, order, [&](const DenseItem& item, std::ptrdiff_t first, int count) {
    const std::int64_t ld = FactorStorage::ld_of(item.rows);
    factorise({matrices + first, ld}, item.u(), count, info + first, s.stream);
    if (item.rows > item.u())
      divide({below + first, ld}, {matrices + first, ld}, item.rows - item.u(), item.u(), count, s.stream);
  });
  return {info, s.upload(place, s.dense.place)};
}

void invert_dense(const std::vector<DenseItem>& items, const std::vector<double*>& inverses, Session& s) {
  const std::vector<int> order = by_shape(items);
  double* const* const identities =
      upload_pointers(order, s.dense.matrices, s, [&](std::size_t i) { return items[i].factor + items[i].identity; });
  double* const* const results = upload_pointers(order, s.dense.others, s, [&](std::size_t i) { return inverses[i]; });
  for_each_shape(items, order, [&](const DenseItem& item, std::ptrdiff_t first, int count) {
    square({identities + first, FactorStorage::ld_of(item.rows)}, {results + first, item.u()}, item.u(), count,
           s.stream);
  });
}

int vendor_library(char* text, std::size_t size) {
  std::string refusal;
  std::string name;
  try {
    refusal = dense_algebra_refusal();
    if (refusal.empty()) name = dense_algebra_name();
  } catch (const std::exception& error) {
    refusal = error.what();
  }
  std::snprintf(text, size, "%s", refusal.empty() ? name.c_str() : refusal.c_str());
  return refusal.empty() ? 0 : 1;
}

}  // namespace kilofold::cuda
