// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "answer.cuh"
#include "cholesky.cuh"
#include "unit.cuh"
#include "whole_fit.cuh"

namespace kilofold::cuda {

/// One fold of an item of `fold_posterior`.
struct FoldItem {
  const WholeFit* whole;
  const double* y;  ///< of the table
  const std::int32_t* train;
  const std::int32_t* held_out;
  int n_train;
  int m;
  Scaling target;
  Noise noise;
  AnswerPlace place;
  double* factor;      ///< (FactorStorage::doubles(m, m + 1))
  double* right;       ///< (m)
  double* chains;      ///< (8 m)
  double* directions;  ///< (n_train, n_basis) scratch
  double* U;           ///< (m, n_basis)
  double* R;           ///< (n_basis, n_basis + 1)
  int* chosen;         ///< (n_basis)

  static constexpr std::int64_t work_doubles(std::int64_t n_train, std::int64_t m, std::int64_t n_basis) {
    return FactorStorage::doubles(m, m + 1) + 9 * m + (n_train + m) * n_basis + n_basis * (n_basis + 1);
  }
};

/// The fold's scaled target is factor y + shift 1 of the whole table's.
struct TargetChange {
  Unit unit;
  double factor;
  double shift;
};

/// P_FF = B_FF - U U', the right-hand side as row m, the identity below it.
struct FoldBlock {
  const FoldItem& item;
  int q;  ///< columns of U

  __device__ int leading_zeros(int i) const { return i > item.m ? i - item.m - 1 : 0; }
  __device__ double operator()(int i, int j) const {
    if (i > item.m) return i - item.m - 1 == j ? 1.0 : 0.0;
    if (i == item.m) return item.right[j];
    double b = item.whole->B.column(item.held_out[j])[item.held_out[i]];
    for (int c = 0; c < q; ++c) b = std::fma(-item.U[at(i, c, item.m)], item.U[at(j, c, item.m)], b);
    return b;
  }
};

/// What solving a fold leaves for its likelihood.
struct FoldEvidence {
  double quadratic;
  double log_det;  ///< ln det B_FF
};

/// Mean zero: the right-hand side and the quadratic form of the target in the fold's own unit.
__device__ inline double block_centre_target(const FoldItem& item, const TargetChange& change) {
  const WholeFit& whole = *item.whole;
  for (int i = static_cast<int>(threadIdx.x); i < item.m; i += static_cast<int>(blockDim.x)) {
    const std::int32_t row = item.held_out[i];
    item.right[i] = std::fma(change.factor, whole.Bh(1)[row], change.shift * whole.Bh(0)[row]);
  }
  __syncthreads();
  double quadratic = change.factor * change.factor * whole.product(1, 1);
  quadratic = std::fma(2.0 * change.factor * change.shift, whole.product(0, 1), quadratic);
  return std::fma(change.shift * change.shift, whole.product(0, 0), quadratic);
}

/// The column that serves as target for folds with this basis: the residual of the fit to all rows where that was
/// fitted with the same, else the target itself.
__device__ inline int target_for(const WholeFit& whole, const int* chosen, int q) {
  bool equal = whole.counts[1] != 0 && whole.counts[0] == q;
  for (int j = 0; equal && j < q; ++j) equal = chosen[j] == whole.chosen[j];
  return equal ? whole.n_basis + 1 : whole.n_basis;
}

/// A mean with a basis: U = R'^-1 (BH)_F and the right-hand side without the basis. Returns how many columns count, or
/// -1 where H'BH is not positive definite.
__device__ inline int block_remove_basis(const FoldItem& item, const TargetChange& change, double& quadratic) {
  const WholeFit& whole = *item.whole;
  const int q = block_choose_basis([&](int i, int j) { return whole.h(j)[item.train[i]]; }, item.n_train, whole.n_basis,
                                   item.directions, item.chosen);
  const int target = target_for(whole, item.chosen, q), m = item.m;
  const double* const R = item.R;
  const double* const g = item.R + q * q;
  if (!block_factor_products(whole, item.chosen, q, target, item.R, item.R + q * q)) return -1;
  for (int i = static_cast<int>(threadIdx.x); i < m; i += static_cast<int>(blockDim.x)) {
    const std::int32_t row = item.held_out[i];
    double right = whole.Bh(target)[row];
    for (int j = 0; j < q; ++j) {
      double u = whole.Bh(item.chosen[j])[row];
      for (int k = 0; k < j; ++k) u = std::fma(-R[k + j * q], item.U[at(i, k, m)], u);
      u = u / R[j + j * q];
      item.U[at(i, j, m)] = u;
      right = std::fma(-u, g[j], right);
    }
    item.right[i] = change.factor * right;
  }
  __syncthreads();
  quadratic = whole.product(target, target);
  for (int j = 0; j < q; ++j) quadratic = std::fma(-g[j], g[j], quadratic);
  quadratic *= change.factor * change.factor;
  return q;
}

/// x = L'^-1 x, from the last unknown to the first; each sum a reduction over descending rows in which row i belongs to
/// chain i mod 8.
__device__ inline void block_solve_transposed(const FactorStorage& L, int m, double* chains, double* x) {
  const int t = static_cast<int>(threadIdx.x), step = static_cast<int>(blockDim.x);
  for (int e = t; e < reduction_chains * m; e += step) chains[e] = 0.0;
  __syncthreads();
  for (int i = m - 1; i >= 0; --i) {
    if (t == 0) x[i] = (x[i] - join_chains(chains + reduction_chains * i)) / L.read(i, i);
    __syncthreads();
    const double known = x[i];
    for (int j = t; j < i; j += step) {
      double& chain = chains[reduction_chains * j + i % reduction_chains];
      chain = std::fma(L.read(i, j), known, chain);
    }
    __syncthreads();
  }
}

/// Predictions and deviations from the block's factor, with the right-hand side and the identity behind it.
__device__ inline void block_solve_fold(const FoldItem& item, const TargetChange& change, const FactorStorage& L,
                                        FoldEvidence& evidence) {
  const int m = item.m;
  for (int i = static_cast<int>(threadIdx.x); i < m; i += static_cast<int>(blockDim.x)) item.right[i] = L.read(m, i);
  evidence.quadratic -= block_dot(item.right, item.right, m);
  block_solve_transposed(L, m, item.chains, item.right);
  for (int i = static_cast<int>(threadIdx.x); i < m; i += static_cast<int>(blockDim.x)) {
    double spread = 0.0;
    for (int k = i; k < m; ++k) spread = std::fma(L.read(m + 1 + i, k), L.read(m + 1 + i, k), spread);
    item.place.mean[i] = std::fma(-change.unit.scale, item.right[i], item.y[item.held_out[i]]);
    item.place.sd[i] = std::sqrt(item.noise.signal * spread) * change.unit.scale;
  }
}

/// One fold, in `L`. Returns false where a matrix is not positive definite.
__device__ inline bool block_answer_fold(const FoldItem& item, const FactorStorage& L, FoldEvidence& evidence) {
  const WholeFit& whole = *item.whole;
  DEV_SHARED(TargetChange, change);  // not in registers, which the factorisation needs
  const Unit unit = block_unit({item.y, item.train, item.n_train}, item.target);
  if (threadIdx.x == 0) {
    change = {unit, *whole.in.scale / unit.scale, (*whole.in.centre - unit.centre) / unit.scale};
  }
  __syncthreads();
  FoldBlock block{item, 0};
  if (!whole.has_mean) evidence.quadratic = block_centre_target(item, change);
  // A mean's basis comes out of the block after a first factorisation, which is for the determinant alone.
  for (bool is_last = !whole.has_mean;; is_last = true) {
    if (!block_cholesky(block, item.m, is_last ? 2 * item.m + 1 : item.m, L)) return false;
    if (block.q == 0) evidence.log_det = 2.0 * block_log_diagonal(L.far, L.ld, item.m);
    if (is_last) break;
    block.q = block_remove_basis(item, change, evidence.quadratic);
    if (block.q < 0) return false;
  }
  block_solve_fold(item, change, L, evidence);
  return true;
}

/// One block a fold. near_doubles: of dynamic shared memory, for blocks that fit.
__global__ void __launch_bounds__(factor_threads, 1) answer_folds(const FoldItem* items, std::int64_t near_doubles) {
  const FoldItem& item = items[blockIdx.x];
  const WholeFit& whole = *item.whole;
  const auto source = static_cast<FitStatus>(*whole.status);
  if (failed(source)) {
    block_write_failure(item.place, item.noise, source);
    return;
  }
  const bool fits = FactorStorage::doubles(item.m, item.m + 1) <= near_doubles;
  const FactorStorage L{item.factor, fits ? dev::dyn_shared<double>() : nullptr, FactorStorage::ld_of(2 * item.m + 1)};
  FoldEvidence fold{0.0, 0.0};
  if (!block_answer_fold(item, L, fold)) {
    block_write_failure(item.place, item.noise, FitStatus::not_positive_definite);
    return;
  }
  __syncthreads();
  const Evidence evidence{fold.quadratic, whole.B.log_det() + fold.log_det, item.n_train, item.n_train, 0.0};
  block_finish_answer(item.place, evidence, item.noise);
}

}  // namespace kilofold::cuda
