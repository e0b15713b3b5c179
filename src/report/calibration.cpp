// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "calibration.hpp"

#include <fmt/format.h>

#include <cmath>

namespace kilofold::report {
namespace {

constexpr double normal_quantile = 1.959963984540054;  // of 0.975

std::string calibration_text(const Calibration& calibration) {
  return fmt::format("{:.1f} % (sd of z {:.2f})", 100 * calibration.coverage, calibration.sd_of_z);
}

}  // namespace

std::optional<Calibration> calibration(const std::vector<double>& y, const CellBlock& cells) {
  double n = 0, within = 0, squares = 0;
  for (std::size_t at = 0; at < cells.sd.size(); ++at) {
    const double z = (y[at % y.size()] - cells.prediction[at]) / cells.sd[at];
    if (std::isnan(z)) continue;
    ++n;
    within += std::abs(z) <= normal_quantile ? 1 : 0;
    squares += z * z;
  }
  if (n == 0) return std::nullopt;
  return Calibration{within / n, std::sqrt(squares / n)};
}

std::string calibration_text(const StudySummary& study) {
  std::string text;
  for (const ModelSummary& model : study.models) {
    if (!model.best || !model.best->calibration) continue;
    text += fmt::format("{}{}: {}{}", text.empty() ? "" : "; ", model.name, model.n_trials > 1 ? "best trial " : "",
                        calibration_text(*model.best->calibration));
    if (model.as_published && model.as_published->calibration && model.n_trials > 1)
      text += ", as published " + calibration_text(*model.as_published->calibration);
  }
  return text;
}

}  // namespace kilofold::report
