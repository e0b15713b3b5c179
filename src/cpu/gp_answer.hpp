// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "cpu/gp_inputs.hpp"
#include "cpu/gp_kernels.hpp"
#include "kilofold/backend.hpp"

namespace kilofold::cpu {

/// Where one lane's answers go.
struct AnswerPlace {
  std::int64_t m;  ///< held-out rows
  double* mean;    ///< (m)
  double* sd;      ///< (m)
  double* log_marginal_likelihood;
  double* jitter;
  std::int32_t* status;
};

/// Where a lane of a posterior or of a fold posterior writes.
template <class Args>
AnswerPlace place_of(const Args& a, std::int64_t item, std::int64_t lane, std::int64_t m, std::int64_t ld) {
  return {m,
          a.mean.data + item * a.mean.stride + lane * ld,
          a.sd.data + item * a.sd.stride + lane * ld,
          a.log_marginal_likelihood.data + item * a.log_marginal_likelihood.stride + lane,
          a.jitter.data + item * a.jitter.stride + lane,
          a.status + item * a.n_lanes + lane};
}

/// Write one lane's answers, mean (m) and sd (m) in the target's unit; a number that is not finite makes it
/// not_finite.
void write_answer(const AnswerPlace& place, const double* mean, const double* sd, double log_marginal_likelihood,
                  const Noise& noise);

/// Write one lane without an answer: NaN and its status.
void write_failure(const AnswerPlace& place, const Noise& noise, FitStatus status);

/// Of one lane of a posterior: its place, and its answer from what the held-out rows sum to.
AnswerPlace place_of(const PosteriorArgs& a, std::int64_t item, std::int64_t lane);
void answer(const PosteriorArgs& a, std::int64_t item, std::int64_t lane, const ItemInputs& inputs,
            const HeldOutSums& sums, const Noise& noise, const Evidence& evidence);

/// Answer every lane of an item from its factor, from its band, or from its tridiagonal form.
void posterior_from_factor(const PosteriorArgs& a, std::int64_t item, const ItemInputs& inputs);
void posterior_from_band(const PosteriorArgs& a, std::int64_t item, const ItemInputs& inputs);
void posterior_from_tridiagonal(const PosteriorArgs& a, std::int64_t item, const ItemInputs& inputs);

}  // namespace kilofold::cpu
