// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "execute/batch_runner.hpp"

#include <algorithm>
#include <limits>
#include <memory>

#include "kilofold/backend/leave.hpp"
#include "kilofold/core/metrics.hpp"

namespace kilofold {
namespace {

// Of a tile on the CPU: its values stay within a core's cache for studies of the usual size, matrices near the core.
constexpr std::int64_t fits_on_cpu = 2048;
constexpr double value_bytes_on_cpu = 24 << 20;
constexpr std::size_t predictions_on_cpu = std::size_t{64} << 20;  // a unit may have any number of lanes
// On a device: as many as its memory holds and the host can take in.
constexpr std::int64_t fits_on_device = std::int64_t{1} << 20;
constexpr std::size_t predictions_on_device = std::size_t{256} << 20;
constexpr double tiles_under_way = 2;  // of one, the results alone
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

CellBlock& block_of(std::vector<CellBlock>& blocks, ModelId model) {
  const auto found = std::ranges::find(blocks, model, &CellBlock::model);
  if (found != blocks.end()) return *found;
  blocks.emplace_back().model = model;
  return blocks.back();
}

}  // namespace

BatchRunner::BatchRunner(const Plan& plan, const Schedule& schedule, const StudyData& study, const Backend& backend,
                         const ExecuteOptions& options, std::function<bool()> stopping)
    : plan_(plan),
      schedule_(schedule),
      study_(study),
      backend_(backend),
      fit_time_limit_(options.fit_time_limit),
      stopping_(std::move(stopping)),
      pools_(backend),
      items_(plan.nodes.size()),
      limits_(first_limits(options.memory)) {
  for (const PlanGroup& group : plan.groups) most_folds_ = std::max(most_folds_, group.group.n_folds);
}

BatchRunner::Limits BatchRunner::first_limits(double memory) const {
  const auto n = static_cast<std::size_t>(plan_.n_samples);
  const auto cells = [&](std::size_t bytes) {
    return std::vector(plan_.families.size(), std::max<std::size_t>(1, bytes / (n * sizeof(double))));
  };
  if (backend_.memory == nullptr) return {fits_on_cpu, value_bytes_on_cpu, 0, cells(predictions_on_cpu)};
  std::size_t free_bytes = 0;
  std::size_t total_bytes = 0;
  if (backend_.memory(&free_bytes, &total_bytes) != 0) throw MachineError(backend_.last_error());
  const double held_out = static_cast<double>(n) / plan_.groups.front().group.n_folds;
  return {fits_on_device, memory * static_cast<double>(free_bytes), tiles_under_way * 2 * sizeof(double) * held_out,
          cells(predictions_on_device)};
}

bool BatchRunner::is_full(const Units& units, std::int64_t fits) const {
  const double values = static_cast<double>(units.slots.size() + 1) * plan_.families[units.family].unit_bytes;
  return fits >= limits_.fits || values + static_cast<double>(fits) * limits_.fit_bytes > limits_.value_bytes;
}

void BatchRunner::run(std::span<const BatchRange> batches, FoldShare share, std::function<void(Finished)> hand_over) {
  calls_.push_back({{}, Selection(plan_, study_), share, std::move(hand_over)});
  Finished& finished = calls_.back().finished;
  Units units{batches.front().family};
  const UnitIndex& index = schedule_.units(units.family);
  std::int64_t fits = 0;
  const auto flush = [&] {
    if (!units.slots.empty()) run_cells(units, {0, std::numeric_limits<std::int64_t>::max()});
    finished.planned_seconds += schedule_.unit_seconds(units.family) * static_cast<double>(units.slots.size());
    units.slots.clear();
    fits = 0;
  };
  const auto take_slots = [&](const BatchRange& batch) {
    for (const std::int64_t slot : batch.slots) {
      if (schedule_.is_done(batch.family, slot)) continue;
      std::vector<GroupId> members = index.members(slot);
      if (members.empty()) continue;
      if (members != units.members || is_full(units, fits)) flush();
      if (stopping_()) return false;
      units.members = std::move(members);
      units.slots.push_back(slot);
      for (GroupId id : units.members) fits += index.n_points(slot, id);
    }
    return true;
  };
  try {
    finished.cut_short = !std::ranges::all_of(batches, take_slots);
    if (!finished.cut_short) flush();
  } catch (const Stopped&) {
    finished.cut_short = true;
  }
  calls_.back().ended = true;
  if (!under_way_ || backend_.begin_download == nullptr) drain();
}

void BatchRunner::drain() {
  if (under_way_) {
    const UnderWay last = std::move(*under_way_);
    under_way_.reset();
    last.tile->finish();
    collect(*last.tile, last.cells, calls_.front());
  }
  while (!calls_.empty() && calls_.front().ended) {
    if (!calls_.front().finished.cut_short) append_chosen(calls_.front());  // else candidates are missing
    Finished finished = std::move(calls_.front().finished);
    const auto hand_over = std::move(calls_.front().hand_over);
    calls_.pop_front();
    hand_over(std::move(finished));
  }
}

std::unique_ptr<Tile> BatchRunner::new_tile() {
  return std::make_unique<Tile>(plan_, study_, backend_, fit_time_limit_, pools_, items_);
}

void BatchRunner::run_cells(const Units& units, CellRange range) {
  auto tile = new_tile();
  std::vector<Cell> cells;
  std::size_t n_fits = 0;
  std::int64_t first = range.begin;  // number of the tile's first cell
  std::int64_t next = 0;
  const auto flush = [&] {
    const std::int64_t end = first + std::ssize(cells);
    evaluate(std::move(tile), std::exchange(cells, {}), units, first);
    first = end;
    tile = new_tile();
    n_fits = 0;
  };
  bool wanted = false;
  const auto take = [&](GroupId id, const UnitPoint& point) {
    if (schedule_.is_done(id, point)) return;
    if (point.fold == 0) {
      wanted = next >= range.begin && next < range.end;
      ++next;
      if (wanted && cells.size() >= limits_.cells[units.family]) flush();
      if (wanted) cells.push_back({id, schedule_.trial_in_model(id, point), point.seed, n_fits, point.trial});
    }
    if (!wanted || !calls_.back().share.contains(point.fold)) return;
    tile->add(id, point);
    ++n_fits;
  };
  for (std::int64_t slot : units.slots)
    for (GroupId id : units.members)
      schedule_.units(units.family).visit(slot, id, [&](const UnitPoint& point) { take(id, point); });
  flush();
}

void BatchRunner::run_tile(std::unique_ptr<Tile> tile, std::vector<Cell> cells) {
  tile->run();
  drain();
  under_way_ = {std::move(tile), std::move(cells)};
  if (backend_.begin_download == nullptr) drain();
}

void BatchRunner::evaluate(std::unique_ptr<Tile> tile, std::vector<Cell> cells, const Units& units,
                           std::int64_t first) {
  const CellRange range{first, first + std::ssize(cells)};
  const bool alone = !under_way_;
  try {
    return run_tile(std::move(tile), std::move(cells));
  } catch (const OutOfMemory&) {
    if (alone && range.end - range.begin <= 1) throw;
  }
  drain();  // what is on its way takes memory too
  run_in_halves(units, range);
}

void BatchRunner::run_in_halves(const Units& units, CellRange range) {
  const std::int64_t n_cells = range.end - range.begin;
  if (units.slots.size() > 1) {
    limits_.value_bytes /= 2;
    limits_.fits = std::max<std::int64_t>(1, limits_.fits / 2);
  } else {
    limits_.cells[units.family] = std::max<std::size_t>(1, static_cast<std::size_t>(n_cells) / 2);
  }
  const std::int64_t middle = range.begin + n_cells / 2;
  if (middle > range.begin) run_cells(units, {range.begin, middle});
  run_cells(units, {middle, range.end});
}

void BatchRunner::make_room(const std::vector<Cell>& cells, std::vector<CellBlock>& blocks) const {
  std::vector<std::size_t> n_cells(plan_.groups.size());
  for (const Cell& cell : cells) ++n_cells[static_cast<std::size_t>(cell.group.value)];
  for (std::size_t g = 0; g < n_cells.size(); ++g) {
    const Group& group = plan_.groups[g].group;
    if (n_cells[g] > 0 && !group.tuning) reserve(block_of(blocks, group.model), group, n_cells[g]);
  }
}

void BatchRunner::reserve(CellBlock& block, const Group& group, std::size_t n_cells) const {
  const auto n = static_cast<std::size_t>(plan_.n_samples);
  const auto k = static_cast<std::size_t>(most_folds_);
  const auto grow = [n_cells](auto& values, std::size_t a_cell) {
    const std::size_t needed = values.size() + n_cells * a_cell;
    if (needed > values.capacity()) values.reserve(std::max(needed, 2 * values.size()));
  };
  grow(block.prediction, n);
  if (group.has_sd) grow(block.sd, n);
  grow(block.fold_metric, k * n_fold_metrics);
  grow(block.status, k);
  grow(block.diagnostic, k * group.diagnostics.size());
}

void BatchRunner::collect(const Tile& tile, const std::vector<Cell>& cells, Call& call) {
  Finished& finished = call.finished;
  make_room(cells, finished.blocks);
  for (const Cell& cell : cells) {
    const Group& group = plan_.groups[static_cast<std::size_t>(cell.group.value)].group;
    if (group.tuning) {
      finished.inner_fits += call.share.count(static_cast<std::int32_t>(group.n_row_sets()));
      call.selection.consider(tile, {cell.group, cell.point_trial, cell.seed, cell.first_fit});
      continue;
    }
    folds_.resize(static_cast<std::size_t>(call.share.count(group.n_folds)));
    for (std::size_t fold = 0; fold < folds_.size(); ++fold) {
      folds_[fold].fit = tile.prediction(cell.first_fit + fold);
      folds_[fold].diagnostic.clear();
      for (const std::string& name : group.diagnostics)
        folds_[fold].diagnostic.push_back(tile.diagnostic(cell.first_fit + fold, name));
    }
    append_cell(cell.group, cell.trial, cell.seed, call);
  }
}

void BatchRunner::append_chosen(Call& call) {
  for (const auto& [key, chosen] : call.selection.chosen()) {
    folds_.resize(chosen.folds.size());
    for (std::size_t fold = 0; fold < folds_.size(); ++fold) {
      const Selection::Fit& best = chosen.folds[fold];
      folds_[fold] = {{best.prediction.data(), best.sd.empty() ? nullptr : best.sd.data(), best.status},
                      best.diagnostic};
    }
    append_cell(chosen.group, std::get<1>(key), std::get<2>(key), call);
  }
}

void BatchRunner::extend(CellBlock& block, const Group& group) const {
  const auto n = static_cast<std::size_t>(plan_.n_samples);
  const auto k = static_cast<std::size_t>(most_folds_);
  block.prediction.resize(block.prediction.size() + n, nan);
  block.metric.resize(block.metric.size() + n_metrics, nan);
  block.fold_metric.resize(block.fold_metric.size() + k * n_fold_metrics, nan);
  block.status.resize(block.status.size() + k, -1);
  if (group.has_sd) block.sd.resize(block.sd.size() + n, nan);
  block.diagnostic.resize(block.diagnostic.size() + k * group.diagnostics.size(),
                          std::numeric_limits<float>::quiet_NaN());
}

void BatchRunner::append_fit(const FoldFit& fold_fit, const Group& group, std::int32_t fold_number, CellBlock& block) {
  const auto n_samples = static_cast<std::size_t>(plan_.n_samples);
  const auto k = static_cast<std::size_t>(most_folds_);
  const auto fold = static_cast<std::size_t>(fold_number);
  const Tile::Prediction& fit = fold_fit.fit;
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
  for (std::size_t d = 0; d < group.diagnostics.size(); ++d) diagnostic[d * k + fold] = fold_fit.diagnostic[d];
}

void BatchRunner::append_cell(GroupId id, std::int64_t trial, std::int32_t seed, Call& call) {
  Finished& finished = call.finished;
  const Group& group = plan_.groups[static_cast<std::size_t>(id.value)].group;
  CellBlock& block = block_of(finished.blocks, group.model);
  block.trial.push_back(trial);
  block.seed.push_back(seed);
  extend(block, group);
  for (std::size_t i = 0; i < folds_.size(); ++i) {
    append_fit(folds_[i], group, call.share.first + static_cast<std::int32_t>(i) * call.share.step, block);
    finished.failed_fits += failed(static_cast<FitStatus>(folds_[i].fit.status)) ? 1 : 0;
  }
  finished.fits += std::ssize(folds_);
  if (group.tuning) finished.inner_fits -= std::ssize(folds_);
  if (call.share.is_whole()) score_pooled(block, block.n_cells() - 1, study_);
  ++finished.cells;
}

}  // namespace kilofold
