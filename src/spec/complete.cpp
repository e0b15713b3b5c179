// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

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

void complete(Spec& spec, const Dataset& data) {
  const std::int32_t most = fold_limit(data, spec.cv.splitting.splitter);
  if (spec.cv.splitting.splitter == Splitter::leave_one_out || spec.cv.splitting.splitter == Splitter::file)
    spec.cv.folds = {most};
  const bool groups = spec.cv.splitting.splitter == Splitter::group_kfold;
  std::vector<Problem> problems;
  for (const std::int32_t folds : spec.cv.folds) {
    if (folds <= most) continue;
    Problem& problem = problems.emplace_back();
    problem.place = spec.cv.folds_place;
    problem.place.file = spec.path;
    problem.message = fmt::format("cv.folds: {} folds need at least {} {}, {} has {}", folds, folds,
                                  groups ? "groups" : "rows", spec.data.file, most);
    problem.reason = groups ? "a group's rows stay together, and every fold holds at least one group"
                            : "every fold holds at least one row";
    problem.hint = "ask for fewer folds";
  }
  if (!problems.empty()) throw InputError(std::move(problems));
}

}  // namespace kilofold
