// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <exception>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>

#include "kilofold/backend.hpp"
#include "kilofold/backend/leave.hpp"
#include "kilofold/core/gaussian_process.hpp"
#include "kilofold/core/kernel_functions.hpp"

/// What ops check and read of their arguments, the same in every backend: of host memory alone.
namespace kilofold {

/// Why the last op of this thread failed; `Backend::last_error` reads it.
inline std::string& last_error_text() {
  thread_local std::string text;
  return text;
}
inline const char* last_error() { return last_error_text().c_str(); }

/// Run an op's body. Nothing may leave the binary interface by exception: a broken contract or a failed device becomes
/// a non-zero return, lack of memory `out_of_memory`, a wish to stop `op_stopped`, with the reason kept.
template <class Body> int guarded(const char* op, Body body) {
  try {
    body();
    return 0;
  } catch (const std::bad_alloc&) {
    last_error_text() = std::string(op) + ": out of memory";
    return out_of_memory;
  } catch (const Stopped&) {
    last_error_text() = std::string(op) + ": stopped";
    return op_stopped;
  } catch (const std::exception& error) {
    last_error_text() = std::string(op) + ": " + error.what();
  }
  return 1;
}

/// Refuse arguments that break the contract of backend.hpp.
inline void require(bool condition, const char* what) {
  if (!condition) throw std::invalid_argument(what);
}

/// A parameter's value for one item and lane.
inline double value(const Parameter& p, std::int64_t item, std::int64_t lane = 0) {
  return p.values[item * p.item_stride + lane];
}

/// Training rows of an item as they are counted: its replicate sets where they are collapsed.
inline std::int64_t rows_used(const RowSetView& rows, Replicates replicates) {
  return replicates == Replicates::collapse ? rows.n_unique : rows.n_train;
}

/// Refuse a table without rows or features.
inline void check_table(const TableView* table) {
  require(table && table->n > 0 && table->d > 0, "the table must have rows and features");
}

/// Refuse an empty training set.
inline void check_counts(const RowSetView& rows) {
  require(rows.n_train >= 1, "an item needs a training row");
  require(rows.n_held_out >= 0, "n_held_out must not be negative");
}

/// Refuse inputs whose arrays are too short for the row set of their item.
inline void check_room(const ScaledInputs& scaled, const RowSetView& rows, std::int64_t item) {
  check_counts(rows);
  require(scaled.slot[item] >= 0, "a slot must not be negative");
  require(rows_used(rows, scaled.replicates) >= 1, "collapsing needs the replicate sets");
  require(rows.n_train <= scaled.ld_train, "ld_train must hold every training row");
  require(rows.n_held_out <= scaled.ld_held_out, "ld_held_out must hold every held-out row");
  require(scaled.replicates == Replicates::keep || (scaled.count.data != nullptr && scaled.within.data != nullptr),
          "collapsed rows need their counts and their spread");
}

/// Counts of a row set with every row of the table for training.
inline RowSetView whole_table(const TableView& table) {
  return {nullptr, nullptr, static_cast<std::int32_t>(table.n), 0, nullptr, 0};
}

/// Refuse scaled inputs that are not those of every row of the table.
inline void check_whole_table(const TableView* table, const ScaledInputs& scaled, std::int64_t n_items) {
  check_table(table);
  require(n_items >= 0, "n_items must not be negative");
  require(table->n <= scaled.ld_train, "ld_train must hold every row of the table");
  require(scaled.replicates == Replicates::keep, "rows of the whole table are not collapsed");
  for (std::int64_t i = 0; i < n_items; ++i) require(scaled.slot[i] >= 0, "a slot must not be negative");
}

/// Refuse what a posterior cannot answer, the inputs of its items aside.
inline void check_lanes(const PosteriorArgs& a) {
  check_table(a.table);
  require(a.n_items >= 0 && a.n_lanes >= 0, "n_items and n_lanes must not be negative");
  require(a.form != Factorized::cholesky || a.n_lanes <= 1, "a factor answers one lane: its own noise");
  for (std::int64_t i = 0; i < a.n_items; ++i) require(a.slot[i] >= 0, "a slot must not be negative");
}

/// Refuse numbers that name no kernel, and length scales of another number than one or d.
inline void check_kernel(const KernelArgs& kernel, std::int64_t d) {
  require(kernel.n_length_scales == 1 || kernel.n_length_scales == d, "one length scale, or one a feature");
  require(kernel.kernel >= Kernel::squared_exponential && kernel.kernel <= Kernel::polynomial, "no such kernel");
}

/// Refuse kernels that are no covariance of scaled distances.
inline void check_stationary(const KernelArgs& kernel) {
  require(kernel.kernel <= Kernel::exponential, "the kernel must be a covariance of scaled distances");
}

/// An item's kernel function, gamma as it is written: a number or a word.
inline KernelFunction kernel_function(const KernelArgs& kernel, std::int64_t item) {
  KernelFunction function;
  function.kernel = kernel.kernel;
  if (kernel.kernel == Kernel::rational_quadratic) {
    function.alpha = value(kernel.alpha, item);
    require(std::isfinite(function.alpha) && function.alpha > 0, "alpha must be a finite number above 0");
  }
  if (kernel.kernel == Kernel::rbf || kernel.kernel == Kernel::polynomial) {
    function.gamma = value(kernel.gamma, item);
    require(is_gamma(function.gamma), "gamma must be a finite number above 0, or a word");
  }
  if (kernel.kernel == Kernel::polynomial) {
    function.coef0 = value(kernel.coef0, item);
    const double degree = value(kernel.degree, item);
    require(std::isfinite(function.coef0), "coef0 must be a finite number");
    require(degree >= 1 && degree <= 100 && degree == std::floor(degree), "degree must be a whole number in [1, 100]");
    function.degree = static_cast<std::int32_t>(degree);
  }
  return function;
}

/// An item's length scale of a feature.
inline double length_scale(const KernelArgs& kernel, std::int64_t item, std::int64_t feature) {
  const double scale = value(kernel.length_scale, item, kernel.n_length_scales == 1 ? 0 : feature);
  require(std::isfinite(scale) && scale > 0, "length_scale must be a finite number above 0");
  return scale;
}

/// Noise and signal variance of a fit, the noise raised to its floor.
inline Noise noise_of(double noise_variance, double signal_variance, std::int64_t n_table, NoiseFloor noise_floor) {
  require(std::isfinite(noise_variance) && noise_variance >= 0, "noise_variance must be a finite number of at least 0");
  require(std::isfinite(signal_variance) && signal_variance > 0, "signal_variance must be a finite number above 0");
  return raised_noise(noise_variance, signal_variance, n_table, noise_floor);
}

/// The noise of one lane of an op's item.
template <class Args> Noise noise_of(const Args& a, std::int64_t item, std::int64_t lane) {
  return noise_of(value(a.noise_variance, item, lane), value(a.signal_variance, item, lane), a.table->n, a.noise_floor);
}

/// Does the item before this one have the same inverse and target? Then only the folds differ: another seed.
inline bool follows_its_like(const FoldPosteriorArgs& a, std::int64_t item) {
  return item > 0 && a.slot[item] == a.slot[item - 1] && a.scaled.slot[item] == a.scaled.slot[item - 1];
}

}  // namespace kilofold
