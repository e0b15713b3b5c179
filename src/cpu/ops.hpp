// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kilofold/backend.hpp"

namespace kilofold::cpu {

int standardize(const StandardizeArgs* args);
int least_squares(const LeastSquaresArgs* args);
int grow_trees(const GrowTreesArgs* args);
int boost(const BoostArgs* args);
int read_trees(const ReadTreesArgs* args);
int svr_path(const SvrPathArgs* args);

std::int64_t factor_doubles(std::int64_t u, std::int64_t n_rhs);
std::int64_t reduced_doubles(std::int64_t u, std::int64_t n_rhs);
std::int64_t inverse_doubles(std::int64_t u);
int factor(const FactorArgs* args);
int reduce(const ReduceArgs* args);
int invert(const InvertArgs* args);
int fold_posterior(const FoldPosteriorArgs* args);
int posterior(const PosteriorArgs* args);
int maximize_lml(const MaximizeLmlArgs* args);

}  // namespace kilofold::cpu
