// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "kilofold/spec.hpp"

namespace kilofold {

const ParameterAxis& ParameterBlock::axis(std::string_view parameter) const {
  for (const ParameterFactor& factor : factors)
    for (const ParameterAxis& axis : factor.axes)
      if (axis.name == parameter) return axis;
  throw_bug("precondition", "a block has every parameter of its model", __FILE__, __LINE__);
}

ParameterAxis& ParameterBlock::axis(std::string_view parameter) {
  return const_cast<ParameterAxis&>(std::as_const(*this).axis(parameter));
}

namespace {

constexpr std::int32_t most_tuned_folds = RowSetName::most_folds, most_inner_folds = RowSetName::most_inner_folds;

/// The smallest number of inner folds that every training set of the study has the rows or groups for.
std::int32_t inner_limit(const Spec& spec, const Dataset& data) {
  const Splitter splitter = spec.cv.splitting.splitter;
  if (splitter == Splitter::leave_one_out) return static_cast<std::int32_t>(data.n_samples()) - 1;
  std::int32_t least = most_inner_folds;
  for (const std::int32_t folds : spec.cv.folds)
    for (const std::int64_t seed : spec.cv.seeds) {
      const Split outer = split(data, spec.cv.splitting, folds, seed);
      for (std::int32_t fold = 0; fold < folds; ++fold)
        least = std::min(least, inner_fold_limit(data, splitter, row_set(outer, fold).train));
    }
  return least;
}

void check_inner_folds(const Spec& spec, const Dataset& data, std::vector<Problem>& problems) {
  std::optional<std::int32_t> limit;
  for (const ModelSpec& entry : spec.models) {
    if (!entry.is_tuned() || entry.tune->by == "log_marginal_likelihood") continue;
    if (!limit) limit = inner_limit(spec, data);
    const bool too_many = std::ranges::any_of(spec.cv.folds, [](std::int32_t k) { return k > most_tuned_folds; });
    if (entry.tune->inner_folds <= std::min(*limit, most_inner_folds) && !too_many) continue;
    Problem& problem = problems.emplace_back();
    problem.place = entry.tune->place;
    problem.message = too_many
                          ? fmt::format("tune: at most {} folds can be split again", most_tuned_folds)
                          : fmt::format("tune.inner_folds: {} inner folds of a training set are too many, at most {}",
                                        entry.tune->inner_folds, std::min(*limit, most_inner_folds));
    problem.hint = "ask for fewer folds";
  }
}

void check_folds(const Spec& spec, std::int32_t most, std::vector<Problem>& problems) {
  const bool groups = spec.cv.splitting.splitter == Splitter::group_kfold;
  for (const std::int32_t folds : spec.cv.folds) {
    if (folds < most || (folds == most && spec.cv.seeds.size() == 1)) continue;
    Problem& problem = problems.emplace_back();
    problem.place = spec.cv.folds_place;
    if (problem.place.file.empty()) problem.place.file = spec.path;  // the default, written nowhere
    if (folds == most) {
      problem.message = fmt::format("cv.folds: {} has {} {}, so there is one way to make {} folds", spec.data.file,
                                    most, groups ? "groups" : "rows", folds);
      problem.reason = "each seed would repeat the same folds";
      problem.hint = "write one seed, or ask for fewer folds";
      continue;
    }
    problem.message = fmt::format("cv.folds: {} folds need at least {} {}, {} has {}", folds, folds,
                                  groups ? "groups" : "rows", spec.data.file, most);
    problem.reason = groups ? "a group's rows stay together, and every fold holds at least one group"
                            : "every fold holds at least one row";
    problem.hint = "ask for fewer folds";
  }
}

}  // namespace

void complete(Spec& spec, const Dataset& data) {
  const std::int32_t most = fold_limit(data, spec.cv.splitting.splitter);
  if (spec.cv.splitting.splitter == Splitter::leave_one_out || spec.cv.splitting.splitter == Splitter::file)
    spec.cv.folds = {most};
  std::vector<Problem> problems;
  check_folds(spec, most, problems);
  if (problems.empty()) check_inner_folds(spec, data, problems);
  if (!problems.empty()) throw InputError(std::move(problems));
}

}  // namespace kilofold
