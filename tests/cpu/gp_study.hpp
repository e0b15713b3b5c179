// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "cpu/study.hpp"
#include "kilofold/backend.hpp"
#include "reference/reference_gp.hpp"

/// Gaussian processes through a backend's ops, every array in place.
namespace kilofold::test {

struct GpModel {
  Kernel kernel = Kernel::squared_exponential;
  std::vector<double> length_scale{1};  ///< one, or one a feature
  double alpha = 1;
  double gamma = 1, coef0 = 0, degree = 1;
  Mean mean = Mean::zero;
  std::vector<double> noise{0.01};  ///< lanes
  std::vector<double> signal{1};    ///< lanes, as many
  Scaling features = Scaling::zscore;
  Scaling target = Scaling::zscore;
  FitOn fit_on = FitOn::fold;
  Replicates replicates = Replicates::keep;
  const Backend* backend = &cpu_backend();  ///< whose memory is the host's
};

/// The route from kernel matrix to posterior.
enum class Route { cholesky, tridiagonal, fold_inverse, band };

struct GpAnswer {
  std::vector<double> mean, sd;
  double log_marginal_likelihood = 0;
  double jitter = 0;
  std::int32_t status = -1;
  bool operator==(const GpAnswer&) const = default;
};
/// [item][lane]
using GpAnswers = std::vector<std::vector<GpAnswer>>;

/// Fit and predict every item under every lane. fold_inverse takes the items as the folds of one seed, scales features
/// on the whole table and ignores fit_on and replicates.
GpAnswers gp(const Table& table, const std::vector<Rows>& items, const GpModel& model, Route route);

/// What `maximize_lml` finds of an item.
struct GpTuned {
  std::vector<double> theta;
  double log_marginal_likelihood = 0;
  double gradient_norm = 0;
  std::int32_t iterations = -1;
  std::int32_t status = -1;
};
struct GpSearch {
  bool per_feature = false;
  double n_restarts = 0;
};

/// Search for the hyperparameters of every item, from the model's own and its first lane.
std::vector<GpTuned> tuned(const Table& table, const std::vector<Rows>& items, const GpModel& model,
                           const GpSearch& search);

/// Route fold_inverse for several seeds of n_folds folds each, in one call: `folds` holds one seed's after another's.
GpAnswers gp_of_seeds(const Table& table, const std::vector<Rows>& folds, std::int64_t n_folds, const GpModel& model);

/// The same fit by the plain formulas.
ReferenceGpFit reference_fit(const Table& table, const Rows& rows, const GpModel& model, std::size_t lane);

/// A table whose rows repeat: d features of 3 levels, n rows.
Table replicated_table(std::int32_t n, int d, std::uint32_t seed);

}  // namespace kilofold::test
