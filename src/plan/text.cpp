// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "kilofold/core/hash.hpp"
#include "kilofold/core/text.hpp"
#include "kilofold/core/text_table.hpp"
#include "kilofold/plan.hpp"
#include "plan/duration.hpp"

namespace kilofold {
namespace {

constexpr auto left = TextTable::Align::left, right = TextTable::Align::right;

std::string axis_names(const AxisSet& set, std::span<const Axis> axes) {
  std::string names;
  for (AxisId axis : set.list()) {
    if (!names.empty()) names += ' ';
    names += axes[static_cast<std::size_t>(axis.value)].name;
  }
  return names.empty() ? "-" : names;
}

std::int64_t naive_items(const Plan& plan, const PlanNode& node) {
  std::int64_t items = 0;
  for (GroupId id : node.groups) items += plan.groups[static_cast<std::size_t>(id.value)].group.grid.size();
  return items;
}

std::int64_t lane_count(const Plan& plan, const PlanNode& node) {
  std::vector<const Grid*> grids;
  for (GroupId id : node.groups) grids.push_back(&plan.groups[static_cast<std::size_t>(id.value)].group.grid);
  return count_union(grids, node.node.lanes);
}

void explain_nodes(const Plan& plan, std::string& text) {
  TextTable table({{"op", left, 13},
                   {"one by one", right, 13},
                   {"shared", right, 13},
                   {"lanes", right, 6},
                   {"cost", right, 10},
                   {"reads -> lanes", left}});
  for (const PlanNode& node : plan.nodes) {
    const std::string lanes = node.node.lanes.empty() ? "" : " -> " + axis_names(node.node.lanes, plan.axes);
    table.add({name(node.node.op), grouped(naive_items(plan, node)), grouped(node.items),
               grouped(lane_count(plan, node)), duration(node.seconds),
               axis_names(node.node.reads, plan.axes) + lanes});
  }
  text += "\nnodes\n" + table.text("  ");
}

void explain_rules(const Plan& plan, std::string& text) {
  TextTable table({{"", left, 16}, {"", left}});
  for (const PlanGroup& group : plan.groups) {
    for (const std::string& fired : group.fired) {
      const auto rules = all_rules();
      const auto rule = std::ranges::find_if(rules, [&](const Rule& r) { return fired == r.name; });
      const std::string law = rule == rules.end() ? "" : fmt::format("; {}, {}", rule->identity, name(rule->sameness));
      table.add({fired, fmt::format("{}: fired, {} -> {}{}", group.group.label, duration(group.naive_seconds),
                                    duration(group.seconds), law)});
    }
    for (const auto& [rule, reason] : group.refused) table.add({rule, group.group.label + ": " + reason});
  }
  text += "\nrules\n" + table.text("  ");
}

/// Axes with several values one by one, the others by name.
void explain_axes(const Plan& plan, std::string& text) {
  std::vector<std::string> single;
  TextTable table({{"", left, 18}, {"", right, 8}, {"", left}});
  for (const Axis& axis : plan.axes) {
    if (axis.size() > 1)
      table.add({axis.name, grouped(axis.size()), "values"});
    else
      single.push_back(axis.name);
  }
  text += "\naxes\n" + table.text("  ");
  if (!single.empty()) text += fmt::format("  one value each: {}\n", fmt::join(single, ", "));
}

/// What choosing inside every training set costs.
void explain_tuning(const Plan& plan, std::string& text) {
  auto out = std::back_inserter(text);
  const auto tunes = [](const PlanGroup& planned) { return planned.group.tuning.has_value(); };
  if (std::ranges::any_of(plan.groups, tunes)) text += "\ntune\n";
  for (const PlanGroup& planned : plan.groups) {
    const Group& group = planned.group;
    if (!group.tuning) continue;
    const std::string how = group.tuning->inner_folds > 0
                                ? fmt::format("{} on {} inner folds", group.tuning->by, group.tuning->inner_folds)
                                : group.tuning->by;
    fmt::format_to(out, "  {}: best of {} in every training set by {}: {} fits, {} one by one, {} shared\n",
                   group.label, grouped(group.n_trials), how, grouped(group.grid.size()),
                   duration(planned.naive_seconds), duration(planned.seconds));
  }
}

/// What the planned seconds are seconds of.
const char* one_machine(const Plan& plan) {
  return plan.switches.priced_for == PricedFor::cuda ? "one GPU" : "one core";
}

/// Before the version of a cost table that is not the CPU's.
const char* of_gpu(const Plan& plan) { return plan.switches.priced_for == PricedFor::cuda ? "cuda " : ""; }

}  // namespace

std::string fits_text(std::int64_t fits, std::int64_t inner_fits) {
  const bool has_inner = inner_fits > 0;
  return grouped(fits) + " fits" +
         (has_inner ? fmt::format(", {} more inside training sets", grouped(inner_fits)) : "");
}

std::string summary(const Plan& plan, const Spec& spec) {
  std::int64_t naive = 0;
  std::int64_t shared = 0;
  for (const PlanNode& node : plan.nodes) {
    naive += naive_items(plan, node);
    shared += node.items;
  }
  const Batches batches = batches_of(plan);
  return fmt::format(
      "{}: {} trials x {} seeds = {} on {} samples x {} features\n"
      "operations: {} one by one, {} shared\n"
      "{}, planned: {} one by one, {} shared\n"
      "batches for threads and shards: {}, the longest {}\n"
      "plan {}\n",
      spec.name, grouped(plan.n_trials), grouped(std::ssize(spec.cv.seeds)), fits_text(plan.n_fits, plan.n_inner_fits),
      grouped(plan.n_samples), plan.n_features, grouped(naive), grouped(shared), one_machine(plan),
      duration(plan.naive_seconds), duration(plan.seconds), grouped(batches.n), duration(batches.most_seconds),
      plan_hash(plan));
}

std::string explain(const Plan& plan, const Spec& spec) {
  std::string text;
  auto out = std::back_inserter(text);
  fmt::format_to(out, "{}: {} trials x {} seeds, {} on {} samples x {} features\n", spec.name, grouped(plan.n_trials),
                 grouped(static_cast<std::int64_t>(spec.cv.seeds.size())), fits_text(plan.n_fits, plan.n_inner_fits),
                 grouped(plan.n_samples), plan.n_features);
  explain_axes(plan, text);
  explain_nodes(plan, text);
  explain_rules(plan, text);
  explain_tuning(plan, text);
  fmt::format_to(out, "\n{}, planned: {} one by one, {} shared ({:.3g}x less)\n", one_machine(plan),
                 duration(plan.naive_seconds), duration(plan.seconds), plan.naive_seconds / plan.seconds);
  fmt::format_to(out, "plan {} (cost table {}{})\n", plan_hash(plan), of_gpu(plan), cost_table_version);
  return text;
}

std::string plan_text(const Plan& plan) {
  std::string text;
  auto out = std::back_inserter(text);
  fmt::format_to(out, "plan 1 cost {}{} sharing {} samples {} features {}\n", of_gpu(plan), cost_table_version,
                 plan.switches.sharing, plan.n_samples, plan.n_features);
  if (plan.splitting != Splitting{})
    fmt::format_to(out, "splitter {} shuffle {}\n", name(plan.splitting.splitter), plan.splitting.shuffle);
  for (const Axis& axis : plan.axes) fmt::format_to(out, "axis {} {}\n", axis.name, fmt::join(axis.values, " "));
  for (const PlanNode& node : plan.nodes) {
    fmt::format_to(out, "node {}", name(node.node.op));
    for (const Binding& binding : node.node.bindings)
      if (binding.axis)
        fmt::format_to(out, " {}=<{}>", binding.parameter,
                       plan.axes[static_cast<std::size_t>(binding.axis.value)].name);
      else
        fmt::format_to(out, " {}={}", binding.parameter, binding.fixed);
    for (NodeId input : node.node.inputs) fmt::format_to(out, " @{}", input.value);
    fmt::format_to(out, " | reads {} | lanes {} | items {} -> {}\n", axis_names(node.node.reads, plan.axes),
                   axis_names(node.node.lanes, plan.axes), naive_items(plan, node), node.items);
  }
  for (const PlanGroup& group : plan.groups) {
    fmt::format_to(out, "group model {} folds {}{} rules [{}] nodes", group.group.model.value, group.group.n_folds,
                   group.group.fit_on == FitOn::all ? " fit_on all" : "", fmt::join(group.fired, " "));
    for (NodeId member : group.members) fmt::format_to(out, " {}", member.value);
    if (const std::optional<Tuning>& tuning = group.group.tuning)
      fmt::format_to(out, " tuned trial {} first {} by {} inner {}", tuning->trial, tuning->first, tuning->by,
                     tuning->inner_folds);
    for (const Grid::Factor& factor : group.group.grid.factors()) {
      fmt::format_to(out, " (");
      for (const Grid::Column& column : factor.columns)
        fmt::format_to(out, " {}:{}", plan.axes[static_cast<std::size_t>(column.axis.value)].name,
                       fmt::join(column.code, ","));
      fmt::format_to(out, " )");
    }
    fmt::format_to(out, "\n");
  }
  for (const Family& family : plan.families)
    fmt::format_to(out, "family anchor {} slots {} units_per_batch {}{}\n", family.anchor.value, family.n_slots,
                   family.units_per_batch, family.n_bundles > 0 ? fmt::format(" bundles {}", family.n_bundles) : "");
  return text;
}

std::string plan_hash(const Plan& plan) { return hash_hex(plan_text(plan)); }

}  // namespace kilofold
