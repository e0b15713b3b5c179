// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/best_so_far.hpp"

#include <fmt/format.h>

#include <cmath>

namespace kilofold::cli {
namespace {

constexpr std::size_t n_metrics = 4;  // of a CellBlock
constexpr std::size_t rmse = 1;

}  // namespace

BestSoFar::BestSoFar(const StudyHeader& study) : units_(study.data.source.target.units) {
  for (const TrialTable& table : study.models) models_.push_back({table.model_name, std::vector<Sum>(table.id.size())});
}

void BestSoFar::add(const std::vector<CellBlock>& blocks) {
  for (const CellBlock& block : blocks) {
    std::vector<Sum>& trials = models_[static_cast<std::size_t>(block.model.value)].trials;
    for (std::size_t cell = 0; cell < block.trial.size(); ++cell) {
      Sum& sum = trials[static_cast<std::size_t>(block.trial[cell])];
      sum.rmse += block.metric[n_metrics * cell + rmse];
      ++sum.n_seeds;
    }
  }
}

std::string BestSoFar::text() const {
  const Model* leader = nullptr;
  double best = 0;
  std::int32_t most = 1;
  for (const Model& model : models_)
    for (const Sum& trial : model.trials) {
      const double mean = trial.rmse / trial.n_seeds;
      if (trial.n_seeds < most || std::isnan(mean)) continue;
      if (leader != nullptr && trial.n_seeds == most && mean >= best) continue;
      leader = &model;
      best = mean;
      most = trial.n_seeds;
    }
  if (leader == nullptr) return "";
  return fmt::format("best rmse {:.4g}{}{} ({})", best, units_.empty() ? "" : " ", units_, leader->name);
}

}  // namespace kilofold::cli
