// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kilofold/core/random.hpp"

/// What a chain does between two members, on arrays with one number a training row. Arrays are padded to whole blocks
/// of eight; weights and losses are zero there. All instruction sets agree in every bit.
namespace kilofold::cpu {

/// sum = fma(rate, h, sum); residual = y - sum. True if all residuals are finite.
bool next_residuals(const double* y, double rate, const double* h, std::int64_t n, double* sum, double* residual);

/// Predictions h become losses: |h - y| over the largest of them, itself (loss 0), squared (1) or 1 - exp(-.) (2).
void to_losses(const double* y, std::int64_t n, int loss, double* h);

/// Sum of weight times loss, in the canonical order.
double mean_loss(const double* weight, const double* loss, std::int64_t n);

/// weight *= exp_minus((1 - loss) * rate * minus_log_beta), then divided by their canonical sum, which is returned; no
/// division where it is not positive.
double reweigh(const double* loss, double rate, double minus_log_beta, std::int64_t n, double* weight);

/// Raise the weights to a least one.
void raise_weights(double least, std::int64_t n, double* weight);

/// Weights as whole parts of their canonical sum: see weight_parts of core/row_weights.hpp.
void parts_by_weight(const double* weight, std::int64_t n, std::int32_t* parts);

/// How often each row is drawn in n draws by weight: draw i takes the first row whose cumulative weight (by plain
/// addition) exceeds uniform(random.bits(bootstrap, i)) times the total.
///
/// Cost      O(n): a table of 2^k >= n equal parts of the total says where to begin looking
void draw_by_weight(const double* weight, std::int64_t n, const MemberRandom& random, std::int32_t* copies);

}  // namespace kilofold::cpu
