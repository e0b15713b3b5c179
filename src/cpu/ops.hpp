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
std::int64_t reduced_doubles(Factorized form, std::int64_t u, std::int64_t n_rhs);
std::int64_t inverse_doubles(std::int64_t u);
int posterior(const PosteriorArgs* args);

struct Factorisations;  // flavour.hpp
int factor(const Factorisations& flavour, const FactorArgs* args);
int reduce(const Factorisations& flavour, const ReduceArgs* args);
int invert(const Factorisations& flavour, const InvertArgs* args);
int fold_posterior(const Factorisations& flavour, const FoldPosteriorArgs* args);
int maximize_lml(const Factorisations& flavour, const MaximizeLmlArgs* args);

}  // namespace kilofold::cpu
