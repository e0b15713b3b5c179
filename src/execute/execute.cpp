// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "kilofold/execute.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <deque>
#include <exception>
#include <limits>
#include <mutex>
#include <thread>

#include "execute/tile.hpp"
#include "kilofold/core/metrics.hpp"

namespace kilofold {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::int64_t fits_per_tile =
    2048;                                 // keeps a tile's values within a core's cache for studies of the usual size
constexpr std::size_t most_waiting = 64;  // finished batches that may wait for the writer
constexpr std::size_t n_metrics = 4;
constexpr std::size_t n_fold_metrics = 3;

/// A run of slots of one family.
struct BatchRange {
  std::size_t family;
  std::int64_t begin;
  std::int64_t end;
};

/// What a worker hands back.
struct Finished {
  std::vector<CellBlock> blocks;
  std::int64_t cells = 0;
  std::int64_t fits = 0;
  std::int64_t failed_fits = 0;
  double planned_seconds = 0;
};

class Run {
 public:
  Run(const Plan& plan, const Dataset& data, const Backend& backend, const ExecuteOptions& options,
      const ExecuteHooks& hooks)
      : plan_(plan), options_(options), hooks_(hooks), backend_(backend), study_(plan, data, backend) {
    executed_.items.resize(plan.nodes.size());
    for (const Family& family : plan.families) units_.push_back(std::make_unique<UnitIndex>(plan, family));
    std::vector<std::int64_t> trials_before(plan.groups.size() + 1, 0);
    for (const PlanGroup& group : plan.groups) {
      const auto model = static_cast<std::size_t>(group.group.model.value);
      if (trials_before.size() <= model) trials_before.resize(model + 1, 0);
      first_trial_.push_back(trials_before[model]);
      trials_before[model] += group.group.n_trials;
      most_folds_ = std::max(most_folds_, group.group.n_folds);
    }
    lay_out_batches();
  }

  Executed run();

 private:
  /// One (trial, seed) of a tile; its folds are consecutive fits.
  struct Cell {
    GroupId group;
    std::int64_t trial;
    std::int32_t seed;
    std::size_t first_fit;
  };

  void lay_out_batches();
  void mark_done_units(std::size_t family);
  void work();
  bool next_batch(BatchRange& batch);
  Finished run_batch(const BatchRange& batch, BufferPool& pool, std::vector<std::int64_t>& items);
  void run_tile(const std::vector<std::int64_t>& slots, const std::vector<GroupId>& groups, std::size_t family,
                BufferPool& pool, std::vector<std::int64_t>& items, Finished& finished);
  void append_cell(const Group& group, const Tile& tile, const Cell& cell, CellBlock& block, Finished& finished);
  /// Index of a point's trial within its model entry.
  std::int64_t trial_in_model(GroupId id, const UnitPoint& point) const {
    return first_trial_[static_cast<std::size_t>(id.value)] + point.trial;
  }
  bool is_done(GroupId id, const UnitPoint& point) const {
    return hooks_.is_done && hooks_.is_done(plan_.groups[static_cast<std::size_t>(id.value)].group.model,
                                            trial_in_model(id, point), point.seed);
  }
  bool stopping() const { return failed_.load() || (hooks_.stop != nullptr && hooks_.stop->load()); }
  void report(Clock::time_point start);

  const Plan& plan_;
  const ExecuteOptions& options_;
  const ExecuteHooks& hooks_;
  const Backend& backend_;
  StudyData study_;
  std::vector<std::unique_ptr<UnitIndex>> units_;
  std::vector<std::int64_t> first_trial_;     ///< by group, within its model
  std::vector<std::vector<bool>> unit_done_;  ///< by family and slot; empty: none is
  std::int32_t most_folds_ = 0;

  std::vector<std::pair<std::size_t, std::int64_t>> family_batches_;  ///< family, batches of it
  std::vector<std::int64_t> units_per_batch_;
  std::int64_t n_batches_ = 0;
  std::int64_t next_ = 0;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Finished> waiting_;
  std::int64_t working_ = 0;
  std::int64_t cells_handed_over_ = 0;
  std::exception_ptr error_;
  std::atomic<bool> failed_ = false;
  std::atomic<bool> cut_short_ = false;  ///< stopped with work left
  Progress progress_;
  Executed executed_;
};

void Run::mark_done_units(std::size_t f) {
  const Family& family = plan_.families[f];
  std::vector<bool> done(static_cast<std::size_t>(family.n_slots));
  const double unit_seconds = family.seconds / static_cast<double>(family.n_slots);
  for (std::int64_t slot = 0; slot < family.n_slots; ++slot) {
    std::int64_t missing = 0;
    for (GroupId id : units_[f]->members(slot))
      units_[f]->visit(slot, id, [&](const UnitPoint& point) { missing += point.fold == 0 && !is_done(id, point); });
    done[static_cast<std::size_t>(slot)] = missing == 0;
    progress_.cells_total += missing;
    if (missing > 0) progress_.planned_total += unit_seconds;
  }
  unit_done_.push_back(std::move(done));
}

void Run::lay_out_batches() {
  for (std::size_t f = 0; f < plan_.families.size(); ++f) {
    const Family& family = plan_.families[f];
    const std::int64_t units = options_.units_per_batch > 0 ? options_.units_per_batch : family.units_per_batch;
    units_per_batch_.push_back(units);
    const std::int64_t batches = (family.n_slots + units - 1) / units;
    family_batches_.emplace_back(f, batches);
    n_batches_ += batches;
    if (hooks_.is_done) {
      mark_done_units(f);
    } else {
      progress_.planned_total += family.seconds;
      for (GroupId id : family.groups) {
        const Group& group = plan_.groups[static_cast<std::size_t>(id.value)].group;
        progress_.cells_total += group.grid.size() / group.n_folds;
      }
    }
  }
  if (options_.shard_count > 1) {
    progress_.cells_total /= options_.shard_count;
    progress_.planned_total /= options_.shard_count;
  }
  next_ = options_.shard_index;
}

bool Run::next_batch(BatchRange& batch) {
  const std::lock_guard lock(mutex_);
  if (next_ >= n_batches_) return false;
  if (stopping() || (options_.limit > 0 && cells_handed_over_ >= options_.limit)) {
    cut_short_ = true;
    return false;
  }
  std::int64_t number = next_;
  next_ += options_.shard_count;
  for (const auto& [family, batches] : family_batches_) {
    if (number < batches) {
      const std::int64_t units = units_per_batch_[family];
      batch = {family, number * units, std::min((number + 1) * units, plan_.families[family].n_slots)};
      return true;
    }
    number -= batches;
  }
  return false;
}

void Run::append_cell(const Group& group, const Tile& tile, const Cell& cell, CellBlock& block, Finished& finished) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto n = static_cast<std::size_t>(plan_.n_samples);
  const auto k = static_cast<std::size_t>(most_folds_);
  const std::size_t at = block.prediction.size();
  block.trial.push_back(cell.trial);
  block.seed.push_back(cell.seed);
  block.prediction.resize(at + n, nan);
  block.fold_metric.resize(block.fold_metric.size() + k * n_fold_metrics, nan);
  block.status.resize(block.status.size() + k, -1);
  double* predicted = block.prediction.data() + at;
  double* fold_metric = block.fold_metric.data() + block.fold_metric.size() - k * n_fold_metrics;
  std::int32_t* status = block.status.data() + block.status.size() - k;

  std::vector<double> truth;
  for (std::int32_t fold = 0; fold < group.n_folds; ++fold) {
    const Tile::Prediction fit = tile.prediction(cell.first_fit + static_cast<std::size_t>(fold));
    const std::vector<std::int32_t>& rows = study_.held_out(group.fold, cell.seed, fold);
    truth.clear();
    for (std::size_t i = 0; i < rows.size(); ++i) {
      predicted[rows[i]] = fit.values[i];
      truth.push_back(study_.y()[static_cast<std::size_t>(rows[i])]);
    }
    const Metrics metrics = score(truth, {fit.values, rows.size()});
    double* out = fold_metric + static_cast<std::size_t>(fold) * n_fold_metrics;
    out[0] = metrics.mae;
    out[1] = metrics.rmse;
    out[2] = metrics.r2;
    status[fold] = fit.status;
    finished.failed_fits += kilofold::failed(static_cast<FitStatus>(fit.status)) ? 1 : 0;
  }
  const Metrics pooled = score(study_.y(), {predicted, n});
  block.metric.insert(block.metric.end(), {pooled.mae, pooled.rmse, pooled.r2, pooled.r2_eq13});
  ++finished.cells;
  finished.fits += group.n_folds;
}

void Run::run_tile(const std::vector<std::int64_t>& slots, const std::vector<GroupId>& groups, std::size_t family,
                   BufferPool& pool, std::vector<std::int64_t>& items, Finished& finished) {
  Tile tile(plan_, study_, backend_, pool, items);
  std::vector<Cell> cells;
  std::size_t n_fits = 0;
  for (std::int64_t slot : slots)
    for (GroupId id : groups)
      units_[family]->visit(slot, id, [&](const UnitPoint& point) {
        if (is_done(id, point)) return;
        if (point.fold == 0) cells.push_back({id, trial_in_model(id, point), point.seed, n_fits});
        tile.add(id, point);
        ++n_fits;
      });
  tile.run();

  for (const Cell& cell : cells) {
    const Group& group = plan_.groups[static_cast<std::size_t>(cell.group.value)].group;
    auto block = std::ranges::find(finished.blocks, group.model, &CellBlock::model);
    if (block == finished.blocks.end()) {
      finished.blocks.push_back({});
      block = finished.blocks.end() - 1;
      block->model = group.model;
    }
    append_cell(group, tile, cell, *block, finished);
  }
}

Finished Run::run_batch(const BatchRange& batch, BufferPool& pool, std::vector<std::int64_t>& items) {
  const Family& family = plan_.families[batch.family];
  const double unit_seconds = family.seconds / static_cast<double>(family.n_slots);
  Finished finished;
  std::vector<std::int64_t> slots;
  std::vector<GroupId> groups;
  std::int64_t fits = 0;
  const auto flush = [&] {
    if (!slots.empty()) run_tile(slots, groups, batch.family, pool, items, finished);
    finished.planned_seconds += unit_seconds * static_cast<double>(slots.size());
    slots.clear();
    fits = 0;
  };
  for (std::int64_t slot = batch.begin; slot < batch.end; ++slot) {
    if (!unit_done_.empty() && unit_done_[batch.family][static_cast<std::size_t>(slot)]) continue;
    std::vector<GroupId> members = units_[batch.family]->members(slot);
    if (members.empty()) continue;
    if (members != groups || fits >= fits_per_tile) flush();
    if (stopping()) {
      cut_short_ = true;
      return finished;
    }
    groups = std::move(members);
    slots.push_back(slot);
    for (GroupId id : groups) fits += units_[batch.family]->n_points(slot, id);
  }
  flush();
  return finished;
}

void Run::work() {
  BufferPool pool(backend_);
  std::vector<std::int64_t> items(plan_.nodes.size());
  try {
    BatchRange batch{};
    while (next_batch(batch)) {
      Finished finished = run_batch(batch, pool, items);
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return waiting_.size() < most_waiting || failed_.load(); });
      cells_handed_over_ += finished.cells;
      waiting_.push_back(std::move(finished));
      changed_.notify_all();
    }
  } catch (...) {
    const std::lock_guard lock(mutex_);
    if (!error_) error_ = std::current_exception();
    failed_ = true;
  }
  const std::lock_guard lock(mutex_);
  for (std::size_t n = 0; n < items.size(); ++n) executed_.items[n] += items[n];
  --working_;
  changed_.notify_all();
}

void Run::report(Clock::time_point start) {
  progress_.elapsed = std::chrono::duration<double>(Clock::now() - start).count();
  if (hooks_.on_progress) hooks_.on_progress(progress_);
}

Executed Run::run() {
  const auto start = Clock::now();
  const auto cores = static_cast<std::int32_t>(std::max(1U, std::thread::hardware_concurrency()));
  working_ = options_.threads > 0 ? options_.threads : cores;
  std::vector<std::jthread> threads;
  for (std::int64_t t = working_; t > 0; --t) threads.emplace_back([this] { work(); });

  std::unique_lock lock(mutex_);
  while (working_ > 0 || !waiting_.empty()) {
    changed_.wait_for(lock, std::chrono::milliseconds(100), [&] { return !waiting_.empty() || working_ == 0; });
    std::deque<Finished> batches = std::exchange(waiting_, {});
    changed_.notify_all();
    lock.unlock();
    try {
      for (Finished& finished : batches) {
        executed_.cells += finished.cells;
        executed_.failed_fits += finished.failed_fits;
        progress_.cells_done += finished.cells;
        progress_.fits_done += finished.fits;
        progress_.planned_done += finished.planned_seconds;
        if (hooks_.on_cells && !finished.blocks.empty()) hooks_.on_cells(std::move(finished.blocks));
      }
      report(start);
    } catch (...) {
      lock.lock();
      if (!error_) error_ = std::current_exception();
      failed_ = true;
      waiting_.clear();
      changed_.notify_all();
      continue;
    }
    lock.lock();
  }
  lock.unlock();
  threads.clear();
  if (error_) std::rethrow_exception(error_);
  executed_.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  executed_.complete = !cut_short_.load();
  return executed_;
}

}  // namespace

Executed execute(const Plan& plan, const Dataset& data, const Backend& backend, const ExecuteOptions& options,
                 const ExecuteHooks& hooks) {
  KILOFOLD_EXPECT(options.shard_count >= 1 && options.shard_index >= 0 && options.shard_index < options.shard_count);
  return Run(plan, data, backend, options, hooks).run();
}

}  // namespace kilofold
