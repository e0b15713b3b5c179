// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/folds.cuh"

#include <algorithm>
#include <utility>

#include "gp_arguments.hpp"
#include "ops.hpp"
#include "session.hpp"

namespace kilofold::cuda {
namespace {

void check(const FoldPosteriorArgs& a) {
  check_whole_table(a.table, a.scaled, a.n_items);
  require(a.n_lanes >= 0, "n_lanes must not be negative");
  for (std::int64_t i = 0; i < a.n_items * a.n_lanes; ++i) {
    check_counts(a.rows[i]);
    require(a.rows[i].n_held_out <= a.ld_held_out, "ld_held_out must hold every held-out row");
    require(a.rows[i].n_train + a.rows[i].n_held_out == a.table->n,
            "a fold's rows and its training rows must be all rows");
  }
}

/// Cuts arrays off a piece of memory.
template <class T> class Carver {
 public:
  explicit Carver(T* memory) : next_(memory) {}
  T* take(std::int64_t n) { return std::exchange(next_, next_ + n); }

 private:
  T* next_;
};

/// Columns of the basis; of mean zero the constant, for the centring.
std::int64_t basis_of(const FoldPosteriorArgs& a) {
  return basis_columns(a.mean_function == Mean::zero ? Mean::constant : a.mean_function, a.table->d);
}

std::vector<WholeFit> wholes_of(const FoldPosteriorArgs& a, Carver<double>& work, Carver<int>& ints) {
  const std::int64_t n = a.table->n, n_basis = basis_of(a);
  std::vector<WholeFit> wholes;
  for (std::int64_t i = 0; i < a.n_items; ++i) {
    if (follows_its_like(a, i)) continue;
    wholes.push_back({.in = inputs_of(*a.table, a.scaled, whole_table(*a.table), i),
                      .n_basis = static_cast<int>(n_basis),
                      .has_mean = a.mean_function != Mean::zero,
                      .B = {const_cast<double*>(a.inverse.data) + a.slot[i] * a.inverse.stride, static_cast<int>(n)},
                      .status = a.inverse_status + a.slot[i],
                      .H = work.take(n * (n_basis + 2)),
                      .BH = work.take(n * (n_basis + 2)),
                      .products = work.take((n_basis + 2) * (n_basis + 2)),
                      .directions = work.take(n * n_basis),
                      .R = work.take(n_basis * (n_basis + 1)),
                      .chosen = ints.take(n_basis),
                      .counts = ints.take(2)});
  }
  return wholes;
}

FoldItem fold_of(const FoldPosteriorArgs& a, std::int64_t item, std::int64_t lane, const WholeFit* whole,
                 Carver<double>& work, Carver<int>& ints) {
  const RowSetView& rows = a.rows[item * a.n_lanes + lane];
  const std::int64_t m = rows.n_held_out, n_basis = basis_of(a);
  return {.whole = whole,
          .y = a.table->y,
          .train = rows.train,
          .held_out = rows.held_out,
          .n_train = rows.n_train,
          .m = rows.n_held_out,
          .target = a.target,
          .noise = noise_of(a, item, 0),
          .place = place_of(a, item, lane, m, a.ld_held_out),
          .factor = work.take(FactorStorage::doubles(m, m + 1)),
          .right = work.take(m),
          .chains = work.take(reduction_chains * m),
          .directions = work.take(rows.n_train * n_basis),
          .U = work.take(m * n_basis),
          .R = work.take(n_basis * (n_basis + 1)),
          .chosen = ints.take(n_basis)};
}

/// Doubles of work memory for all folds and what they share.
std::int64_t work_doubles(const FoldPosteriorArgs& a, std::int64_t n_wholes) {
  const std::int64_t n_basis = basis_of(a);
  std::int64_t sum = n_wholes * WholeFit::work_doubles(a.table->n, n_basis);
  for (std::int64_t i = 0; i < a.n_items * a.n_lanes; ++i) {
    sum += FoldItem::work_doubles(a.rows[i].n_train, a.rows[i].n_held_out, n_basis);
  }
  return sum;
}

}  // namespace

int fold_posterior(const FoldPosteriorArgs* args) {
  return guarded("fold_posterior", [&] {
    const FoldPosteriorArgs& a = *args;
    check(a);
    Session& s = session();
    const std::int64_t n_folds = a.n_items * a.n_lanes, n_basis = basis_of(a);
    std::int64_t n_wholes = 0;
    for (std::int64_t i = 0; i < a.n_items; ++i) n_wholes += follows_its_like(a, i) ? 0 : 1;
    Carver<double> work(s.work.get<double>(static_cast<std::size_t>(work_doubles(a, n_wholes))));
    const std::int64_t n_ints = n_wholes * WholeFit::work_ints(n_basis) + n_folds * n_basis;
    Carver<int> ints(s.parameters.get<int>(static_cast<std::size_t>(n_ints)));
    const WholeFit* const wholes = s.upload(wholes_of(a, work, ints), s.shared_items);
    std::vector<FoldItem> folds;
    const std::int64_t most_shared = dev::most_shared<double>(answer_folds);
    std::int64_t near = 0;
    const WholeFit* whole = wholes;
    for (std::int64_t item = 0; item < a.n_items; ++item) {
      if (item > 0 && !follows_its_like(a, item)) ++whole;
      for (std::int64_t lane = 0; lane < a.n_lanes; ++lane) {
        folds.push_back(fold_of(a, item, lane, whole, work, ints));
        const std::int64_t doubles = FactorStorage::doubles(folds.back().m, folds.back().m + 1);
        if (doubles <= most_shared) near = std::max(near, doubles);
      }
    }
    const FoldItem* const on_device = s.upload(folds, s.items);
    dev::launch(prepare_wholes, {"prepare_wholes", static_cast<unsigned>(n_wholes), whole_threads, 0}, s.stream,
                wholes);
    dev::launch(answer_folds,
                {"answer_folds", static_cast<unsigned>(n_folds), factor_threads,
                 static_cast<std::size_t>(near) * sizeof(double)},
                s.stream, on_device, near);
  });
}

}  // namespace kilofold::cuda
