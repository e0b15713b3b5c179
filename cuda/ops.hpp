// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kilofold/backend.hpp"

namespace kilofold::cuda {

int standardize(const StandardizeArgs* args);

std::int64_t factor_doubles(std::int64_t u, std::int64_t n_rhs);
int factor(const FactorArgs* args);
std::int64_t reduced_doubles(std::int64_t u, std::int64_t n_rhs);
int reduce(const ReduceArgs* args);
int posterior(const PosteriorArgs* args);

std::int64_t inverse_doubles(std::int64_t u);
int invert(const InvertArgs* args);
int fold_posterior(const FoldPosteriorArgs* args);

int maximize_lml(const MaximizeLmlArgs* args);

/// A backend's table with the ops of this folder. Those that are null are not offered: studies that need them stay on
/// the CPU.
constexpr Backend with_ops(Backend backend) {
  backend.factor_doubles = factor_doubles;
  backend.reduced_doubles = reduced_doubles;
  backend.standardize = standardize;
  backend.factor = factor;
  backend.reduce = reduce;
  backend.posterior = posterior;
  backend.inverse_doubles = inverse_doubles;
  backend.invert = invert;
  backend.fold_posterior = fold_posterior;
  backend.maximize_lml = maximize_lml;
  return backend;
}

}  // namespace kilofold::cuda
