// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "pictures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace kilofold::report {
namespace {

struct Picture {
  const char* name;
  const char* needs;  ///< a file to show anything
  std::string (*draw)(const StudySummary&);
};

constexpr const char* predictions = "kept predictions of a finished trial";
constexpr const char* two_ranks = "two models with a finished trial, and two fold seeds";
constexpr std::array<Picture, 9> all_pictures = {
    {{"true_vs_predicted", predictions, true_vs_predicted},
     {"residuals", predictions, residuals},
     {"traces", predictions, traces},
     {"heatmap", "a model with a finished trial and two parameters that vary over its grid", heatmap},
     {"validation_curve", "a finished trial and a parameter that varies over its grid", validation_curve},
     {"importance", "feature scores, which importance: in a spec asks for", importance},
     {"rank_stability", two_ranks, rank_stability},
     {"rank_distribution", two_ranks, rank_distribution},
     {"seed_distribution", "a finished trial", seed_distribution}}};

}  // namespace

std::string pictures(const StudySummary& study) {
  std::vector<std::string> names = study.plots;
  if (names.empty()) names = {"seed_distribution", "true_vs_predicted", "importance"};
  std::string all, missing;
  for (const std::string& name : names) {
    const auto picture = std::ranges::find(all_pictures, name, &Picture::name);
    if (picture == all_pictures.end()) continue;
    const std::string drawn = picture->draw(study);
    all += drawn;
    if (drawn.empty() && !study.plots.empty())
      missing += fmt::format("{}{} (needs {})", missing.empty() ? "" : "; ", name, picture->needs);
  }
  if (!missing.empty())
    all += fmt::format("<h2>Plots asked for, not drawn</h2>\n<p class=\"quiet\">{}.</p>\n", missing);
  return all;
}

std::string section(const std::string& heading, const std::string& sentence, const std::string& figures) {
  if (figures.empty()) return "";
  return fmt::format("<h2>{}</h2>\n<p class=\"quiet\">{}</p>\n<div class=\"plots\">\n{}</div>\n", heading, sentence,
                     figures);
}

std::string figure(const std::string& svg, const std::string& caption) {
  return fmt::format("<figure>\n{}<figcaption>{}</figcaption>\n</figure>\n", svg, caption);
}

bool has_predictions(const ModelSummary& model) {
  const auto is_number = [](double value) { return !std::isnan(value); };
  return model.best && std::ranges::any_of(model.best->prediction, is_number);
}

}  // namespace kilofold::report
