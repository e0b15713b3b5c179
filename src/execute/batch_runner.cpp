// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "execute/batch_runner.hpp"

#include <algorithm>
#include <limits>
#include <memory>

#include "kilofold/core/metrics.hpp"

namespace kilofold {
namespace {

constexpr std::int64_t fits_a_tile = 2048;  // keeps a tile's values within a core's cache for studies of the usual size
constexpr double most_value_bytes = 24 << 20;                   // of intermediate values: matrices stay near the core
constexpr std::size_t most_tile_bytes = std::size_t{64} << 20;  // of predictions: a unit may have any number of lanes
constexpr std::size_t n_fold_metrics = 3;
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

CellBlock& block_of(std::vector<CellBlock>& blocks, ModelId model) {
  const auto found = std::ranges::find(blocks, model, &CellBlock::model);
  if (found != blocks.end()) return *found;
  blocks.emplace_back().model = model;
  return blocks.back();
}

}  // namespace

BatchRunner::BatchRunner(const Plan& plan, const Schedule& schedule, const StudyData& study, const Backend& backend,
                         std::function<bool()> stopping)
    : plan_(plan),
      schedule_(schedule),
      study_(study),
      backend_(backend),
      stopping_(std::move(stopping)),
      pool_(backend),
      items_(plan.nodes.size()) {
  for (const PlanGroup& group : plan.groups) most_folds_ = std::max(most_folds_, group.group.n_folds);
  const auto bytes_a_cell = sizeof(double) * static_cast<std::size_t>(plan.n_samples);
  most_cells_ = std::max<std::size_t>(1, most_tile_bytes / bytes_a_cell);
}

Finished BatchRunner::run(const BatchRange& batch) {
  const UnitIndex& units = schedule_.units(batch.family);
  Finished finished;
  std::vector<std::int64_t> slots;
  std::vector<GroupId> members;
  std::int64_t fits = 0;
  const double unit_bytes = plan_.families[batch.family].unit_bytes;
  const auto is_full = [&] {
    return fits >= fits_a_tile || static_cast<double>(slots.size() + 1) * unit_bytes > most_value_bytes;
  };
  const auto flush = [&] {
    if (!slots.empty()) run_units(slots, members, batch.family, finished);
    finished.planned_seconds += schedule_.unit_seconds(batch.family) * static_cast<double>(slots.size());
    slots.clear();
    fits = 0;
  };
  for (std::int64_t slot = batch.begin; slot < batch.end; ++slot) {
    if (schedule_.is_done(batch.family, slot)) continue;
    std::vector<GroupId> groups = units.members(slot);
    if (groups.empty()) continue;
    if (groups != members || is_full()) flush();
    if (stopping_()) {
      finished.cut_short = true;
      return finished;
    }
    members = std::move(groups);
    slots.push_back(slot);
    for (GroupId id : members) fits += units.n_points(slot, id);
  }
  flush();
  return finished;
}

void BatchRunner::run_units(const std::vector<std::int64_t>& slots, const std::vector<GroupId>& members,
                            std::size_t family, Finished& finished) {
  auto tile = std::make_unique<Tile>(plan_, study_, backend_, pool_, items_);
  std::vector<Cell> cells;
  std::size_t n_fits = 0;
  const auto evaluate = [&] {
    tile->run();
    for (const Cell& cell : cells) append_cell(*tile, cell, finished);
    tile = std::make_unique<Tile>(plan_, study_, backend_, pool_, items_);
    cells.clear();
    n_fits = 0;
  };
  for (std::int64_t slot : slots)
    for (GroupId id : members)
      schedule_.units(family).visit(slot, id, [&](const UnitPoint& point) {
        if (schedule_.is_done(id, point)) return;
        if (point.fold == 0) {
          if (cells.size() == most_cells_) evaluate();
          cells.push_back({id, schedule_.trial_in_model(id, point), point.seed, n_fits});
        }
        tile->add(id, point);
        ++n_fits;
      });
  evaluate();
}

void BatchRunner::extend(CellBlock& block, const Group& group) const {
  const auto n = static_cast<std::size_t>(plan_.n_samples);
  const auto k = static_cast<std::size_t>(most_folds_);
  block.prediction.resize(block.prediction.size() + n, nan);
  block.fold_metric.resize(block.fold_metric.size() + k * n_fold_metrics, nan);
  block.status.resize(block.status.size() + k, -1);
  if (group.has_sd) block.sd.resize(block.sd.size() + n, nan);
  block.diagnostic.resize(block.diagnostic.size() + k * group.diagnostics.size(),
                          std::numeric_limits<float>::quiet_NaN());
}

void BatchRunner::append_fit(const Tile& tile, std::size_t n, const Group& group, std::int32_t fold_number,
                             CellBlock& block) {
  const auto n_samples = static_cast<std::size_t>(plan_.n_samples);
  const auto k = static_cast<std::size_t>(most_folds_);
  const auto fold = static_cast<std::size_t>(fold_number);
  const Tile::Prediction fit = tile.prediction(n);
  const std::vector<std::int32_t>& rows = study_.held_out(group.fold, block.seed.back(), fold_number);
  double* predicted = block.prediction.data() + block.prediction.size() - n_samples;
  truth_.clear();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    predicted[rows[i]] = fit.values[i];
    truth_.push_back(study_.y()[static_cast<std::size_t>(rows[i])]);
  }
  if (group.has_sd && fit.sd != nullptr) {
    double* sd = block.sd.data() + block.sd.size() - n_samples;
    for (std::size_t i = 0; i < rows.size(); ++i) sd[rows[i]] = fit.sd[i];
  }
  const Metrics metrics = score(truth_, {fit.values, rows.size()});
  double* fold_metric = block.fold_metric.data() + block.fold_metric.size() - (k - fold) * n_fold_metrics;
  if (plan_.splitting.splitter != Splitter::leave_one_out) {  // a fold of one row has an error and no statistics
    fold_metric[0] = metrics.mae;
    fold_metric[1] = metrics.rmse;
    fold_metric[2] = metrics.r2;
  }
  block.status[block.status.size() - k + fold] = fit.status;
  float* diagnostic = block.diagnostic.data() + block.diagnostic.size() - k * group.diagnostics.size();
  for (std::size_t d = 0; d < group.diagnostics.size(); ++d)
    diagnostic[d * k + fold] = tile.diagnostic(n, group.diagnostics[d]);
}

void BatchRunner::append_cell(const Tile& tile, const Cell& cell, Finished& finished) {
  const Group& group = plan_.groups[static_cast<std::size_t>(cell.group.value)].group;
  CellBlock& block = block_of(finished.blocks, group.model);
  block.trial.push_back(cell.trial);
  block.seed.push_back(cell.seed);
  extend(block, group);
  for (std::int32_t fold = 0; fold < group.n_folds; ++fold)
    append_fit(tile, cell.first_fit + static_cast<std::size_t>(fold), group, fold, block);
  const auto n = static_cast<std::size_t>(plan_.n_samples);
  const Metrics pooled = score(study_.y(), {block.prediction.data() + block.prediction.size() - n, n});
  block.metric.insert(block.metric.end(), {pooled.mae, pooled.rmse, pooled.r2, pooled.r2_eq13});
  for (std::int32_t fold = 0; fold < group.n_folds; ++fold) {
    const auto at = block.status.size() - static_cast<std::size_t>(most_folds_ - fold);
    finished.failed_fits += failed(static_cast<FitStatus>(block.status[at])) ? 1 : 0;
  }
  ++finished.cells;
  finished.fits += group.n_folds;
}

}  // namespace kilofold
