// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <map>
#include <tuple>
#include <vector>

#include "kilofold/execute.hpp"
#include "support/studies.hpp"

namespace kilofold::testing {

/// Everything a run computed, cell by cell.
struct CellValue {
  std::vector<double> prediction;
  std::vector<double> metric;
  std::vector<double> fold_metric;
  std::vector<std::int32_t> status;
  std::vector<double> sd;
  std::vector<float> diagnostic;
};
using Cells = std::map<std::tuple<int, std::int64_t, std::int32_t>, CellValue>;  ///< by model, trial, seed

inline void collect(Cells& cells, const std::vector<CellBlock>& blocks) {
  for (const CellBlock& block : blocks) {
    const auto c = static_cast<std::ptrdiff_t>(block.trial.size());
    const auto part = [c](const auto& values, std::ptrdiff_t i) {
      const std::ptrdiff_t width = static_cast<std::ptrdiff_t>(values.size()) / c;
      return std::vector(values.begin() + i * width, values.begin() + (i + 1) * width);
    };
    for (std::ptrdiff_t i = 0; i < c; ++i) {
      const auto at = static_cast<std::size_t>(i);
      const bool added =
          cells
              .emplace(std::tuple(block.model.value, block.trial[at], block.seed[at]),
                       CellValue{part(block.prediction, i), part(block.metric, i), part(block.fold_metric, i),
                                 part(block.status, i), part(block.sd, i), part(block.diagnostic, i)})
              .second;
      if (!added) throw Bug("a cell was computed twice");
    }
  }
}

/// The plan in which these rules fire one after another, whatever they cost.
inline Plan plan_by(const std::vector<std::string>& rules, const Spec& spec, const Dataset& data) {
  Lowered study = lower(spec, data);
  for (Group& group : study.groups)
    for (const std::string& name : rules) {
      const auto rule = std::ranges::find(all_rules(), name, &Rule::name);
      group.nodes = std::get<std::vector<Node>>(rule->rewrite(group, study.axes));
    }
  return make_plan(std::move(study), {}, {});
}

inline Cells run_plan(const Plan& plan, const Dataset& data, const ExecuteOptions& options = {},
                      Executed* executed = nullptr, const Backend& backend = cpu_backend()) {
  Cells cells;
  ExecuteHooks hooks;
  hooks.on_cells = [&cells](std::vector<CellBlock> blocks) { collect(cells, blocks); };
  const Executed done = execute(plan, data, backend, options, hooks);
  if (executed != nullptr) *executed = done;
  return cells;
}

/// Plan and run a study.
inline Cells run_study(const Spec& spec, const Dataset& data, const Switches& switches = {},
                       const ExecuteOptions& options = {}, Executed* executed = nullptr,
                       const Backend& backend = cpu_backend()) {
  return run_plan(make_plan(lower(spec, data), all_rules(), switches), data, options, executed, backend);
}

template <class T> bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0);
}

inline bool same_bits(const CellValue& a, const CellValue& b) {
  return same_bits(a.prediction, b.prediction) && same_bits(a.metric, b.metric) &&
         same_bits(a.fold_metric, b.fold_metric) && a.status == b.status && same_bits(a.sd, b.sd) &&
         same_bits(a.diagnostic, b.diagnostic);
}

/// Number of cells that are missing in one of two runs or differ in any bit.
inline std::int64_t differing_cells(const Cells& a, const Cells& b) {
  std::int64_t differing = 0;
  for (const auto& [key, value] : a) {
    const auto other = b.find(key);
    differing += other == b.end() || !same_bits(value, other->second) ? 1 : 0;
  }
  for (const auto& [key, value] : b) differing += a.contains(key) ? 0 : 1;
  return differing;
}

}  // namespace kilofold::testing
