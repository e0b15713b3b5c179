// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <optional>

#include "cli/exit_codes.hpp"
#include "cli/findings.hpp"
#include "cli/paths.hpp"
#include "cli/refit.hpp"
#include "cli/stored_study.hpp"
#include "cli/verbs.hpp"
#include "kilofold/core/metrics.hpp"
#include "kilofold/core/random.hpp"
#include "kilofold/core/text.hpp"

namespace kilofold::cli {
namespace {

struct Cell {
  std::int64_t trial;
  std::int32_t seed;
};

/// Some of a model's trials x seeds, without repetition: where a draw has been taken, the next free cell follows it.
std::vector<Cell> draw_cells(ModelId model, std::int64_t n_trials, std::int64_t n_seeds, std::int64_t wanted,
                             std::int64_t seed) {
  const std::int64_t n_cells = n_trials * n_seeds;
  std::vector<bool> taken(static_cast<std::size_t>(n_cells));
  std::vector<Cell> cells;
  for (std::int64_t draw = 0; draw < std::min(wanted, n_cells); ++draw) {
    const std::uint64_t bits = philox({static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(model.value)},
                                      {static_cast<std::uint32_t>(draw), static_cast<std::uint32_t>(draw >> 32), 0, 0});
    auto at = static_cast<std::int64_t>(uniform(bits) * static_cast<double>(n_cells));
    while (taken[static_cast<std::size_t>(at)]) at = (at + 1) % n_cells;
    taken[static_cast<std::size_t>(at)] = true;
    cells.push_back({at / n_seeds, static_cast<std::int32_t>(at % n_seeds)});
  }
  std::ranges::sort(cells, {}, [n_seeds](const Cell& cell) { return cell.trial * n_seeds + cell.seed; });
  return cells;
}

bool same_number(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b) || (std::isnan(a) && std::isnan(b));
}

/// One model entry's share of the sample.
class ModelCheck {
 public:
  ModelCheck(const StudyReader& file, const Study& study, std::span<const Split> splits, ModelId model)
      : file_(file),
        study_(study),
        splits_(splits),
        model_(model),
        table_(file.models()[static_cast<std::size_t>(model.value)]) {}

  void check(const Cell& cell, Findings& findings) {
    const CellBlock stored = file_.cell(model_, cell.trial, cell.seed);
    if (stored.status.front() < 0) {
      ++n_missing_;
      return;
    }
    const bool has_predictions = std::ranges::any_of(stored.prediction, [](double p) { return !std::isnan(p); });
    const auto gave_numbers = [](std::int32_t status) {
      return status >= 0 && !failed(static_cast<FitStatus>(status));
    };
    if (!has_predictions && std::ranges::any_of(stored.status, gave_numbers)) {
      ++n_without_predictions_;
      return;
    }
    ++n_checked_;
    check_metrics(cell, stored, findings);
    if (has_reference(table_.model)) check_fits(cell, stored, findings);
  }

  std::int64_t n_fits() const { return n_fits_; }

  void put_line(std::size_t name_width) const {
    put("  {:<{}}  ", table_.model_name, name_width);
    if (has_reference(table_.model))
      put("{} cells, {} fits refitted: at worst {:.2g} of the bound, {:.2g} sd(y)", n_checked_, n_fits_,
          worst_of_bound_, worst_of_sd_);
    else
      put("{} cells: metrics computed again; no plain refit of {} yet", n_checked_, table_.model);
    if (n_without_predictions_ > 0) put("; {} cells keep no predictions", n_without_predictions_);
    if (n_missing_ > 0) put("; {} not computed yet", n_missing_);
    put("\n");
    for (const auto& [reason, n] : not_judged_) put("  {:<{}}  {} fits not refitted: {}\n", "", name_width, n, reason);
  }

 private:
  std::string place(const Cell& cell) const {
    return fmt::format("{} trial {}, seed {}", table_.model_name, table_.id[static_cast<std::size_t>(cell.trial)],
                       file_.seeds()[static_cast<std::size_t>(cell.seed)]);
  }

  void check_metrics(const Cell& cell, const CellBlock& stored, Findings& findings) {
    const Metrics metrics = score(file_.y(), stored.prediction);
    const std::array<std::pair<const char*, double>, 4> computed = {
        {{"mae", metrics.mae}, {"rmse", metrics.rmse}, {"r2", metrics.r2}, {"r2_eq13", metrics.r2_eq13}}};
    for (std::size_t m = 0; m < computed.size(); ++m)
      if (!same_number(stored.metric[m], computed[m].second))
        findings.add(fmt::format("{}: {} stored {}, from the stored predictions {}", place(cell), computed[m].first,
                                 stored.metric[m], computed[m].second));
  }

  const Split& split_of(const Cell& cell) const {
    const std::int32_t k = table_.n_folds[static_cast<std::size_t>(cell.trial)];
    const std::int64_t seed = file_.seeds()[static_cast<std::size_t>(cell.seed)];
    const auto found =
        std::ranges::find_if(splits_, [&](const Split& split) { return split.n_folds == k && split.seed == seed; });
    KILOFOLD_EXPECT(found != splits_.end());
    return *found;
  }

  void check_fits(const Cell& cell, const CellBlock& stored, Findings& findings) {
    const Split& split = split_of(cell);
    for (std::int32_t fold = 0; fold < split.n_folds; ++fold) {
      const RowSet rows = row_set(split, fold);
      const auto status = static_cast<FitStatus>(stored.status[static_cast<std::size_t>(fold)]);
      const StoredFit fit{study_.spec,       study_.data, table_, static_cast<std::size_t>(cell.trial),
                          split.seed,        fold,        rows,   status,
                          kept(stored, fold)};
      const std::optional<Refit> plain = refit_as_stored(cell, fit, findings);
      if (!plain) continue;
      if (!plain->not_judged.empty()) {
        ++not_judged_[plain->not_judged];
        continue;
      }
      ++n_fits_;
      for (std::size_t i = 0; i < rows.held_out.size(); ++i) {
        const auto sample = static_cast<std::size_t>(rows.held_out[i]);
        compare(cell, sample, stored.prediction[sample], plain->prediction[i], plain->bound, findings);
        if (!plain->sd.empty()) compare_sd(cell, sample, stored.sd[sample], plain->sd[i], plain->sd_bound, findings);
      }
    }
  }

  std::map<std::string, float> kept(const CellBlock& stored, std::int32_t fold) const {
    std::map<std::string, float> numbers;
    const std::size_t k = stored.status.size();  // of one cell
    for (std::size_t d = 0; d < table_.diagnostics.size(); ++d)
      numbers[table_.diagnostics[d].name] = stored.diagnostic[d * k + static_cast<std::size_t>(fold)];
    return numbers;
  }

  /// A tuned fit is done again as the candidate it says it chose. Empty where there is no such candidate.
  std::optional<Refit> refit_as_stored(const Cell& cell, const StoredFit& fit, Findings& findings) const {
    constexpr std::string_view suffix = ".tuned";
    const ModelSpec& entry = study_.spec.models[static_cast<std::size_t>(model_.value)];
    if (!entry.is_tuned() || failed(fit.status)) return refit(fit);
    const std::string untuned = table_.model_name.substr(0, table_.model_name.size() - suffix.size());
    const auto grid = std::ranges::find(file_.models(), untuned, &TrialTable::model_name);
    KILOFOLD_EXPECT(grid != file_.models().end());
    const std::optional<std::size_t> trial = chosen_candidate(fit, *grid);
    if (trial) return refit({fit.spec, fit.data, *grid, *trial, fit.seed, fit.fold, fit.rows, fit.status, fit.kept});
    findings.add(fmt::format("{}, fold {}: no trial of {} has what was chosen", place(cell), fit.fold, untuned));
    return std::nullopt;
  }

  void compare(const Cell& cell, std::size_t sample, double there, double here, double bound, Findings& findings) {
    const double difference = std::fabs(there - here);
    if (!(difference <= bound))
      findings.add(
          fmt::format("{}, sample {}: stored {}, refit {}, bound {:.2g}", place(cell), sample, there, here, bound));
    worst_of_bound_ = std::max(worst_of_bound_, bound > 0 ? difference / bound : 0);
    worst_of_sd_ = std::max(worst_of_sd_, difference / sd_);
  }

  /// The bound holds for the variance, in units of the target's variance: an error of the variance is 2 sd times sd's.
  void compare_sd(const Cell& cell, std::size_t sample, double there, double here, double bound, Findings& findings) {
    const double difference = std::fabs(there * there - here * here);
    if (!(difference <= bound * std::max(sd_, here)))
      findings.add(fmt::format("{}, sample {}: sd stored {}, refit {}", place(cell), sample, there, here));
  }

  static double population_sd(const std::vector<double>& y) {
    double mean = 0;
    double squares = 0;
    for (const double value : y) mean += value / static_cast<double>(y.size());
    for (const double value : y) squares += (value - mean) * (value - mean);
    return std::sqrt(squares / static_cast<double>(y.size()));
  }

  const StudyReader& file_;
  const Study& study_;
  std::span<const Split> splits_;
  ModelId model_;
  const TrialTable& table_;
  double sd_ = population_sd(file_.y());
  double worst_of_bound_ = 0;
  double worst_of_sd_ = 0;
  std::int64_t n_checked_ = 0;
  std::int64_t n_fits_ = 0;
  std::map<std::string, std::int64_t> not_judged_;  ///< fits, by the reason
  std::int64_t n_without_predictions_ = 0;
  std::int64_t n_missing_ = 0;
};

void declare(Signature& takes) {
  takes.results();
  takes.count("--sample", "cells to refit, dealt evenly to the models (default: 100)", takes.options().sample);
  takes.count("--seed", "which sample (default: 1)", takes.options().sample_seed);
}

int verify(const Options& options) {
  check_results_path(options.results);
  Findings findings;
  const auto damage = payload_error(options.results);
  if (damage) findings.add(*damage);
  const StudyReader file(options.results);
  const StoredStudy stored = stored_study(file);
  const Plan plan = make_plan(lower(stored.study.spec, stored.study.data), all_rules(), stored.switches);
  const StudyHeader made =
      header(stored.study, plan, {.backend = &cpu_backend(), .library = stored.library}, stored.overrides);
  for (const Disagreement& found : study_disagreements(file, made)) findings.add(found.text());
  for (const Disagreement& found : table_disagreements(file)) findings.add(found.text());
  const bool has_table = table_is_there(file);
  put("{}: payload, {}trials and folds {}\n", options.results, has_table ? "table, " : "",
      findings.empty() ? "as they should be" : "checked");
  if (!has_table) put("  the table is not at {} any more: it was not compared\n", file.attribute("data_file"));

  std::int64_t n_refitted = 0;
  const std::int64_t n_models = std::ssize(file.models());
  std::size_t name_width = 10;
  for (const TrialTable& table : file.models())
    name_width = std::max(name_width, split_characters(table.model_name).size());
  for (std::int32_t m = 0; m < n_models; ++m) {
    ModelCheck model(file, stored.study, made.splits, ModelId(m));
    const std::int64_t share = options.sample / n_models + (m < options.sample % n_models ? 1 : 0);
    for (const Cell& cell : draw_cells(ModelId(m), std::ssize(file.models()[static_cast<std::size_t>(m)].id),
                                       std::ssize(file.seeds()), share, options.sample_seed))
      model.check(cell, findings);
    model.put_line(name_width);
    n_refitted += model.n_fits();
  }
  if (findings.empty()) {
    put_text(n_refitted > 0 ? "verified: every number within its bound\n"
                            : "nothing was refitted, so no prediction is verified; nothing else was found wrong\n");
    return done;
  }
  put("{} {}:\n", grouped(findings.size()), findings.size() == 1 ? "disagreement" : "disagreements");
  findings.put_lines();
  return mismatch;
}

}  // namespace

const Verb verify_verb = {"verify", "refit a sample of stored results the slow way; exit 5 where they differ", declare,
                          verify};

}  // namespace kilofold::cli
