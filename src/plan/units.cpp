// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>

#include "kilofold/plan.hpp"

namespace kilofold {

/// One group's grid seen from its family's unit axes: each factor's rows sorted into classes of equal unit codes.
struct UnitIndex::GroupIndex {
  struct FactorIndex {
    std::vector<AxisId> axes;  ///< unit axes among the factor's columns
    std::map<std::vector<std::int32_t>, std::size_t> class_of;
    std::vector<std::vector<std::int32_t>> rows;   ///< by class
    std::vector<std::vector<std::int32_t>> codes;  ///< by class, one an axis
  };

  const PlanGroup* group = nullptr;
  GroupId id;
  std::vector<FactorIndex> factors;

  /// Class of every factor for local slot `unit`, last factor fastest.
  std::vector<std::size_t> classes(std::int64_t unit) const {
    std::vector<std::size_t> classes(factors.size());
    for (std::size_t f = factors.size(); f-- > 0;) {
      const auto n = static_cast<std::int64_t>(factors[f].rows.size());
      classes[f] = static_cast<std::size_t>(unit % n);
      unit /= n;
    }
    return classes;
  }

  /// The same for a unit given by codes over the plan's axes; empty when the group has no such unit.
  std::vector<std::size_t> classes(const std::vector<std::int32_t>& unit_codes) const {
    std::vector<std::size_t> classes;
    for (const FactorIndex& factor : factors) {
      std::vector<std::int32_t> tuple;
      for (AxisId axis : factor.axes) tuple.push_back(unit_codes[static_cast<std::size_t>(axis.value)]);
      const auto found = factor.class_of.find(tuple);
      if (found == factor.class_of.end()) return {};
      classes.push_back(found->second);
    }
    return classes;
  }

  std::vector<std::int32_t> codes(const std::vector<std::size_t>& classes, std::size_t n_axes) const {
    std::vector<std::int32_t> codes(n_axes, -1);
    for (std::size_t f = 0; f < factors.size(); ++f)
      for (std::size_t a = 0; a < factors[f].axes.size(); ++a)
        codes[static_cast<std::size_t>(factors[f].axes[a].value)] = factors[f].codes[classes[f]][a];
    return codes;
  }
};

namespace {

template <class FactorIndex> FactorIndex index_factor(const Grid::Factor& factor, const AxisSet& unit_axes) {
  FactorIndex index;
  std::vector<const Grid::Column*> columns;
  for (const Grid::Column& column : factor.columns)
    if (unit_axes.contains(column.axis)) columns.push_back(&column);
  for (const Grid::Column* column : columns) index.axes.push_back(column->axis);
  for (std::int64_t row = 0; row < factor.rows(); ++row) {
    std::vector<std::int32_t> tuple;
    for (const Grid::Column* column : columns) tuple.push_back(column->code[static_cast<std::size_t>(row)]);
    const auto [entry, added] = index.class_of.try_emplace(tuple, index.rows.size());
    if (added) {
      index.rows.emplace_back();
      index.codes.push_back(tuple);
    }
    index.rows[entry->second].push_back(static_cast<std::int32_t>(row));
  }
  return index;
}

}  // namespace

UnitIndex::UnitIndex(const Plan& plan, const Family& family) : plan_(plan), family_(family) {
  for (GroupId id : family.groups) {
    GroupIndex& index = groups_.emplace_back();
    index.id = id;
    index.group = &plan.groups[static_cast<std::size_t>(id.value)];
    for (const Grid::Factor& factor : index.group->group.grid.factors())
      index.factors.push_back(index_factor<GroupIndex::FactorIndex>(factor, family.unit_axes));
  }
}

UnitIndex::~UnitIndex() = default;

const UnitIndex::GroupIndex& UnitIndex::index(GroupId group) const {
  const auto found = std::ranges::find(groups_, group, &GroupIndex::id);
  KILOFOLD_EXPECT(found != groups_.end());
  return *found;
}

std::vector<std::int32_t> UnitIndex::unit_codes(std::int64_t slot, std::size_t* owner) const {
  KILOFOLD_EXPECT(slot >= 0 && slot < family_.n_slots);
  *owner = static_cast<std::size_t>(std::ranges::upper_bound(family_.begin, slot) - family_.begin.begin()) - 1;
  const GroupIndex& own = groups_[*owner];
  return own.codes(own.classes(slot - family_.begin[*owner]), plan_.axes.size());
}

std::int32_t UnitIndex::code(std::int64_t slot, AxisId axis) const {
  std::size_t owner = 0;
  return unit_codes(slot, &owner)[static_cast<std::size_t>(axis.value)];
}

std::vector<std::size_t> UnitIndex::classes(std::int64_t slot, const GroupIndex& group) const {
  std::size_t owner = 0;
  std::vector<std::size_t> classes = group.classes(unit_codes(slot, &owner));
  KILOFOLD_EXPECT(!classes.empty());
  return classes;
}

std::vector<GroupId> UnitIndex::members(std::int64_t slot) const {
  std::size_t owner = 0;
  const std::vector<std::int32_t> codes = unit_codes(slot, &owner);
  std::vector<GroupId> members;
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    if (g != owner && groups_[g].classes(codes).empty()) continue;
    if (g < owner) return {};
    members.push_back(groups_[g].id);
  }
  return members;
}

std::int64_t UnitIndex::n_points(std::int64_t slot, GroupId group) const {
  const GroupIndex& wanted = index(group);
  const std::vector<std::size_t> at = classes(slot, wanted);
  std::int64_t points = 1;
  for (std::size_t f = 0; f < at.size(); ++f) points *= static_cast<std::int64_t>(wanted.factors[f].rows[at[f]].size());
  return points;
}

void UnitIndex::visit(std::int64_t slot, GroupId group, const std::function<void(const UnitPoint&)>& point) const {
  const GroupIndex& wanted = index(group);
  const std::vector<std::size_t> unit = classes(slot, wanted);
  const std::span<const Grid::Factor> factors = wanted.group->group.grid.factors();
  const std::size_t n_factors = factors.size();
  std::vector<std::int32_t> codes(plan_.axes.size(), -1);
  std::vector<std::size_t> at(n_factors, 0);
  const auto place = [&](std::size_t f) {
    const std::int32_t row = wanted.factors[f].rows[unit[f]][at[f]];
    for (const Grid::Column& column : factors[f].columns)
      codes[static_cast<std::size_t>(column.axis.value)] = column.code[static_cast<std::size_t>(row)];
    return row;
  };
  std::vector<std::int64_t> row(n_factors);
  for (std::size_t f = 0; f < n_factors; ++f) row[f] = place(f);

  const auto seed_axis = static_cast<std::size_t>(wanted.group->group.seed.value);
  const auto fold_axis = static_cast<std::size_t>(wanted.group->group.fold.value);
  while (true) {
    std::int64_t trial = 0;
    for (std::size_t f = 0; f + 2 < n_factors; ++f) trial = trial * factors[f].rows() + row[f];
    point({trial, codes[seed_axis], codes[fold_axis], codes.data()});

    std::size_t f = n_factors;
    while (f-- > 0) {
      if (++at[f] < wanted.factors[f].rows[unit[f]].size()) break;
      at[f] = 0;
      row[f] = place(f);
      if (f == 0) return;
    }
    row[f] = place(f);
  }
}

}  // namespace kilofold
