// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "cli/best_so_far.hpp"
#include "cli/checkpoints.hpp"
#include "cli/events.hpp"
#include "cli/exit_codes.hpp"
#include "cli/feature_scores.hpp"
#include "cli/folder.hpp"
#include "cli/merge.hpp"
#include "cli/paths.hpp"
#include "cli/progress.hpp"
#include "cli/signals.hpp"
#include "cli/stored_study.hpp"
#include "cli/study.hpp"
#include "cli/values.hpp"
#include "cli/verbs.hpp"
#include "kilofold/core/text.hpp"

namespace kilofold::cli {
namespace {

void declare_machine(Signature& takes) {
  ExecuteOptions& execute = takes.options().execute;
  takes.value("--device", "auto|cpu|cuda[:K]",
              "where to compute, K the number of a GPU from 0 (default: as the spec says, or auto)", read_device,
              "KILOFOLD_DEVICE");
  takes.numerics();
  takes.threads("CPU threads, 0 = all cores (default: as the spec says, or all cores)");
  takes.value("--shard", "i/N|slurm|mpi",
              "run the i-th of N parts, i from 0, or as a batch system numbers this process", read_shard);
  takes.value("--time-limit", "TIME", "stop, state saved, after TIME such as 3h55m (exit 75)", read_time_limit);
  takes.count("--limit", "stop, state saved, once about N (trial, seed) cells are computed (exit 75)", execute.limit);
  takes.count("--batch", "units of work a batch (default: as planned); never changes a bit", execute.units_per_batch);
}

void declare(Signature& takes) {
  Options& options = takes.options();
  takes.spec();
  takes.text("-o,--output", "FILE.h5", "results file (default: output.file of the spec)", options.output);
  takes.flag("--fresh", "discard the results that are there and start over", options.fresh);
  takes.flag("--drop", "drop the cells there of trials or seeds that the spec does not have", options.drop);
  takes.flag("--mix-numerics", "keep cells of other numerics; the file says which cell has which",
             options.mix_numerics);
  declare_machine(takes);
  takes.switches();
  takes.text("--log-json", "LOG.jsonl", "append one JSON object per event: start, progress, commit, end",
             options.event_log);
  takes.flag("-q,--quiet", "no progress, no summary", options.quiet);
  takes.flag("-v,--verbose", "also the rules and every commit", options.verbose);
  takes.exclude("--quiet", "--verbose", "keep the one that is meant");
  takes.exclude("--fresh", "--shard",
                "each shard would discard what the others have computed: remove the old results before they start");
}

/// One run: what is computed, where it goes, and who is told.
class Run {
 public:
  explicit Run(const Options& options)
      : options_(options),
        study_(read_study(options)),
        path_(options.output.empty() ? study_.spec.output.file : options.output),
        placed_(place_study()),
        log_(options.event_log),
        line_(study_.spec.name, options.quiet) {}

  int go() {
    require_writable(path_, "name another file with -o FILE.h5");
    if (options_.fresh) Store::remove(path_);
    StudyHeader study = header(study_, plan_, device_, options_.overrides);
    study.importance = feature_scores(study_.spec, study_.data, study.splits);
    BestSoFar best(study);
    Store store(path_, std::move(study), options_.mix_numerics ? OtherNumerics::keep : OtherNumerics::refuse,
                wanted_threads(), options_.drop ? OtherCells::drop : OtherCells::refuse);
    say_start(store);
    try {
      const Executed executed = compute(store, best);
      const int code = finish(store, executed);
      log_end(executed, code);
      return code;
    } catch (const std::exception& error) {
      line_.clear();
      log_.write("end", {{"reason", "error"}, {"message", error.what()}});
      throw;
    }
  }

 private:
  Placed place_study() {
    const std::string& wanted = options_.device.empty() ? study_.spec.run.device : options_.device;
    return place(wanted, options_.flavour.value_or(study_.spec.flavour), plans_of(study_, options_.switches),
                 cpu_backend(), options_.fresh ? std::nullopt : how_results_began(path_));
  }

  void say_start(const Store& store) {
    log_.write("start", {{"study", study_.spec.name},
                         {"file", path_},
                         {"device", device_.name},
                         {"device_name", device_.description},
                         {"device_reason", device_.reason},
                         {"numerics_library", device_.library},
                         {"trials", plan_.n_trials},
                         {"seeds", study_.spec.cv.seeds.size()},
                         {"fits", plan_.n_fits},
                         {"inner_fits", plan_.n_inner_fits},
                         {"cells", store.committed().total()},
                         {"cells_there", store.committed().size()},
                         {"plan", plan_hash(plan_)}});
    if (options_.quiet) return;
    say("{}: {} trials x {} seeds, {} on {}\n", study_.spec.name, grouped(plan_.n_trials),
        grouped(std::ssize(study_.spec.cv.seeds)), fits_text(plan_.n_fits, plan_.n_inner_fits), device_.description);
    say("device {}{}: {}\n", device_.name, placed_.stays ? ", as these results began" : "", device_.reason);
    if (store.committed().size() > 0)
      say("{} of {} cells are there already\n", grouped(store.committed().size()), grouped(store.committed().total()));
    if (!store.to_drop().empty()) say("to be dropped, with the merge: {}\n", store.to_drop());
    if (store.timed_out().size() > 0)
      say("{} of them hold fits that reached their time limit, and are computed again\n",
          grouped(store.timed_out().size()));
    if (!options_.verbose) return;
    say("rules {}\nplan {}, about {} on one {}\nresults in {}\n", rules_line(plan_), plan_hash(plan_),
        duration_text(plan_.seconds), plan_.switches.priced_for == PricedFor::cuda ? "GPU" : "core", path_);
  }

  Executed compute(Store& store, BestSoFar& best) {
    Checkpoints checkpoints(store, study_.spec.run.checkpoint_seconds,
                            [this](const Commit& commit) { tell_commit(commit); });
    ExecuteHooks hooks;
    const CellSet before = store.committed(), again = store.timed_out();  // commits go on while threads ask
    if (before.size() > 0)
      hooks.is_done = [&](ModelId model, std::int64_t trial, std::int32_t seed) {
        return before.contains(model, trial, seed) && !again.contains(model, trial, seed);
      };
    hooks.on_cells = [&](std::vector<CellBlock> blocks) {
      best.add(blocks);
      checkpoints.add(std::move(blocks));
    };
    hooks.on_progress = [&](const Progress& progress) {
      checkpoints.tick(progress.elapsed);
      line_.show(progress, [&best] { return best.text(); });
      log_.progress(progress);
      watch_time();
    };
    hooks.stop = stop_ = stop_on_signals();
    ExecuteOptions wanted = options_.execute;
    wanted.threads = wanted_threads();
    wanted.device = device_.number;
    wanted.memory = study_.spec.run.memory;
    wanted.fit_time_limit = study_.spec.run.fit_time_limit;
    const Executed executed = [&] {
      try {
        return execute(plan_, study_.data, *device_.backend, wanted, hooks);
      } catch (const MachineError&) {
        save_the_rest(checkpoints);
        throw;
      }
    }();
    line_.note("saving");
    checkpoints.finish();
    line_.clear();
    return executed;
  }

  std::int32_t wanted_threads() const { return options_.threads.value_or(study_.spec.run.threads); }

  /// The machine failed: commit what was whole by then. Where that fails too, the first error is the one to tell.
  static void save_the_rest(Checkpoints& checkpoints) try { checkpoints.flush(); } catch (const std::exception&) {
  }

  void watch_time() {
    const std::chrono::duration<double> gone = std::chrono::steady_clock::now() - begin_;
    if (options_.time_limit == 0 || out_of_time_ || gone.count() < options_.time_limit) return;
    out_of_time_ = true;
    request_stop();
    line_.clear();
    if (!options_.quiet) say_text("time limit reached: saving what is whole\n");
  }

  void tell_commit(const Commit& commit) {
    log_.write("commit", {{"cells", commit.cells}, {"bytes", commit.bytes}, {"seconds", commit.seconds}});
    if (!options_.verbose) return;
    line_.clear();
    say("committed {} cells, {:.3g} MB of predictions, in {}\n", grouped(commit.cells),
        static_cast<double>(commit.bytes) / 1e6, duration_text(commit.seconds));
  }

  /// Merge what is whole, say what comes next; the exit code.
  int finish(Store& store, const Executed& executed) {
    say_what_was_done(executed);
    const bool whole_shard = executed.complete && options_.execute.shard_count > 1;
    if (whole_shard) store.refresh();  // the last of the shards publishes
    const std::int64_t size = store.committed().size();
    const std::int64_t total = store.committed().total();
    if (size < total) {
      if (!options_.quiet)
        say("{} of {} cells are safe{}; {}\n", grouped(size), grouped(total),
            size > 0 ? " in " + parts_directory(path_) : "",
            whole_shard && store.to_drop().empty()  // a merge on its own drops nothing
                ? "when all shards are done: kilofold merge " + shell_word(path_)
                : "run the same command again to go on");
      return whole_shard ? code_of(executed.failed_fits) : stopped_early;
    }
    line_.note("joining the parts into " + path_);
    const Merged merged = store.merge();
    line_.clear();
    return finish_merged(store, merged, executed);
  }

  static int code_of(std::int64_t failed_fits) { return failed_fits > 0 ? some_fits_failed : done; }

  /// Say what the merge did and left as it was; the exit code, of what is there now: others may have merged since.
  int finish_merged(Store& store, const Merged& merged, const Executed& executed) {
    if (!merged.at_once) store.refresh();
    const std::int64_t failed_fits = std::max(store.failed_fits(), executed.failed_fits);
    if (!options_.quiet) {
      if (executed.cells == 0 && merged.published && !merged.says_anew.empty())
        say("{} now says what the spec does: {}\n", path_, fmt::join(merged.says_anew, ", "));
      if (failed_fits > executed.failed_fits)
        say("{} fits of the study failed: kilofold status tells how\n", grouped(failed_fits));
      say_text(what_stays(merged, path_));
    }
    if (store.committed().size() < store.committed().total()) {
      say("only {} of {} cells are there now, another process has removed some: run the same command again\n",
          grouped(store.committed().size()), grouped(store.committed().total()));
      return stopped_early;
    }
    put_path(path_);
    if (!options_.quiet) say("next: kilofold {} {}\n", merged.published ? "report" : "merge", shell_word(path_));
    return code_of(failed_fits);
  }

  void say_what_was_done(const Executed& executed) const {
    if (options_.quiet) return;
    if (executed.cells == 0 && executed.complete) {
      say_text(options_.execute.shard_count > 1 ? "nothing to compute in this shard\n" : "nothing to compute\n");
    } else {
      say("{} cells ({}) in {}\n", grouped(executed.cells), fits_text(executed.fits, executed.inner_fits),
          duration_text(executed.seconds));
    }
    if (executed.failed_fits > 0)
      say("{} fits failed: their status is stored, their predictions are NaN\n", grouped(executed.failed_fits));
  }

  void log_end(const Executed& executed, int code) {
    const char* reason = executed.complete ? "complete"
                         : out_of_time_    ? "time limit"
                         : stop_->load()   ? "signal"
                                           : "limit";
    log_.write("end", {{"reason", reason},
                       {"exit_code", code},
                       {"cells", executed.cells},
                       {"failed_fits", executed.failed_fits},
                       {"seconds", executed.seconds}});
  }

  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  const Options& options_;
  const Study study_;
  const std::string path_;
  const Placed placed_;
  const Plan& plan_ = placed_.plan;
  const Device& device_ = placed_.device;
  EventLog log_;
  ProgressLine line_;
  const std::atomic<bool>* stop_ = nullptr;  ///< set once there is something to save
  bool out_of_time_ = false;
};

}  // namespace

const Verb run_verb = {"run", "run a study, or what is missing of it", declare, [](const Options& options) {
                         exit_on_signals();
                         return Run(options).go();
                       }};

}  // namespace kilofold::cli
