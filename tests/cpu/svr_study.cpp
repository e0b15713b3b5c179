// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cpu/svr_study.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace kilofold::test {
namespace {

std::vector<std::int32_t> equal_sets(const Table& table, const Rows& rows) {
  std::map<std::vector<double>, std::int32_t> number;
  std::vector<std::int32_t> sets;
  for (const std::int32_t row : rows.train) {
    std::vector<double> x;
    for (std::int64_t f = 0; f < table.X().cols(); ++f) x.push_back(table.X()(row, f));
    sets.push_back(number.try_emplace(x, static_cast<std::int32_t>(number.size())).first->second);
  }
  return sets;
}

ScaledInputs inputs_of(const Standardized& in, const std::vector<std::int32_t>& slot) {
  return {.slot = slot.data(),
          .ld_train = in.ld_train,
          .ld_held_out = in.ld_held_out,
          .replicates = Replicates::keep,
          .X_train = {in.X_train.data(), in.ld_train * in.d},
          .X_held_out = {in.X_held_out.data(), in.ld_held_out * in.d},
          .y_train = {in.y_train.data(), in.ld_train},
          .count = {},
          .within = {},
          .centre = {in.centre.data(), in.d + 1},
          .scale = {in.scale.data(), in.d + 1}};
}

}  // namespace

SvrFits svr(const Table& table, const std::vector<Rows>& items, const SvrKernel& kernel,
            const std::vector<SvrLane>& lanes, Sets sets, Scaling target, const SvrCallLimits& limits) {
  const Standardized in = standardized(table, items, Scaling::zscore, target);
  const std::size_t n_items = items.size(), n_lanes = lanes.size(), fits = n_items * n_lanes;
  const TableView view = table.view();
  std::vector<RowSetView> rows = views(items);
  std::vector<std::vector<std::int32_t>> numbers;
  for (const Rows& item : items) numbers.push_back(equal_sets(table, item));
  for (std::size_t i = 0; i < n_items; ++i) {
    rows[i].replicate = sets == Sets::found ? numbers[i].data() : nullptr;
    rows[i].n_unique = *std::max_element(numbers[i].begin(), numbers[i].end()) + 1;
  }
  std::vector<std::int32_t> slot(n_items);
  std::iota(slot.begin(), slot.end(), 0);
  std::vector<double> C, epsilon;
  for (const SvrLane& lane : lanes) {
    C.push_back(lane.C);
    epsilon.push_back(lane.epsilon);
  }
  const auto kernel_number = static_cast<double>(kernel.kernel);
  const auto stride = static_cast<std::int64_t>(n_lanes);
  std::vector<double> prediction(fits * static_cast<std::size_t>(in.ld_held_out)), gap(fits), margin(fits), cond(fits),
      correction(fits);
  std::vector<std::int32_t> iterations(fits), n_support(fits), status(fits, -1);
  const SvrPathArgs args{.table = &view,
                         .n_items = static_cast<std::int64_t>(n_items),
                         .n_lanes = stride,
                         .rows = rows.data(),
                         .scaled = inputs_of(in, slot),
                         .kernel = {&kernel_number, 0},
                         .gamma = {&kernel.gamma, 0},
                         .coef0 = {&kernel.coef0, 0},
                         .degree = {&kernel.degree, 0},
                         .max_iter = {&limits.max_iter, 0},
                         .C = {C.data(), 0},
                         .epsilon = {epsilon.data(), 0},
                         .fit_time_limit = limits.fit_time,
                         .prediction = {prediction.data(), stride * in.ld_held_out},
                         .gap = {gap.data(), stride},
                         .margin = {margin.data(), stride},
                         .cond = {cond.data(), stride},
                         .correction = {correction.data(), stride},
                         .iterations = {iterations.data(), stride},
                         .n_support = {n_support.data(), stride},
                         .status = status.data()};
  EXPECT_EQ(cpu_backend().svr_path(&args), 0) << cpu_backend().last_error();

  SvrFits out;
  for (std::size_t i = 0; i < n_items; ++i) {
    out.prediction.emplace_back();
    out.status.emplace_back();
    out.certificate.emplace_back();
    out.iterations.emplace_back();
    for (std::size_t l = 0; l < n_lanes; ++l) {
      const std::size_t at = i * n_lanes + l;
      const double* const first = prediction.data() + at * static_cast<std::size_t>(in.ld_held_out);
      out.prediction.back().emplace_back(first, first + items[i].held_out.size());
      out.status.back().push_back(status[at]);
      out.iterations.back().push_back(iterations[at]);
      out.certificate.back().push_back(
          {gap[at], margin[at], cond[at], correction[at], static_cast<double>(n_support[at])});
    }
  }
  return out;
}

SvrFits svr_alone(const Table& table, const Rows& rows, const SvrKernel& kernel, const SvrLane& lane) {
  return svr(table, {rows}, kernel, {lane});
}

std::vector<SvrLane> grid(const std::vector<double>& C, const std::vector<double>& epsilon) {
  std::vector<SvrLane> lanes;
  for (const double c : C)
    for (const double e : epsilon) lanes.push_back({c, e});
  return lanes;
}

std::vector<double> geometric(double low, double high, int n) {
  std::vector<double> values;
  for (int i = 0; i < n; ++i) values.push_back(std::pow(10.0, low + (high - low) * i / (n - 1)));
  return values;
}

}  // namespace kilofold::test
