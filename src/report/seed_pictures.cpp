// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <set>

#include "lines.hpp"
#include "markup.hpp"
#include "numbers.hpp"
#include "pictures.hpp"
#include "result_table.hpp"
#include "statistics.hpp"
#include "svg.hpp"

namespace kilofold::report {
namespace {

double rmse_of(const ModelSummary& model, std::size_t seed) { return model.best->metric[seed * n_metrics + rmse]; }

/// Models with a best trial, by mean RMSE.
std::vector<const ModelSummary*> ranked(const StudySummary& study) {
  std::vector<const ModelSummary*> models;
  for (const ModelSummary& model : study.models)
    if (model.best) models.push_back(&model);
  std::ranges::stable_sort(models, {},
                           [](const ModelSummary* model) { return metric_spread(*model->best, rmse).mean; });
  return models;
}

std::vector<Tick> rank_ticks(std::size_t n) {
  std::vector<Tick> ticks;
  for (std::size_t rank = 1; rank <= n; ++rank) ticks.push_back({static_cast<double>(rank), std::to_string(rank)});
  return ticks;
}

/// Rank of every model by the mean RMSE of the first seeds: 1, 2, ... of them, at most `most` steps.
Lines stability(const StudySummary& study, const std::vector<const ModelSummary*>& models) {
  constexpr std::size_t most_steps = 200;
  const std::size_t n_seeds = study.seeds.size();
  const std::size_t step = (n_seeds + most_steps - 1) / most_steps;
  Lines plot{"rank of every model over the fold seeds used",
             "fold seeds used",
             "rank by mean RMSE",
             {},
             rank_ticks(models.size()),
             true,
             {},
             padded({1, static_cast<double>(models.size())}, 0.04),
             1};
  for (const ModelSummary* model : models) plot.lines.push_back({model->name, {}, {}});
  std::vector<double> sum(models.size(), 0.0);
  for (std::size_t s = 0; s < n_seeds; ++s) {
    for (std::size_t m = 0; m < models.size(); ++m) sum[m] += rmse_of(*models[m], s);
    if ((s + 1) % step != 0 && s + 1 != n_seeds) continue;
    const std::vector<double> rank = ranks(sum);
    for (std::size_t m = 0; m < models.size(); ++m) {
      plot.lines[m].x.push_back(static_cast<double>(s + 1));
      plot.lines[m].y.push_back(rank[m]);
    }
  }
  return plot;
}

/// Share of the seeds that give a model each rank. Models with equal RMSE share the mean of their ranks, which has a
/// column of its own where it is no whole number.
Shades distribution(const StudySummary& study, const std::vector<const ModelSummary*>& models) {
  const std::size_t n = models.size(), n_seeds = study.seeds.size();
  std::vector<std::vector<double>> rank_of;
  std::set<double> occurring;
  for (std::size_t s = 0; s < n_seeds; ++s) {
    std::vector<double> values;
    for (const ModelSummary* model : models) values.push_back(rmse_of(*model, s));
    rank_of.push_back(ranks(values));
    occurring.insert(rank_of.back().begin(), rank_of.back().end());
  }
  for (std::size_t r = 1; r <= n; ++r) occurring.insert(static_cast<double>(r));

  Shades plot{"how often every model takes every rank", "rank by RMSE", "", {}, {}, {}, " % of the fold seeds"};
  for (const double rank : occurring) plot.columns.push_back({rank, fmt::format("{:g}", rank)});
  for (const ModelSummary* model : models) plot.rows.push_back(model->name);
  plot.value.assign(n * occurring.size(), 0.0);
  for (const std::vector<double>& rank : rank_of) {
    for (std::size_t m = 0; m < n; ++m) {
      const auto column = static_cast<std::size_t>(std::distance(occurring.begin(), occurring.find(rank[m])));
      plot.value[m * occurring.size() + column] += 100.0 / static_cast<double>(n_seeds);
    }
  }
  plot.strongest = 100;
  return plot;
}

std::string ranks_section(const StudySummary& study, const char* heading, const char* sentence,
                          std::string (*draw)(const StudySummary&, const std::vector<const ModelSummary*>&)) {
  const std::vector<const ModelSummary*> models = ranked(study);
  if (models.size() < 2 || study.seeds.size() < 2) return "";
  return section(heading, sentence, figure(draw(study, models), "Best trial of every model."));
}

}  // namespace

std::string seed_distribution(const StudySummary& study) {
  Strip strip;
  strip.title = "RMSE over the fold seeds, all models";
  strip.axis_label = with_unit("RMSE", study.target.units);
  for (const ModelSummary& model : study.models) {
    if (!model.best) continue;
    Strip::Row row{model.name, {}, metric_spread(*model.best, rmse).mean, ""};
    for (std::size_t seed = 0; seed < study.seeds.size(); ++seed) row.values.push_back(rmse_of(model, seed));
    row.hover = fmt::format("{}: mean {}, from {} to {}", model.name, significant(row.mean),
                            significant(range_of(row.values).low), significant(range_of(row.values).high));
    strip.rows.push_back(std::move(row));
  }
  if (strip.rows.empty()) return "";
  return fmt::format(
      "<h2>RMSE over the fold seeds</h2>\n<figure class=\"strip\">\n{}<figcaption>RMSE of every best trial: a dot for "
      "every fold seed{}.</figcaption>\n"
      "</figure>\n",
      strip_svg(strip), study.seeds.size() > 1 ? ", a bar at the mean" : "");
}

std::string rank_stability(const StudySummary& study) {
  return ranks_section(study, "Rank stability",
                       "Ranking by the mean RMSE over the first fold seeds, as more of them are used: lines that stop "
                       "crossing are settled.",
                       [](const StudySummary& shown, const std::vector<const ModelSummary*>& models) {
                         return lines_svg(stability(shown, models));
                       });
}

std::string rank_distribution(const StudySummary& study) {
  return ranks_section(study, "Rank distribution", "How often every model takes every rank, over the fold seeds.",
                       [](const StudySummary& shown, const std::vector<const ModelSummary*>& models) {
                         return shades_svg(distribution(shown, models));
                       });
}

}  // namespace kilofold::report
