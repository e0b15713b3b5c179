// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "basis.cuh"
#include "covariance.cuh"
#include "dense.cuh"
#include "inverse_product.cuh"
#include "kilofold/core/gaussian_process.hpp"

/// The log marginal likelihood of training sets with its gradient, for `maximize_lml`. The order of operations is that
/// of src/cpu/gp_likelihood.cpp.
namespace kilofold::cuda {

/// The columns of the basis that the training rows tell apart, and whether the inputs are finite at all.
struct ChosenBasis {
  int* data;  ///< (ints(n_basis))

  static constexpr std::int64_t ints(std::int64_t n_basis) { return 2 + n_basis; }

  KILOFOLD_HD int& finite() const { return data[0]; }
  KILOFOLD_HD int& size() const { return data[1]; }
  KILOFOLD_HD int* columns() const { return data + 2; }  ///< (size)
};

/// What a likelihood and its gradient are made of, for the host; with A = K + ratio I and a = A^-1 r.
struct LikelihoodSums {
  double* data;  ///< (doubles(d))

  static constexpr std::int64_t doubles(std::int64_t d) { return 7 + d; }

  KILOFOLD_HD double& positive_definite() const { return data[0]; }  ///< 1 or 0, and then nothing else is there
  KILOFOLD_HD double& quadratic() const { return data[1]; }          ///< r' A^-1 r
  KILOFOLD_HD double& log_diagonal() const { return data[2]; }       ///< ln det A / 2
  KILOFOLD_HD double& within() const { return data[3]; }             ///< spread within the replicates
  KILOFOLD_HD double& trace() const { return data[4]; }              ///< of A^-1
  KILOFOLD_HD double& square() const { return data[5]; }             ///< a'a
  KILOFOLD_HD double& by_alpha() const { return data[6]; }           ///< derivative by ln alpha
  KILOFOLD_HD double* by_feature() const { return data + 7; }        ///< (d) by the logarithms of the length scales
};

/// One training set, for all its evaluations.
struct LikelihoodSet {
  GpInputs in;  ///< held-out rows too: they must be finite
  int n_basis;
  ChosenBasis basis;
  double* directions;  ///< (u, n_basis) scratch
};

/// One evaluation.
struct LikelihoodItem {
  Covariance covariance;  ///< of the training rows alone
  double signal;          ///< signal variance
  int n_basis;
  ChosenBasis basis;
  double* factor;            ///< (factor_doubles) L and below it target, basis and identity; then terms of by_alpha
  SymmetricInverse inverse;  ///< then the weights of the pairs of rows
  double* vectors;           ///< (vector_doubles)
  LikelihoodSums sums;

  static constexpr std::int64_t factor_doubles(std::int64_t u, std::int64_t n_basis) {
    return FactorStorage::doubles(u, 1 + n_basis + u);
  }
  static constexpr std::int64_t vector_doubles(std::int64_t u, std::int64_t n_basis, std::int64_t d) {
    return u * (n_basis + 1 + d) + n_basis * (n_basis + 1);
  }

  KILOFOLD_HD int u() const { return covariance.in.u; }
  KILOFOLD_HD int identity() const { return u() + 1 + n_basis; }  ///< its first row in the factor
  KILOFOLD_HD int rows() const { return identity() + u(); }
  __device__ std::int64_t ld() const { return FactorStorage::ld_of(rows()); }
  __device__ double* solved() const { return vectors; }           ///< (u) the whitened residual, then a
  __device__ double* by_column() const { return vectors + u(); }  ///< (u, d) column sums of by_feature
  __device__ double* W() const { return by_column() + static_cast<std::int64_t>(u()) * covariance.in.d; }
  __device__ double* R() const { return W() + static_cast<std::int64_t>(u()) * n_basis; }
};

/// Choose the basis of each training set, one block a set.
__global__ void __launch_bounds__(factor_threads) choose_bases(const LikelihoodSet* sets) {
  const LikelihoodSet& set = sets[blockIdx.x];
  const GpInputs& in = set.in;
  const bool finite = block_finite(in);
  const int size =
      !finite ? 0 : block_choose_basis(in.X, in.ld_X, in.u, set.n_basis, set.directions, set.basis.columns());
  if (threadIdx.x != 0) return;
  set.basis.finite() = finite ? 1 : 0;
  set.basis.size() = size;
}

/// Copy row `row` of the factor.
__device__ inline void block_take_row(const LikelihoodItem& item, int row, double* to) {
  for (int k = static_cast<int>(threadIdx.x); k < item.u(); k += static_cast<int>(blockDim.x)) {
    to[k] = item.factor[at(row, k, item.ld())];
  }
}

/// x = L'^-1 x: x_j = (x_j - sum over i > j of l_ij x_i) / l_jj, j descending; the sum is a reduction over descending i
/// in which row i belongs to chain i mod 8. Eight unknowns at a time: a thread a chain and unknown for the rows below
/// them, then a lane an unknown.
__device__ inline void block_solve_transposed(const double* L, std::int64_t ld, int u, double* x) {
  using Chains = double[reduction_chains * reduction_chains];
  DEV_SHARED(Chains, chains);
  const int t = static_cast<int>(threadIdx.x), chain = t % reduction_chains, lane = t;
  __syncthreads();
  for (int first = (u - 1) / reduction_chains * reduction_chains; first >= 0; first -= reduction_chains) {
    if (t < reduction_chains * reduction_chains) {
      const int j = first + t / reduction_chains;
      int i = (u - 1) / reduction_chains * reduction_chains + chain;
      if (i >= u) i -= reduction_chains;
      double sum = 0.0;
      for (; j < u && i >= first + reduction_chains; i -= reduction_chains) sum = std::fma(L[at(i, j, ld)], x[i], sum);
      chains[t] = sum;
    }
    __syncthreads();
    if (t < static_cast<int>(warp_threads)) {
      double own[reduction_chains];
      DEV_UNROLL
      for (int c = 0; c < reduction_chains; ++c)
        own[c] = lane < reduction_chains ? chains[c + reduction_chains * lane] : 0.0;
      DEV_UNROLL
      for (int r = reduction_chains - 1; r >= 0; --r) {
        const int row = first + r;
        if (row >= u) continue;
        double known = 0.0;
        if (lane == r) known = (x[row] - join_chains(own)) / L[at(row, row, ld)];
        known = __shfl_sync(whole_warp, known, r);
        if (lane == r) x[row] = known;
        if (lane < r) own[r] = std::fma(L[at(row, first + lane, ld)], known, own[r]);
      }
    }
    __syncthreads();
  }
}

/// Take the mean out of the target and solve for what is left.
__device__ inline void block_sum_solved(const LikelihoodItem& item, bool positive_definite) {
  if (threadIdx.x == 0) item.sums.positive_definite() = positive_definite ? 1.0 : 0.0;
  if (!positive_definite) return;

  const int u = item.u(), target = u;
  const int q = item.basis.size();
  for (int j = 0; j < q; ++j) {
    block_take_row(item, target + 1 + item.basis.columns()[j], item.W() + static_cast<std::int64_t>(j) * u);
  }
  double* const solved = item.solved();
  block_take_row(item, target, solved);
  __syncthreads();
  block_project_out(item.W(), solved, u, q, item.R(), item.R() + q * q);
  const double quadratic = block_dot(solved, solved, u);
  const double log_diagonal = block_log_diagonal(item.factor, item.ld(), u);
  block_solve_transposed(item.factor, item.ld(), u, solved);
  const double square = block_dot(solved, solved, u);
  if (threadIdx.x != 0) return;
  item.sums.quadratic() = quadratic;
  item.sums.log_diagonal() = log_diagonal;
  item.sums.within() = item.covariance.in.spread();
  item.sums.square() = square;
}

/// Factorise each matrix, take the mean out of the target and solve for what is left, one block an evaluation.
__global__ void __launch_bounds__(factor_threads, 2) factor_likelihoods(const LikelihoodItem* items) {
  const LikelihoodItem& item = items[blockIdx.x];
  const Covariance& covariance = item.covariance;
  const int u = item.u();
  const FactorStorage L{item.factor, nullptr, item.ld()};
  covariance.block_prepare();
  const IdentityBelow<Covariance> matrix{covariance, item.identity()};
  block_sum_solved(item, block_cholesky(matrix, u, item.rows(), L));
}

/// The same after a vendor's library.
__global__ void __launch_bounds__(factor_threads) settle_likelihoods(const LikelihoodItem* items, Infos infos) {
  block_sum_solved(items[blockIdx.x], infos.positive_definite(blockIdx.x));
}

/// A^-1 of each evaluation. Blocks: evaluations by product_blocks.
__global__ void __launch_bounds__(product_threads) invert_likelihoods(const LikelihoodItem* items) {
  const LikelihoodItem& item = items[blockIdx.x];
  if (item.sums.positive_definite() == 0.0) return;
  multiply_inverse({item.factor, item.ld(), item.identity(), item.u()}, item.inverse);
}

inline constexpr int pair_threads = 256;
inline constexpr int pair_columns = pair_threads / reduction_chains;

/// Part of feature f in the squared distance of two rows.
__device__ inline double squared_step(const Covariance& covariance, int i, int k, int f) {
  const GpInputs& in = covariance.in;
  const double step = (in.X[at(i, f, in.ld_X)] - in.X[at(k, f, in.ld_X)]) / covariance.length_scale[f];
  return step * step;
}

/// Of the pair (i, k): its element of dK weighted by (a a' / v - A^-1), less the feature's part of the distance. Its
/// term of by_alpha goes where the factor was.
__device__ inline double pair_weight(const LikelihoodItem& item, int i, int k, double factor, double inverse) {
  const Covariance& covariance = item.covariance;
  double q = 0.0;
  for (int f = 0; f < covariance.in.d; ++f) q += squared_step(covariance, i, k, f);
  const double weight = (item.solved()[i] * factor - inverse) * covariance(i, k);
  if (covariance.function.kernel == Kernel::rational_quadratic) {
    item.factor[at(i, k, item.ld())] = weight * slope_by_alpha(q, covariance.function.alpha);
  }
  return weight * relative_slope(covariance.function, q);
}

/// Sums of every column of pairs i > k: eight threads a column, a chain each. Blocks: evaluations by 32 columns.
__global__ void __launch_bounds__(pair_threads) sum_pairs(const LikelihoodItem* items) {
  const LikelihoodItem& item = items[blockIdx.x];
  if (item.sums.positive_definite() == 0.0) return;
  const int u = item.u(), t = static_cast<int>(threadIdx.x);
  const int k = static_cast<int>(blockIdx.y) * pair_columns + t / reduction_chains;
  const int first = k < u ? k + 1 + t % reduction_chains : u;
  double* const weights = item.inverse.column(k);
  const double factor = k < u ? item.solved()[k] / item.signal : 0.0;
  for (int i = first; i < u; i += reduction_chains) weights[i] = pair_weight(item, i, k, factor, weights[i]);
  for (int f = 0; f < item.covariance.in.d; ++f) {
    double sum = 0.0;
    for (int i = first; i < u; i += reduction_chains) sum += weights[i] * squared_step(item.covariance, i, k, f);
    // neighbours, pairs, halves: the tree of join_chains
    for (int other = 1; other < reduction_chains; other *= 2) sum += __shfl_xor_sync(whole_warp, sum, other);
    if (k < u && t % reduction_chains == 0) item.by_column()[at(k, f, u)] = sum;
  }
}

/// Join the columns of pairs, and the trace, one block an evaluation.
__global__ void __launch_bounds__(pair_threads) gather_sums(const LikelihoodItem* items) {
  const LikelihoodItem& item = items[blockIdx.x];
  if (item.sums.positive_definite() == 0.0) return;
  const int u = item.u(), d = item.covariance.in.d;
  const double trace = block_ordered_sum(
      u, [&](int i) { return item.inverse.column(i)[i]; }, 0.0);
  if (threadIdx.x == 0) item.sums.trace() = trace;
  for (int f = 0; f < d; ++f) {
    const double sum = block_ordered_sum(
        u, [&](int k) { return item.by_column()[at(k, f, u)]; }, 0.0);
    if (threadIdx.x == 0) item.sums.by_feature()[f] = sum;
  }
  double by_alpha = 0.0;
  if (item.covariance.function.kernel == Kernel::rational_quadratic) {
    for (int k = 0; k < u; ++k) {
      by_alpha = block_ordered_sum(
          u - k - 1, [&](int e) { return item.factor[at(k + 1 + e, k, item.ld())]; }, by_alpha);
    }
  }
  if (threadIdx.x == 0) item.sums.by_alpha() = by_alpha;
}

/// Where an item's answer goes.
struct LmlPlace {
  double* theta;  ///< (n_theta)
  double* log_marginal_likelihood;
  double* gradient_norm;
  std::int32_t* iterations;
  std::int32_t* status;
};

/// The answers, from the host's numbers: theta, likelihood and gradient norm (n_theta + 2) and two counts an item.
__global__ void __launch_bounds__(pair_threads)
    write_answers(const LmlPlace* places, const double* numbers, const std::int32_t* counts, int n_items, int n_theta) {
  const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (i >= n_items) return;
  const LmlPlace& place = places[i];
  const double* const own = numbers + static_cast<std::int64_t>(i) * (n_theta + 2);
  for (int e = 0; e < n_theta; ++e) place.theta[e] = own[e];
  *place.log_marginal_likelihood = own[n_theta];
  *place.gradient_norm = own[n_theta + 1];
  *place.iterations = counts[2 * i];
  *place.status = counts[2 * i + 1];
}

}  // namespace kilofold::cuda
