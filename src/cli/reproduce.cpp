// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "cli/exit_codes.hpp"
#include "cli/findings.hpp"
#include "cli/paths.hpp"
#include "cli/progress.hpp"
#include "cli/signals.hpp"
#include "cli/stored_study.hpp"
#include "cli/verbs.hpp"
#include "kilofold/core/text.hpp"

namespace kilofold::cli {
namespace {

/// Compares cells, as they are computed again, with those of a file.
class Comparison {
 public:
  explicit Comparison(const StudyReader& file) : file_(file) {}

  void add(const CellBlock& block) {
    for (std::int64_t c = 0; c < block.n_cells(); ++c) add(block, static_cast<std::size_t>(c));
  }

  Findings& differences() { return differences_; }
  const Findings& differences() const { return differences_; }
  std::int64_t n_fits() const { return n_fits_; }
  std::int64_t n_not_there() const { return n_not_there_; }
  std::int64_t n_without_predictions() const { return n_without_predictions_; }
  std::int64_t n_other_numerics() const { return n_other_numerics_; }
  std::int64_t n_timed_out() const { return n_timed_out_; }

 private:
  void add(const CellBlock& here, std::size_t c) {
    const CellBlock there = file_.cell(here.model, here.trial[c], here.seed[c]);
    const std::size_t k = there.status.size();
    if (there.status.front() < 0) {
      ++n_not_there_;
      return;
    }
    if (there.numerics.front() != 0) {
      ++n_other_numerics_;
      return;
    }
    if (std::ranges::find(there.status, static_cast<std::int32_t>(FitStatus::time_limit)) != there.status.end()) {
      ++n_timed_out_;
      return;
    }
    place_ = fmt::format("{} trial {}, seed {}", table(here).model_name,
                         table(here).id[static_cast<std::size_t>(here.trial[c])],
                         file_.seeds()[static_cast<std::size_t>(here.seed[c])]);
    for (std::size_t fold = 0; fold < k; ++fold) n_fits_ += there.status[fold] >= 0 ? 1 : 0;
    const auto is_nan = [](double value) { return std::isnan(value); };
    const bool dropped = file_.attribute("predictions") != "all" && std::ranges::all_of(there.prediction, is_nan);
    if (dropped) {
      ++n_without_predictions_;
    } else {
      compare("sample", there.prediction, here.prediction, c);
      compare("sd of sample", there.sd, here.sd, c);
    }
    compare("metric", there.metric, here.metric, c);
    compare("fold metric", there.fold_metric, here.fold_metric, c);
    compare("status of fold", there.status, here.status, c);
    compare("diagnostic", there.diagnostic, here.diagnostic, c);
  }

  const TrialTable& table(const CellBlock& block) const {
    return file_.models()[static_cast<std::size_t>(block.model.value)];
  }

  template <class T> static bool same(T a, T b) {
    if constexpr (std::is_floating_point_v<T>) {
      return (a == b && std::signbit(a) == std::signbit(b)) || (std::isnan(a) && std::isnan(b));
    }
    return a == b;
  }

  /// `there` is one cell's; `here` many cells' of the same shape.
  template <class T>
  void compare(const char* what, const std::vector<T>& there, const std::vector<T>& here, std::size_t cell) {
    for (std::size_t i = 0; i < there.size(); ++i) {
      const T value = here[cell * there.size() + i];
      if (!same(there[i], value))
        differences_.add(fmt::format("{}, {} {}: {} in the file, {} here", place_, what, i, there[i], value));
    }
  }

  const StudyReader& file_;
  std::string place_;
  Findings differences_;
  std::int64_t n_fits_ = 0;
  std::int64_t n_not_there_ = 0;
  std::int64_t n_without_predictions_ = 0;
  std::int64_t n_other_numerics_ = 0;
  std::int64_t n_timed_out_ = 0;
};

/// The CPU with the arithmetic that a file's numbers have.
Device open_arithmetic(const StoredStudy& stored, const Plan& plan, const std::string& path) {
  const auto as_stored = [&plan](PricedFor) { return plan; };
  if (stored.library.empty()) return place("cpu", Flavour::canonical, as_stored, cpu_backend()).device;
  Device device = place("cpu", Flavour::vendor, as_stored, cpu_backend()).device;
  if (device.library != stored.library)
    throw InputError(
        fmt::format("{} was computed with {}, but here is {}", path, stored.library, device.library),
        "other kernels give other bits: take a machine that has these, or kilofold verify " + shell_word(path));
  return device;
}

Executed run_again(const StoredStudy& stored, const Plan& plan, const Device& device, const Options& options,
                   Comparison& comparison) {
  ProgressLine line(stored.study.spec.name, options.quiet);
  ExecuteHooks hooks;
  hooks.on_cells = [&](const std::vector<CellBlock>& blocks) {
    for (const CellBlock& block : blocks) comparison.add(block);
  };
  hooks.on_progress = [&](const Progress& progress) { line.show(progress, [] { return std::string(); }); };
  hooks.stop = stop_on_signals();
  ExecuteOptions wanted;
  wanted.threads = options.threads.value_or(0);
  const Executed executed = execute(plan, stored.study.data, *device.backend, wanted, hooks);
  line.clear();
  return executed;
}

int put_verdict(const Comparison& comparison) {
  if (comparison.n_not_there() > 0) put("{} cells are not computed in the file\n", grouped(comparison.n_not_there()));
  if (comparison.n_other_numerics() > 0)
    put("{} cells have other numerics: this program cannot give their bits\n", grouped(comparison.n_other_numerics()));
  if (comparison.n_timed_out() > 0)
    put("{} cells hold fits that reached their time limit: the machine decided that, so they are not compared\n",
        grouped(comparison.n_timed_out()));
  if (comparison.n_without_predictions() > 0)
    put("{} cells keep no predictions: their metrics are compared\n", grouped(comparison.n_without_predictions()));
  if (comparison.differences().empty()) {
    put("bitwise equal, {} fits\n", grouped(comparison.n_fits()));
    return done;
  }
  put("{} {} in {} fits:\n", grouped(comparison.differences().size()),
      comparison.differences().size() == 1 ? "difference" : "differences", grouped(comparison.n_fits()));
  comparison.differences().put_lines();
  return mismatch;
}

void declare(Signature& takes) {
  takes.results();
  takes.threads("CPU threads, 0 = all cores (default: all cores)");
  takes.flag("-q,--quiet", "no progress", takes.options().quiet);
}

int reproduce(const Options& options) {
  check_results_path(options.results);
  const StudyReader file(options.results);
  const StoredStudy stored = stored_study(file);
  const Plan plan = make_plan(lower(stored.study.spec, stored.study.data), all_rules(), stored.switches);
  const Device device = open_arithmetic(stored, plan, options.results);
  const StudyHeader made = header(stored.study, plan, device, stored.overrides);
  Comparison comparison(file);
  const std::vector<Disagreement> of_study = study_disagreements(file, made);
  for (const Disagreement& found : of_study) comparison.differences().add(found.text());
  for (const Disagreement& found : table_disagreements(file)) comparison.differences().add(found.text());
  const auto other_trials = [&](std::size_t m) { return file.models()[m].id != made.models[m].id; };
  bool same_trials = file.models().size() == made.models.size();
  for (std::size_t m = 0; same_trials && m < made.models.size(); ++m) same_trials = !other_trials(m);
  if (!same_trials) return put_verdict(comparison);
  const Executed executed = run_again(stored, plan, device, options, comparison);
  if (!executed.complete) {
    say_text("stopped early: nothing is said about the rest\n");
    put_verdict(comparison);
    return comparison.differences().empty() ? stopped_early : mismatch;
  }
  return put_verdict(comparison);
}

}  // namespace

const Verb reproduce_verb = {"reproduce", "run a study again from its file alone; exit 5 where a bit differs", declare,
                             reproduce};

}  // namespace kilofold::cli
