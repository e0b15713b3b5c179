// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

#include "cpu/contract.hpp"
#include "cpu/ops.hpp"
#include "cpu/scratch.hpp"
#include "cpu/standardize.hpp"
#include "kilofold/core/cells.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/standardize.cpp"
#include "hwy/foreach_target.h"
// after foreach_target.h
#include "cpu/vector-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kilofold::cpu::HWY_NAMESPACE {

// n is a multiple of eight in all of these; padding is chosen by the caller so that it adds nothing.

double sum(const double* x, std::int64_t n) {
  Block chains = set(0.0);
  for (std::int64_t i = 0; i < n; i += 8) chains = add(chains, load(x + i));
  return join(chains);
}

double sum_of_squares_about(const double* x, std::int64_t n, double centre) {
  const Block c = set(centre);
  Block chains = set(0.0);
  for (std::int64_t i = 0; i < n; i += 8) {
    const Block difference = sub(load(x + i), c);
    chains = fma(difference, difference, chains);
  }
  return join(chains);
}

void shift_and_divide(double* x, std::int64_t n, double centre, double scale) {
  const Block c = set(centre), s = set(scale);
  for (std::int64_t i = 0; i < n; i += 8) store(div(sub(load(x + i), c), s), x + i);
}

}  // namespace kilofold::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kilofold::cpu {
HWY_EXPORT(sum);
HWY_EXPORT(sum_of_squares_about);
HWY_EXPORT(shift_and_divide);

/// Gather the rows of a column and pad them to whole blocks.
void gather(const double* column, const std::int32_t* rows, std::int64_t n, double padding, double* out) {
  for (std::int64_t i = 0; i < n; ++i) out[i] = column[rows[i]];
  std::fill(out + n, out + padded(n), padding);
}

namespace {

/// The unit, or NaN where it left the range of a double.
Unit in_range(const Unit& unit) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  const bool sound = std::isfinite(unit.centre) && std::isfinite(unit.scale) && unit.scale > 0;
  return sound ? unit : Unit{nan, nan};
}

}  // namespace

Unit unit_of(double* x, std::int64_t n, Scaling scaling) {
  if (scaling == Scaling::none) return {0.0, 1.0};
  const auto [lowest, highest] = std::minmax_element(x, x + n);
  // Rounding must not give a constant column a spread: its centre is the value itself.
  if (*lowest == *highest) return {*lowest, 1.0};
  if (scaling == Scaling::minmax) return in_range({*lowest, *highest - *lowest});
  std::fill(x + n, x + padded(n), 0.0);
  Unit unit{HWY_DYNAMIC_DISPATCH(sum)(x, padded(n)) / static_cast<double>(n), 1.0};
  if (scaling == Scaling::zscore) {
    std::fill(x + n, x + padded(n), unit.centre);
    const double squares = HWY_DYNAMIC_DISPATCH(sum_of_squares_about)(x, padded(n), unit.centre);
    unit.scale = std::sqrt(squares / static_cast<double>(n));
  }
  return in_range(unit);
}

namespace {

/// Centre and scale of a column, from the rows that `fit_on` names.
Unit fitted(const double* column, std::int64_t n, const RowSetView& rows, Scaling scaling, FitOn fit_on, double* x) {
  if (fit_on == FitOn::all) {
    std::copy(column, column + n, x);
    return unit_of(x, n, scaling);
  }
  gather(column, rows.train, rows.n_train, 0.0, x);
  return unit_of(x, rows.n_train, scaling);
}

/// Replace scaled targets by the mean of each replicate set, ascending rows. Returns the sum of squared deviations.
double collapse_target(const RowSetView& rows, double* y, double* count, double* mean) {
  std::fill(mean, mean + rows.n_unique, 0.0);
  std::fill(count, count + rows.n_unique, 0.0);
  for (std::int64_t i = 0; i < rows.n_train; ++i) {
    mean[rows.replicate[i]] += y[i];
    count[rows.replicate[i]] += 1.0;
  }
  for (std::int64_t r = 0; r < rows.n_unique; ++r) mean[r] /= count[r];
  double within = 0.0;
  for (std::int64_t i = 0; i < rows.n_train; ++i) {
    const double deviation = y[i] - mean[rows.replicate[i]];
    within = std::fma(deviation, deviation, within);
  }
  std::copy(mean, mean + rows.n_unique, y);
  return within;
}

/// Keep the first row of each replicate set; sets are numbered by first appearance, so rows only move down.
void collapse_feature(const RowSetView& rows, double* x) {
  std::int32_t next = 0;
  for (std::int64_t i = 0; i < rows.n_train; ++i)
    if (rows.replicate[i] == next) x[next++] = x[i];
}

void apply(Unit unit, double* x, std::int64_t n, double* out) {
  HWY_DYNAMIC_DISPATCH(shift_and_divide)(x, padded(n), unit.centre, unit.scale);
  std::memcpy(out, x, static_cast<std::size_t>(n) * sizeof(double));
}

void check(const StandardizeArgs& a) {
  check_table(a.table);
  require(a.n_items >= 0, "n_items must not be negative");
  for (std::int64_t i = 0; i < a.n_items; ++i) {
    check_rows(*a.table, a.rows[i]);
    require(a.rows[i].n_train <= a.ld_train, "ld_train must hold every training row");
    require(a.rows[i].n_held_out <= a.ld_held_out, "ld_held_out must hold every held-out row");
    require(a.replicates == Replicates::keep || a.rows[i].replicate, "collapsing needs the replicate sets");
  }
}

/// What an item says of its replicates, where that is wanted.
void describe_replicates(const StandardizeArgs& a, std::int64_t item, double* y, double* means) {
  thread_local Scratch<double> scratch;
  const RowSetView& rows = a.rows[item];
  double* const count =
      a.count.data != nullptr ? a.count.data + item * a.count.stride : scratch.get(padded(rows.n_train));
  double within = 0.0;
  if (a.replicates == Replicates::collapse)
    within = collapse_target(rows, y, count, means);
  else
    std::fill(count, count + rows.n_train, 1.0);
  if (a.within.data != nullptr) a.within.data[item * a.within.stride] = within;
}

void standardize_item(const StandardizeArgs& a, std::int64_t item) {
  thread_local Scratch<double> scratch;
  const TableView& table = *a.table;
  const RowSetView& rows = a.rows[item];
  double* const x = scratch.get(padded(std::max<std::int64_t>(table.n, rows.n_train)));
  double* const centre = a.centre.data + item * a.centre.stride;
  double* const scale = a.scale.data + item * a.scale.stride;
  bool finite = true;
  for (std::int64_t j = 0; j <= table.d; ++j) {
    const bool is_target = j == table.d;
    const double* const column = is_target ? table.y : table.X + j * table.n;
    const Unit unit =
        fitted(column, table.n, rows, is_target ? a.target : a.features, is_target ? FitOn::fold : a.fit_on, x);
    centre[j] = unit.centre;
    scale[j] = unit.scale;
    finite = finite && std::isfinite(unit.scale);
    double* const out = is_target ? a.y_train.data + item * a.y_train.stride
                                  : a.X_train.data + item * a.X_train.stride + j * a.ld_train;
    gather(column, rows.train, rows.n_train, 0.0, x);
    apply(unit, x, rows.n_train, out);
    if (is_target) {
      describe_replicates(a, item, out, x);
      continue;
    }
    if (a.replicates == Replicates::collapse) collapse_feature(rows, out);
    gather(column, rows.held_out, rows.n_held_out, 0.0, x);
    apply(unit, x, rows.n_held_out, a.X_held_out.data + item * a.X_held_out.stride + j * a.ld_held_out);
  }
  a.status[item] = static_cast<std::int32_t>(finite ? FitStatus::ok : FitStatus::not_finite);
}

}  // namespace

int standardize(const StandardizeArgs* args) {
  return guarded("standardize", [&] {
    check(*args);
    for (std::int64_t item = 0; item < args->n_items; ++item) standardize_item(*args, item);
  });
}

}  // namespace kilofold::cpu
#endif  // HWY_ONCE
