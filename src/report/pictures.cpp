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
  std::string (*draw)(const StudySummary&);
};

constexpr std::array<Picture, 9> all_pictures = {{{"true_vs_predicted", true_vs_predicted},
                                                  {"residuals", residuals},
                                                  {"traces", traces},
                                                  {"heatmap", heatmap},
                                                  {"validation_curve", validation_curve},
                                                  {"importance", importance},
                                                  {"rank_stability", rank_stability},
                                                  {"rank_distribution", rank_distribution},
                                                  {"seed_distribution", seed_distribution}}};

}  // namespace

std::string pictures(const StudySummary& study) {
  std::vector<std::string> names = study.plots;
  if (names.empty()) names = {"seed_distribution", "true_vs_predicted", "importance"};
  std::string all;
  for (const std::string& name : names) {
    const auto picture = std::ranges::find(all_pictures, name, &Picture::name);
    if (picture != all_pictures.end()) all += picture->draw(study);
  }
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
