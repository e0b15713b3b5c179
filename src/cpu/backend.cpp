// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "kilofold/backend.hpp"

#include <cmath>
#include <cstdio>
#include <cstring>
#include <new>
#include <utility>

#include "cpu/contract.hpp"
#include "cpu/flavour.hpp"
#include "cpu/isa.hpp"
#include "cpu/ops.hpp"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace kilofold {
namespace cpu {
namespace {

constexpr std::align_val_t alignment{64};

/// The processor's brand string, without the blanks that pad it.
std::string cpu_model() {
  std::string model = "unknown CPU";
#if defined(__x86_64__)
  constexpr unsigned brand_leaf = 0x80000002;
  unsigned words[12] = {};
  if (static_cast<unsigned>(__get_cpuid_max(0x80000000, nullptr)) < brand_leaf + 2) return model;
  for (unsigned i = 0; i < 3; ++i) {
    __get_cpuid(brand_leaf + i, &words[4 * i], &words[4 * i + 1], &words[4 * i + 2], &words[4 * i + 3]);
  }
  char text[sizeof(words) + 1] = {};
  std::memcpy(text, words, sizeof(words));
  model = text;
  model.erase(0, model.find_first_not_of(' '));
  model.erase(model.find_last_not_of(' ') + 1);
#endif
  return model;
}

int probe(char* reason, std::size_t size) {
  if (size > 0) reason[0] = '\0';
  return 0;
}

int describe(char* text, std::size_t size) {
  std::snprintf(text, size, "%s, %s", cpu_model().c_str(), isa());
  return 0;
}

void* allocate(std::size_t bytes) { return ::operator new(bytes, alignment, std::nothrow); }

void release(void* pointer) { ::operator delete(pointer, alignment); }

int copy(void* to, const void* from, std::size_t bytes) {
  if (bytes > 0) std::memcpy(to, from, bytes);
  return 0;
}

}  // namespace

void check_rows(const TableView& table, const RowSetView& rows) {
  check_counts(rows);
  require(rows.train[0] >= 0 && rows.train[rows.n_train - 1] < table.n, "training rows must lie in the table");
  if (rows.n_held_out == 0) return;
  require(rows.held_out[0] >= 0 && rows.held_out[rows.n_held_out - 1] < table.n, "held-out rows must lie in the table");
}

void check_inputs(const TableView& table, const ScaledInputs& scaled, const RowSetView& rows, std::int64_t item) {
  check_room(scaled, rows, item);
  check_rows(table, rows);
}

void require_count(double value, double least, Infinite infinite, const char* what) {
  const bool whole = std::isfinite(value) ? std::floor(value) == value : infinite == Infinite::allowed;
  require(whole && value >= least, what);
}

}  // namespace cpu

const Backend& cpu_backend() {
  // what is null here, a flavour has its own of
  static const Backend backend = cpu::with_flavour<cpu::canonical>({
      .abi = backend_abi,
      .name = "cpu",
      .accepted = 1,
      .select = nullptr,
      .stop_when = stop_when,
      .probe = cpu::probe,
      .describe = cpu::describe,
      .vendor = cpu::vendor,
      .library = nullptr,
      .last_error = last_error,
      .memory = nullptr,
      .allocate = cpu::allocate,
      .release = cpu::release,
      .upload = cpu::copy,
      .download = cpu::copy,
      .allocate_host = nullptr,
      .release_host = nullptr,
      .begin_download = nullptr,
      .wait_download = nullptr,
      .factor_doubles = cpu::factor_doubles,
      .reduced_doubles = cpu::reduced_doubles,
      .inverse_doubles = cpu::inverse_doubles,
      .standardize = cpu::standardize,
      .factor = nullptr,
      .invert = nullptr,
      .reduce = nullptr,
      .posterior = cpu::posterior,
      .fold_posterior = nullptr,
      .maximize_lml = nullptr,
      .svr_path = cpu::svr_path,
      .grow_trees = cpu::grow_trees,
      .boost = cpu::boost,
      .read_trees = cpu::read_trees,
      .least_squares = cpu::least_squares,
  });
  return backend;
}

}  // namespace kilofold
