// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "kilofold/plan.hpp"

namespace kilofold {
namespace {

constexpr std::size_t most_groups_a_node = 12;  // inclusion and exclusion over them stays under 4096 terms
constexpr std::size_t most_rules = 8;
constexpr double batch_seconds = 0.2;        // long against dispatch, short against a checkpoint
constexpr std::int64_t fewest_batches = 64;  // so that small studies still spread over many cores
constexpr double least_own_work = 8;         // of a batch, times what seeds share and the batch computes anew

double price(PricedFor machine, const Group& group, const std::vector<Node>& nodes, const Shape& shape,
             std::span<const Axis> axes) {
  double seconds = 0;
  for (const Node& node : nodes)
    seconds += static_cast<double>(group.grid.count(node.reads)) * item_seconds(machine, node, shape, group.grid, axes);
  return seconds;
}

/// The plain plan: the same nodes, each answering one fit.
std::vector<Node> without_sharing(const Group& group) {
  std::vector<Node> nodes = group.nodes;
  for (Node& node : nodes) {
    node.reads = group.grid.axes();
    node.lanes = {};
  }
  return nodes;
}

struct Choice {
  std::vector<Node> nodes;
  double seconds = 0;
  std::vector<std::string> fired;
};

Choice choose_rules(PricedFor machine, const Group& group, const Shape& shape, std::span<const Axis> axes,
                    std::span<const Rule> rules) {
  KILOFOLD_EXPECT(rules.size() <= most_rules);
  Choice best{group.nodes, price(machine, group, group.nodes, shape, axes), {}};
  Group rewritten = group;  // once: its grid may hold a number a trial
  for (std::uint32_t subset = 1; subset < (1U << rules.size()); ++subset) {
    rewritten.nodes = group.nodes;
    Choice choice;
    bool applies = true;
    for (std::size_t r = 0; r < rules.size() && applies; ++r) {
      if (((subset >> r) & 1U) == 0) continue;
      auto outcome = rules[r].rewrite(rewritten, axes);
      applies = std::holds_alternative<std::vector<Node>>(outcome);
      if (!applies) break;
      rewritten.nodes = std::move(std::get<std::vector<Node>>(outcome));
      choice.fired.emplace_back(rules[r].name);
    }
    if (!applies) continue;
    choice.seconds = price(machine, group, rewritten.nodes, shape, axes);
    choice.nodes = std::move(rewritten.nodes);
    if (choice.seconds < best.seconds) best = std::move(choice);
  }
  return best;
}

std::vector<std::pair<std::string, std::string>> explain_refusals(const Group& group, const Choice& choice,
                                                                  std::span<const Axis> axes,
                                                                  std::span<const Rule> rules,
                                                                  const Switches& switches) {
  std::vector<std::pair<std::string, std::string>> refused;
  for (const Rule& rule : rules) {
    if (std::ranges::find(choice.fired, rule.name) != choice.fired.end()) continue;
    if (!switches.sharing || std::ranges::find(switches.disabled_rules, rule.name) != switches.disabled_rules.end()) {
      refused.emplace_back(rule.name, "switched off");
      continue;
    }
    const auto outcome = rule.rewrite(group, axes);
    const auto* refusal = std::get_if<Refusal>(&outcome);
    if (refusal != nullptr && refusal->reason.empty()) continue;
    refused.emplace_back(rule.name, refusal != nullptr ? refusal->reason : "would not be cheaper");
  }
  return refused;
}

bool same_work(const Node& a, const Node& b) {
  return a.op == b.op && a.bindings == b.bindings && a.inputs == b.inputs && a.reads == b.reads && a.lanes == b.lanes;
}

/// Add a group's nodes to the plan, sharing those that are there already.
void share_nodes(Plan& plan, GroupId id, std::vector<Node> nodes, bool sharing) {
  PlanGroup& group = plan.groups[static_cast<std::size_t>(id.value)];
  for (Node& node : nodes) {
    for (NodeId& input : node.inputs) input = group.members[static_cast<std::size_t>(input.value)];
    const auto found = std::ranges::find_if(plan.nodes, [&](const PlanNode& there) {
      return sharing && there.groups.size() < most_groups_a_node && same_work(there.node, node);
    });
    if (found == plan.nodes.end()) {
      group.members.emplace_back(static_cast<int>(plan.nodes.size()));
      plan.nodes.push_back({std::move(node), {id}, 0, 0});
    } else {
      group.members.emplace_back(static_cast<int>(found - plan.nodes.begin()));
      found->groups.push_back(id);
    }
  }
}

const PlanGroup& group_at(const Plan& plan, GroupId id) { return plan.groups[static_cast<std::size_t>(id.value)]; }

void count_items(Plan& plan) {
  for (PlanNode& node : plan.nodes) {
    std::vector<const Grid*> grids;
    for (GroupId id : node.groups) grids.push_back(&group_at(plan, id).group.grid);
    node.items = count_union(grids, node.node.reads);
    const Group& group = group_at(plan, node.groups.front()).group;
    const Shape shape = shape_of(group, plan.n_features);
    node.seconds = static_cast<double>(node.items) *
                   item_seconds(plan.switches.priced_for, node.node, shape, group.grid, plan.axes);
    plan.seconds += node.seconds;
  }
}

/// The dearest node of a group: its items are worth scheduling one by one.
NodeId anchor_of(const Plan& plan, const PlanGroup& group) {
  return *std::ranges::max_element(group.members, {},
                                   [&](NodeId id) { return plan.nodes[static_cast<std::size_t>(id.value)].seconds; });
}

/// The same tuned trial is chosen from both groups.
bool choose_together(const Group& a, const Group& b) {
  return a.tuning && b.tuning && a.model == b.model && a.tuning->trial == b.tuning->trial;
}

/// Groups that must run together: those of one anchor, and those a tuned trial is chosen from. By group, the number of
/// the first one of its kind.
std::vector<std::size_t> families_of(const Plan& plan) {
  std::vector<std::size_t> family(plan.groups.size());
  std::vector<NodeId> anchor;
  for (std::size_t g = 0; g < family.size(); ++g) {
    family[g] = g;
    anchor.push_back(anchor_of(plan, plan.groups[g]));
    for (std::size_t other = 0; other < g; ++other) {
      if (anchor[g] != anchor[other] && !choose_together(plan.groups[g].group, plan.groups[other].group)) continue;
      const std::size_t from = std::max(family[g], family[other]), to = std::min(family[g], family[other]);
      std::ranges::replace(family.begin(), family.begin() + static_cast<std::ptrdiff_t>(g) + 1, from, to);
    }
  }
  return family;
}

/// Add a group to its family, whose slots are counted later.
void join_family(Plan& plan, std::size_t g, Family& family) {
  const Group& group = plan.groups[g].group;
  family.unit_axes =
      family.unit_axes | plan.nodes[static_cast<std::size_t>(anchor_of(plan, plan.groups[g]).value)].node.reads;
  family.unit_axes.erase(group.fold);
  family.groups.emplace_back(static_cast<int>(g));
  if (group.tuning) family.n_bundles = 1;
}

void count_slots(const Plan& plan, Family& family) {
  for (GroupId id : family.groups) {
    family.begin.push_back(family.n_slots);
    family.n_slots += group_at(plan, id).group.grid.count(family.unit_axes);
  }
  const Group& group = group_at(plan, family.groups.front()).group;
  if (family.n_bundles == 0 || !family.unit_axes.contains(group.seed)) return;
  family.bundle = group.seed;
  family.n_bundles = group.grid.count({group.seed});
}

/// How many neighbouring units, which differ in their seeds, must stay together for what they share, in seconds, to be
/// small beside the rest.
std::int64_t least_units(const Plan& plan, const Family& family, double shared) {
  const Group& group = group_at(plan, family.groups.front()).group;
  if (!family.unit_axes.contains(group.seed)) return 1;
  const double units = std::ceil(least_own_work * shared * static_cast<double>(family.n_slots) / family.seconds);
  return std::min(group.grid.count({group.seed}), static_cast<std::int64_t>(units));
}

void price_family(const Plan& plan, Family& family) {
  std::vector<bool> counted(plan.nodes.size(), false);
  double shared = 0;  // by the seeds, one item each
  for (GroupId id : family.groups)
    for (NodeId member : group_at(plan, id).members) {
      const auto n = static_cast<std::size_t>(member.value);
      if (counted[n]) continue;
      counted[n] = true;
      family.seconds += plan.nodes[n].seconds;
      if (!plan.nodes[n].node.reads.contains(group_at(plan, id).group.seed))
        shared += plan.nodes[n].seconds / static_cast<double>(plan.nodes[n].items);
      const Shape shape = shape_of(group_at(plan, id).group, plan.n_features);
      family.unit_bytes += static_cast<double>(plan.nodes[n].items) * item_bytes(plan.nodes[n].node, shape);
    }
  family.unit_bytes /= static_cast<double>(family.n_slots);
  const double unit_seconds = family.seconds / static_cast<double>(family.n_slots);
  const auto by_cost = static_cast<std::int64_t>(std::ceil(batch_seconds / unit_seconds));
  const std::int64_t by_count = (family.n_slots + fewest_batches - 1) / fewest_batches;
  family.units_per_batch = std::max({std::int64_t{1}, std::min(by_cost, by_count), least_units(plan, family, shared)});
}

void form_families(Plan& plan) {
  const std::vector<std::size_t> family_of = families_of(plan);
  for (std::size_t first = 0; first < family_of.size(); ++first) {
    if (family_of[first] != first) continue;
    Family& family = plan.families.emplace_back();
    family.anchor = anchor_of(plan, plan.groups[first]);
    for (std::size_t g = first; g < family_of.size(); ++g)
      if (family_of[g] == first) join_family(plan, g, family);
    count_slots(plan, family);
    price_family(plan, family);
  }
}

}  // namespace

Batches batches_of(const Plan& plan) {
  Batches batches;
  for (const Family& family : plan.families) {
    const double n = static_cast<double>(family.n_slots);
    const double share = family.n_bundles > 0 ? 1 / static_cast<double>(family.n_bundles)
                                              : std::min(static_cast<double>(family.units_per_batch) / n, 1.0);
    batches.n += family.n_batches(family.units_per_batch);
    batches.most_seconds = std::max(batches.most_seconds, share * family.seconds);
  }
  return batches;
}

const char* name(Op op) {
  switch (op) {
    case Op::standardize:
      return "standardize";
    case Op::factor:
      return "factor";
    case Op::invert:
      return "invert";
    case Op::reduce:
      return "reduce";
    case Op::posterior:
      return "posterior";
    case Op::fold_posterior:
      return "fold_posterior";
    case Op::maximize_lml:
      return "maximize_lml";
    case Op::least_squares:
      return "least_squares";
    case Op::grow_trees:
      return "grow_trees";
    case Op::boost:
      return "boost";
    case Op::read_trees:
      return "read_trees";
    case Op::svr_path:
      return "svr_path";
  }
  return "?";
}

const char* name(PricedFor machine) { return machine == PricedFor::cuda ? "cuda" : "cpu"; }

const char* name(Sameness sameness) {
  switch (sameness) {
    case Sameness::bitwise:
      return "bitwise";
    case Sameness::rounding:
      return "rounding";
    case Sameness::certificate:
      return "certificate";
  }
  return "?";
}

const Binding* Node::binding(std::string_view parameter) const {
  const auto found = std::ranges::find(bindings, parameter, &Binding::parameter);
  return found == bindings.end() ? nullptr : &*found;
}

Plan make_plan(Lowered study, std::span<const Rule> rules, const Switches& switches) {
  std::vector<Rule> enabled;
  for (const Rule& rule : rules)
    if (switches.sharing && std::ranges::find(switches.disabled_rules, rule.name) == switches.disabled_rules.end())
      enabled.push_back(rule);

  Plan plan;
  plan.axes = std::move(study.axes);
  plan.switches = switches;
  const PricedFor machine = switches.priced_for;
  plan.splitting = study.splitting;
  plan.n_samples = study.n_samples;
  plan.n_features = study.n_features;
  for (Group& group : study.groups) {
    const Shape shape = shape_of(group, plan.n_features);
    const std::vector<Node> naive = without_sharing(group);
    Choice choice = switches.sharing ? choose_rules(machine, group, shape, plan.axes, enabled) : Choice{naive, 0, {}};
    const GroupId id(static_cast<int>(plan.groups.size()));
    PlanGroup& planned = plan.groups.emplace_back();
    planned.naive_seconds = price(machine, group, naive, shape, plan.axes);
    planned.seconds = price(machine, group, choice.nodes, shape, plan.axes);
    planned.refused = explain_refusals(group, choice, plan.axes, rules, switches);
    planned.fired = std::move(choice.fired);
    plan.n_trials += group.n_kept_trials();
    plan.n_fits += group.n_cells() * group.n_folds;
    plan.n_inner_fits += group.grid.size() - group.n_cells() * group.n_folds;
    plan.naive_seconds += planned.naive_seconds;
    planned.group = std::move(group);
    share_nodes(plan, id, std::move(choice.nodes), switches.sharing);
  }
  count_items(plan);
  form_families(plan);
  return plan;
}

}  // namespace kilofold
