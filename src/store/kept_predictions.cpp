// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "kept_predictions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "cells.hpp"
#include "kilofold/core/error.hpp"

namespace kilofold {

KeptPredictions::KeptPredictions(const StudyHeader& study)
    : study_(study),
      keeps_all_(study.spec.output.predictions == "all"),
      must_rank_(study.spec.output.predictions == "best"),
      metric_(must_rank_ ? metric_number(study.spec.metrics.front()) : 0),
      most_(static_cast<std::size_t>(study.spec.output.keep)),
      best_(must_rank_ ? study.models.size() * study.spec.cv.seeds.size() : 0) {
  KILOFOLD_EXPECT(!must_rank_ || most_ > 0);
}

std::size_t KeptPredictions::slot(ModelId model, std::int32_t seed) const {
  return static_cast<std::size_t>(model.value) * study_.spec.cv.seeds.size() + static_cast<std::size_t>(seed);
}

void KeptPredictions::offer(ModelId model, std::int64_t trial, std::int32_t seed, const double* metric) {
  if (std::isnan(metric[metric_])) return;
  const std::vector<std::string>& id = study_.models[static_cast<std::size_t>(model.value)].id;
  const auto better = [&](const Ranked& a, const Ranked& b) {
    if (a.badness != b.badness) return a.badness < b.badness;
    return id[static_cast<std::size_t>(a.trial)] < id[static_cast<std::size_t>(b.trial)];
  };
  std::vector<Ranked>& heap = best_[slot(model, seed)];
  heap.push_back({larger_is_better(metric_) ? -metric[metric_] : metric[metric_], trial});
  std::push_heap(heap.begin(), heap.end(), better);
  if (heap.size() <= most_) return;
  std::pop_heap(heap.begin(), heap.end(), better);
  heap.pop_back();
}

bool KeptPredictions::contains(ModelId model, std::int64_t trial, std::int32_t seed) const {
  if (!must_rank_) return keeps_all_;
  return std::ranges::find(best_[slot(model, seed)], trial, &Ranked::trial) != best_[slot(model, seed)].end();
}

std::vector<std::int64_t> KeptPredictions::trials(ModelId model, std::int32_t seed) const {
  std::vector<std::int64_t> kept;
  if (!must_rank_) return kept;
  for (const Ranked& ranked : best_[slot(model, seed)]) kept.push_back(ranked.trial);
  std::sort(kept.begin(), kept.end());
  return kept;
}

std::string predictions_text(const Spec& spec) {
  if (spec.output.predictions != "best") return spec.output.predictions;
  return fmt::format("best {} by {}", spec.output.keep, spec.metrics.front());
}

void read_predictions_text(const std::string& text, Spec& spec) {
  std::istringstream words(text.empty() ? "all" : text);
  std::string by;
  std::string metric;
  words >> spec.output.predictions >> spec.output.keep >> by >> metric;
  if (spec.output.predictions == "best") spec.metrics = {metric};
}

}  // namespace kilofold
