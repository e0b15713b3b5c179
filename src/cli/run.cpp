// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "cli/progress.hpp"
#include "cli/signals.hpp"
#include "cli/study.hpp"
#include "cli/verbs.hpp"
#include "kilofold/store.hpp"

namespace kilofold::cli {
namespace {

constexpr int some_fits_failed = 3;
constexpr int stopped_early = 75;
constexpr double longest_checkpoint = 600;                    // seconds
constexpr std::size_t most_pending = std::size_t{256} << 20;  // bytes of predictions that may wait for a checkpoint

/// Collects finished cells and commits them every checkpoint; the interval doubles up to ten minutes.
class Checkpoints {
 public:
  Checkpoints(Store& store, double seconds) : store_(store), interval_(seconds), next_(seconds) {}

  void add(std::vector<CellBlock> blocks) {
    for (CellBlock& block : blocks) {
      bytes_ += block.prediction.size() * sizeof(double);
      pending_.push_back(std::move(block));
    }
  }

  void tick(double elapsed) {
    if (elapsed < next_ && bytes_ < most_pending) return;
    flush();
    interval_ = std::min(2 * interval_, longest_checkpoint);
    next_ = elapsed + interval_;
  }

  void flush() {
    if (!pending_.empty()) store_.commit(pending_);
    pending_.clear();
    bytes_ = 0;
  }

 private:
  Store& store_;
  double interval_;
  double next_;
  std::size_t bytes_ = 0;
  std::vector<CellBlock> pending_;
};

Executed execute_and_store(const Plan& plan, const Study& study, const Device& device, const Options& options,
                           Store& store) {
  ProgressLine line(study.spec.name, options.quiet);
  Checkpoints checkpoints(store, study.spec.run.checkpoint_seconds);
  ExecuteHooks hooks;
  const CellSet before = store.committed();  // commits go on while threads ask
  if (before.size() > 0)
    hooks.is_done = [&before](ModelId model, std::int64_t trial, std::int32_t seed) {
      return before.contains(model, trial, seed);
    };
  hooks.on_cells = [&checkpoints](std::vector<CellBlock> blocks) { checkpoints.add(std::move(blocks)); };
  hooks.on_progress = [&](const Progress& progress) {
    checkpoints.tick(progress.elapsed);
    line.show(progress);
  };
  hooks.stop = stop_on_signals();
  ExecuteOptions wanted = options.execute;
  if (wanted.threads == 0) wanted.threads = study.spec.run.threads;
  const Executed executed = execute(plan, study.data, *device.backend, wanted, hooks);
  checkpoints.flush();
  line.finish();
  return executed;
}

void say_what_was_done(const Executed& executed, const Plan& plan, const Store& store, bool quiet) {
  if (quiet) return;
  const auto fits_of = [&](std::int64_t cells) {
    return store.committed().total() == 0
               ? 0
               : cells * (plan.n_fits / std::max<std::int64_t>(1, store.committed().total()));
  };
  const std::int64_t before = store.committed().size() - executed.cells;
  fmt::print(stderr, "{} cells ({} fits) in {}", executed.cells, fits_of(executed.cells),
             duration_text(executed.seconds));
  if (before > 0) fmt::print(stderr, "; {} were there already", before);
  fmt::print(stderr, "\n");
  if (executed.failed_fits > 0)
    fmt::print(stderr, "{} fits failed numerically: their status is stored, their predictions are NaN\n",
               executed.failed_fits);
}

}  // namespace

int run(const Options& options) {
  const Study study = read_study(options);
  const Plan plan = make_plan(lower(study.spec, study.data), all_rules(), options.switches);
  const Device device =
      open_device(options.device.empty() ? study.spec.run.device : options.device, plan, cpu_backend());
  const std::string path = options.output.empty() ? study.spec.output.file : options.output;
  if (options.fresh) Store::remove(path);
  Store store(path, header(study, plan, device, options.overrides));

  if (!options.quiet)
    fmt::print(stderr, "{}: {} trials x {} seeds, {} fits on {}; {} cells, {} done\n", study.spec.name, plan.n_trials,
               study.spec.cv.seeds.size(), plan.n_fits, device.description, store.committed().total(),
               store.committed().size());
  const Executed executed = execute_and_store(plan, study, device, options, store);
  say_what_was_done(executed, plan, store, options.quiet);

  if (store.committed().size() < store.committed().total()) {
    const bool whole_shard = executed.complete && options.execute.shard_count > 1;
    fmt::print(stderr, "{} of {} cells are safe in {}.parts; {}\n", store.committed().size(), store.committed().total(),
               path, whole_shard ? "next: kilofold merge " + path : "run the same command again to go on");
    return whole_shard ? 0 : stopped_early;
  }
  store.merge();
  fmt::print("{}\n", std::filesystem::absolute(path).string());
  if (!options.quiet) fmt::print(stderr, "next: kilofold report {}\n", path);
  return executed.failed_fits > 0 ? some_fits_failed : 0;
}

}  // namespace kilofold::cli
