// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cpu/gp_study.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>

namespace kilofold::test {
namespace {

template <class T> std::vector<T> zeros(std::int64_t n) { return std::vector<T>(static_cast<std::size_t>(n)); }

std::vector<std::int32_t> counting(std::size_t n) {
  std::vector<std::int32_t> out(n);
  std::iota(out.begin(), out.end(), 0);
  return out;
}

/// Row views with their replicate sets.
struct RowViews {
  std::vector<std::vector<std::int32_t>> replicate;
  std::vector<RowSetView> view;
  std::int64_t longest_train = 0, longest_held_out = 0;

  RowViews(const Table& table, const std::vector<Rows>& items) : replicate(items.size()), view(views(items)) {
    for (std::size_t i = 0; i < items.size(); ++i) {
      std::map<std::vector<double>, std::int32_t> sets;
      for (const std::int32_t row : items[i].train) {
        std::vector<double> features;
        for (std::int64_t f = 0; f < table.X().cols(); ++f) features.push_back(table.X()(row, f));
        replicate[i].push_back(sets.try_emplace(features, static_cast<std::int32_t>(sets.size())).first->second);
      }
      view[i].replicate = replicate[i].data();
      view[i].n_unique = static_cast<std::int32_t>(sets.size());
      longest_train = std::max<std::int64_t>(longest_train, view[i].n_train);
      longest_held_out = std::max<std::int64_t>(longest_held_out, view[i].n_held_out);
    }
  }
};

/// Standardised inputs of every item.
struct Inputs {
  std::int64_t n = 0, m = 0, d = 0;
  std::vector<double> X, Z, y, count, within, centre, scale;
  std::vector<std::int32_t> status;
  Replicates replicates = Replicates::keep;

  Inputs(const TableView& table, const RowViews& rows, const GpModel& model) : d(table.d) {
    n = std::max<std::int64_t>(rows.longest_train, 1);
    m = std::max<std::int64_t>(rows.longest_held_out, 1);
    replicates = model.replicates;
    const auto items = static_cast<std::int64_t>(rows.view.size());
    X = zeros<double>(items * n * d);
    Z = zeros<double>(items * m * d);
    y = zeros<double>(items * n);
    count = zeros<double>(items * n);
    within = zeros<double>(items);
    centre = zeros<double>(items * (d + 1));
    scale = zeros<double>(items * (d + 1));
    status = zeros<std::int32_t>(items);
    const StandardizeArgs args{.table = &table,
                               .n_items = items,
                               .rows = rows.view.data(),
                               .features = model.features,
                               .target = model.target,
                               .fit_on = model.fit_on,
                               .replicates = replicates,
                               .ld_train = n,
                               .ld_held_out = m,
                               .X_train = {X.data(), n * d},
                               .X_held_out = {Z.data(), m * d},
                               .y_train = {y.data(), n},
                               .count = {count.data(), n},
                               .within = {within.data(), 1},
                               .centre = {centre.data(), d + 1},
                               .scale = {scale.data(), d + 1},
                               .status = status.data()};
    EXPECT_EQ(model.backend->standardize(&args), 0) << model.backend->last_error();
  }

  ScaledInputs view(const std::vector<std::int32_t>& slot) const {
    return {.slot = slot.data(),
            .ld_train = n,
            .ld_held_out = m,
            .replicates = replicates,
            .X_train = {X.data(), n * d},
            .X_held_out = {Z.data(), m * d},
            .y_train = {y.data(), n},
            .count = {count.data(), n},
            .within = {within.data(), 1},
            .centre = {centre.data(), d + 1},
            .scale = {scale.data(), d + 1}};
  }
};

KernelArgs kernel_of(const GpModel& model) {
  return {model.kernel,
          static_cast<std::int64_t>(model.length_scale.size()),
          {model.length_scale.data(), 0},
          {&model.alpha, 0},
          {&model.gamma, 0},
          {&model.coef0, 0},
          {&model.degree, 0}};
}

/// What a posterior op writes.
struct Outputs {
  std::int64_t n_items, n_lanes, m;
  std::vector<double> mean, sd, lml, jitter;
  std::vector<std::int32_t> status;

  Outputs(std::int64_t items, std::int64_t lanes, std::int64_t rows)
      : n_items(items),
        n_lanes(lanes),
        m(rows),
        mean(zeros<double>(items * lanes * rows)),
        sd(mean),
        lml(zeros<double>(items * lanes)),
        jitter(lml),
        status(zeros<std::int32_t>(items * lanes)) {}

  GpAnswer answer(std::int64_t item, std::int64_t lane, std::int64_t n_rows) const {
    const std::int64_t i = item * n_lanes + lane;
    const auto k = static_cast<std::size_t>(i);
    return {{mean.begin() + i * m, mean.begin() + i * m + n_rows},
            {sd.begin() + i * m, sd.begin() + i * m + n_rows},
            lml[k],
            jitter[k],
            status[k]};
  }
};

PosteriorArgs posterior_args(const TableView& table, const std::vector<RowSetView>& rows, const ScaledInputs& scaled,
                             const GpModel& model, Factorized form, const std::vector<std::int32_t>& slot,
                             Outputs& out) {
  return {.table = &table,
          .n_items = out.n_items,
          .n_lanes = out.n_lanes,
          .rows = rows.data(),
          .scaled = scaled,
          .mean_function = model.mean,
          .form = form,
          .slot = slot.data(),
          .source = {},
          .source_status = nullptr,
          .noise_variance = {model.noise.data(), 0},
          .signal_variance = {model.signal.data(), 0},
          .mean = {out.mean.data(), out.m * out.n_lanes},
          .sd = {out.sd.data(), out.m * out.n_lanes},
          .log_marginal_likelihood = {out.lml.data(), out.n_lanes},
          .jitter = {out.jitter.data(), out.n_lanes},
          .status = out.status.data()};
}

GpAnswers by_reduction(const TableView& table, const RowViews& rows, const Inputs& inputs, const GpModel& model,
                       Factorized form) {
  const auto n_items = static_cast<std::int64_t>(rows.view.size());
  const auto n_lanes = static_cast<std::int64_t>(model.noise.size());
  const std::vector<std::int32_t> slot = counting(rows.view.size());
  const std::int64_t stride =
      model.backend->reduced_doubles(form, inputs.n, inputs.m + 1 + basis_columns(model.mean, table.d));
  std::vector<double> reduced = zeros<double>(n_items * stride);
  std::vector<std::int32_t> status = zeros<std::int32_t>(n_items);
  const ReduceArgs reduce{.form = form,
                          .table = &table,
                          .n_items = n_items,
                          .rows = rows.view.data(),
                          .scaled = inputs.view(slot),
                          .kernel = kernel_of(model),
                          .mean = model.mean,
                          .reduced = {reduced.data(), stride},
                          .status = status.data()};
  EXPECT_EQ(model.backend->reduce(&reduce), 0) << model.backend->last_error();
  Outputs out(n_items, n_lanes, inputs.m);
  PosteriorArgs args = posterior_args(table, rows.view, inputs.view(slot), model, form, slot, out);
  args.source = {reduced.data(), stride};
  args.source_status = status.data();
  EXPECT_EQ(model.backend->posterior(&args), 0) << model.backend->last_error();
  GpAnswers answers(rows.view.size());
  for (std::int64_t i = 0; i < n_items; ++i) {
    const auto item = static_cast<std::size_t>(i);
    for (std::int64_t l = 0; l < n_lanes; ++l) answers[item].push_back(out.answer(i, l, rows.view[item].n_held_out));
  }
  return answers;
}

/// One lane of every item.
void by_cholesky(const TableView& table, const RowViews& rows, const Inputs& inputs, const GpModel& model,
                 GpAnswers& answers) {
  const auto n_items = static_cast<std::int64_t>(rows.view.size());
  const std::vector<std::int32_t> slot = counting(rows.view.size());
  const std::int64_t stride =
      model.backend->factor_doubles(inputs.n, inputs.m + 1 + basis_columns(model.mean, table.d));
  std::vector<double> factor = zeros<double>(n_items * stride), jitter = zeros<double>(n_items);
  std::vector<std::int32_t> status = zeros<std::int32_t>(n_items);
  const FactorArgs factor_args{.table = &table,
                               .n_items = n_items,
                               .rows = rows.view.data(),
                               .scaled = inputs.view(slot),
                               .kernel = kernel_of(model),
                               .mean = model.mean,
                               .noise_variance = {model.noise.data(), 0},
                               .signal_variance = {model.signal.data(), 0},
                               .factor = {factor.data(), stride},
                               .jitter = {jitter.data(), 1},
                               .status = status.data()};
  EXPECT_EQ(model.backend->factor(&factor_args), 0) << model.backend->last_error();
  Outputs out(n_items, 1, inputs.m);
  PosteriorArgs args = posterior_args(table, rows.view, inputs.view(slot), model, Factorized::cholesky, slot, out);
  args.source = {factor.data(), stride};
  args.source_status = status.data();
  EXPECT_EQ(model.backend->posterior(&args), 0) << model.backend->last_error();
  for (std::int64_t i = 0; i < n_items; ++i) {
    const auto item = static_cast<std::size_t>(i);
    answers[item].push_back(out.answer(i, 0, rows.view[item].n_held_out));
    EXPECT_EQ(answers[item].back().jitter, jitter[item]);
    EXPECT_EQ(answers[item].back().status, status[item]);
  }
}

/// Inverses of the whole table's covariance, one a lane.
struct Inverses {
  std::int64_t stride;
  std::vector<double> value, jitter;
  std::vector<std::int32_t> status;

  Inverses(const TableView& table, const Inputs& whole, const GpModel& model)
      : stride(model.backend->inverse_doubles(table.n)) {
    const auto n_lanes = static_cast<std::int64_t>(model.noise.size());
    const auto slot = zeros<std::int32_t>(n_lanes);
    value = zeros<double>(n_lanes * stride);
    jitter = zeros<double>(n_lanes);
    status = zeros<std::int32_t>(n_lanes);
    const InvertArgs args{.table = &table,
                          .n_items = n_lanes,
                          .scaled = whole.view(slot),
                          .kernel = kernel_of(model),
                          .noise_variance = {model.noise.data(), 1},
                          .signal_variance = {model.signal.data(), 1},
                          .inverse = {value.data(), stride},
                          .jitter = {jitter.data(), 1},
                          .status = status.data()};
    EXPECT_EQ(model.backend->invert(&args), 0) << model.backend->last_error();
  }
};

/// `rows` holds the folds of one seed after another. One call answers every lane with every seed, seeds fastest.
GpAnswers by_folds(const TableView& table, const RowViews& rows, std::int64_t n_folds, const Inputs& whole,
                   const GpModel& model) {
  const auto n_lanes = static_cast<std::int64_t>(model.noise.size());
  const std::int64_t n_seeds = static_cast<std::int64_t>(rows.view.size()) / n_folds, n_items = n_lanes * n_seeds;
  const auto slot = zeros<std::int32_t>(n_items);
  const Inverses inverses(table, whole, model);
  std::vector<std::int32_t> inverse_slot;
  std::vector<double> noise, signal;
  std::vector<RowSetView> item_rows;
  for (std::int64_t i = 0; i < n_items; ++i) {
    const auto lane = static_cast<std::size_t>(i / n_seeds);
    inverse_slot.push_back(static_cast<std::int32_t>(lane));
    noise.push_back(model.noise[lane]);
    signal.push_back(model.signal[lane]);
    if (i % n_seeds == 0) item_rows.insert(item_rows.end(), rows.view.begin(), rows.view.end());
  }
  Outputs out(n_items, n_folds, std::max<std::int64_t>(rows.longest_held_out, 1));
  const FoldPosteriorArgs args{.table = &table,
                               .n_items = n_items,
                               .n_lanes = n_folds,
                               .rows = item_rows.data(),
                               .scaled = whole.view(slot),
                               .target = model.target,
                               .mean_function = model.mean,
                               .slot = inverse_slot.data(),
                               .ld_held_out = out.m,
                               .inverse = {inverses.value.data(), inverses.stride},
                               .inverse_status = inverses.status.data(),
                               .noise_variance = {noise.data(), 1},
                               .signal_variance = {signal.data(), 1},
                               .mean = {out.mean.data(), out.m * n_folds},
                               .sd = {out.sd.data(), out.m * n_folds},
                               .log_marginal_likelihood = {out.lml.data(), n_folds},
                               .jitter = {out.jitter.data(), n_folds},
                               .status = out.status.data()};
  EXPECT_EQ(model.backend->fold_posterior(&args), 0) << model.backend->last_error();
  GpAnswers answers(rows.view.size());
  for (std::size_t f = 0; f < answers.size(); ++f) {
    const std::int64_t seed = static_cast<std::int64_t>(f) / n_folds, fold = static_cast<std::int64_t>(f) % n_folds;
    for (std::int64_t lane = 0; lane < n_lanes; ++lane) {
      answers[f].push_back(out.answer(lane * n_seeds + seed, fold, rows.view[f].n_held_out));
      EXPECT_EQ(answers[f].back().jitter, inverses.jitter[static_cast<std::size_t>(lane)]);
    }
  }
  return answers;
}

}  // namespace

GpAnswers gp(const Table& table, const std::vector<Rows>& items, const GpModel& model, Route route) {
  if (route == Route::fold_inverse) return gp_of_seeds(table, items, static_cast<std::int64_t>(items.size()), model);
  const TableView view = table.view();
  const RowViews rows(table, items);
  const Inputs inputs(view, rows, model);
  if (route == Route::tridiagonal) return by_reduction(view, rows, inputs, model, Factorized::tridiagonal);
  if (route == Route::band) return by_reduction(view, rows, inputs, model, Factorized::band);
  GpAnswers answers(items.size());
  for (std::size_t l = 0; l < model.noise.size(); ++l) {
    GpModel lane = model;
    lane.noise = {model.noise[l]};
    lane.signal = {model.signal[l]};
    by_cholesky(view, rows, inputs, lane, answers);
  }
  return answers;
}

std::vector<GpTuned> tuned(const Table& table, const std::vector<Rows>& items, const GpModel& model,
                           const GpSearch& search) {
  const TableView view = table.view();
  const RowViews rows(table, items);
  const Inputs inputs(view, rows, model);
  const std::vector<std::int32_t> slot = counting(items.size());
  const auto n_items = static_cast<std::int64_t>(items.size());
  const std::vector<std::uint32_t> seeds(items.size(), 3), folds(slot.begin(), slot.end());
  std::vector<double> theta = zeros<double>(n_items * (view.d + 3)), lml = zeros<double>(n_items), norm = lml;
  std::vector<std::int32_t> iterations = zeros<std::int32_t>(n_items), status = iterations;
  const MaximizeLmlArgs args{.table = &view,
                             .n_items = n_items,
                             .rows = rows.view.data(),
                             .scaled = inputs.view(slot),
                             .kernel = kernel_of(model),
                             .mean = model.mean,
                             .noise_variance = {model.noise.data(), 0},
                             .signal_variance = {model.signal.data(), 0},
                             .per_feature = search.per_feature,
                             .n_restarts = {&search.n_restarts, 0},
                             .random = {seeds.data(), seeds.data(), folds.data()},
                             .theta = {theta.data(), view.d + 3},
                             .log_marginal_likelihood = {lml.data(), 1},
                             .gradient_norm = {norm.data(), 1},
                             .iterations = {iterations.data(), 1},
                             .status = status.data()};
  EXPECT_EQ(model.backend->maximize_lml(&args), 0) << model.backend->last_error();
  std::vector<GpTuned> found;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto first = theta.begin() + static_cast<std::int64_t>(i) * (view.d + 3);
    found.push_back({{first, first + view.d + 3}, lml[i], norm[i], iterations[i], status[i]});
  }
  return found;
}

GpAnswers gp_of_seeds(const Table& table, const std::vector<Rows>& folds, std::int64_t n_folds, const GpModel& model) {
  const TableView view = table.view();
  const std::vector<Rows> all{{counting(table.y().size()), {}}};
  return by_folds(view, RowViews(table, folds), n_folds, Inputs(view, RowViews(table, all), model), model);
}

}  // namespace kilofold::test
