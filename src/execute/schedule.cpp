// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "execute/schedule.hpp"

#include <algorithm>
#include <map>

namespace kilofold {

namespace {

/// Slots of every bundle, ascending; decoding one is dear, so all are decoded once.
std::vector<std::vector<std::int64_t>> slots_by_bundle(const Family& family, const UnitIndex& units) {
  std::vector<std::vector<std::int64_t>> bundles(static_cast<std::size_t>(family.n_bundles));
  if (bundles.empty()) return bundles;
  for (std::int64_t slot = 0; slot < family.n_slots; ++slot) {
    const std::int32_t bundle = family.bundle ? units.code(slot, family.bundle) : 0;
    bundles[static_cast<std::size_t>(bundle)].push_back(slot);
  }
  return bundles;
}

}  // namespace

Schedule::Schedule(const Plan& plan, const ExecuteOptions& options, const ExecuteHooks& hooks)
    : plan_(plan), hooks_(hooks) {
  std::map<ModelId, std::int64_t> trials;
  for (const PlanGroup& group : plan.groups) {
    first_trial_.push_back(trials[group.group.model]);
    trials[group.group.model] += group.group.n_kept_trials();
  }
  for (std::size_t f = 0; f < plan.families.size(); ++f) {
    const Family& family = plan.families[f];
    units_.push_back(std::make_unique<UnitIndex>(plan, family));
    bundles_.push_back(slots_by_bundle(family, *units_.back()));
    units_per_batch_.push_back(options.units_per_batch > 0 ? options.units_per_batch : family.units_per_batch);
    first_batch_.push_back(n_batches_);
    n_batches_ += family.n_batches(units_per_batch_.back());
    if (hooks.is_done) {
      find_missing(f);
      continue;
    }
    seconds_ += family.seconds;
    for (GroupId id : family.groups) {
      const Group& group = plan.groups[static_cast<std::size_t>(id.value)].group;
      cells_ += group.n_cells();
    }
  }
}

bool Schedule::begins_cell(GroupId group, const UnitPoint& point) const {
  const std::optional<Tuning>& tuning = plan_.groups[static_cast<std::size_t>(group.value)].group.tuning;
  return point.fold == 0 && (!tuning || (tuning->first == 0 && point.trial == 0));
}

void Schedule::find_missing(std::size_t f) {
  const Family& family = plan_.families[f];
  std::vector<bool> done(static_cast<std::size_t>(family.n_slots));
  for (std::int64_t slot = 0; slot < family.n_slots; ++slot) {
    std::int64_t missing = 0;
    for (GroupId id : units_[f]->members(slot))
      units_[f]->visit(slot, id,
                       [&](const UnitPoint& point) { missing += begins_cell(id, point) && !is_done(id, point); });
    done[static_cast<std::size_t>(slot)] = missing == 0;
    cells_ += missing;
    if (missing > 0) seconds_ += unit_seconds(f);
  }
  // Who chooses needs every candidate, done or not.
  const auto is_open = [&](std::int64_t slot) { return !done[static_cast<std::size_t>(slot)]; };
  for (const std::vector<std::int64_t>& slots : bundles_[f])
    if (std::ranges::any_of(slots, is_open))
      for (const std::int64_t slot : slots) done[static_cast<std::size_t>(slot)] = false;
  unit_done_.push_back(std::move(done));
}

BatchRange Schedule::batch(std::int64_t number) const {
  KILOFOLD_EXPECT(number >= 0 && number < n_batches_);
  const auto family =
      static_cast<std::size_t>(std::ranges::upper_bound(first_batch_, number) - first_batch_.begin()) - 1;
  const Family& planned = plan_.families[family];
  const std::int64_t within = number - first_batch_[family];
  if (!bundles_[family].empty()) return {family, bundles_[family][static_cast<std::size_t>(within)]};
  BatchRange range{family, {}};
  const std::int64_t begin = within * units_per_batch_[family];
  for (std::int64_t slot = begin; slot < std::min(begin + units_per_batch_[family], planned.n_slots); ++slot)
    range.slots.push_back(slot);
  return range;
}

double Schedule::unit_seconds(std::size_t family) const {
  return plan_.families[family].seconds / static_cast<double>(plan_.families[family].n_slots);
}

double Schedule::unit_cells(std::size_t family) const {
  double cells = 0;
  for (GroupId id : plan_.families[family].groups) {
    const Group& group = plan_.groups[static_cast<std::size_t>(id.value)].group;
    cells += static_cast<double>(group.n_cells());
  }
  return cells / static_cast<double>(plan_.families[family].n_slots);
}

bool Schedule::is_done(GroupId group, const UnitPoint& point) const {
  return hooks_.is_done && hooks_.is_done(plan_.groups[static_cast<std::size_t>(group.value)].group.model,
                                          trial_in_model(group, point), point.seed);
}

bool Schedule::is_done(std::size_t family, std::int64_t slot) const {
  return !unit_done_.empty() && unit_done_[family][static_cast<std::size_t>(slot)];
}

}  // namespace kilofold
