// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/json.hpp"

#include <array>
#include <cmath>

#include "cli/json_text.hpp"

namespace kilofold::cli {
namespace {

constexpr std::array<const char*, 4> metric_names = {"mae", "rmse", "r2", "r2_eq13"};

Json known(int number) { return number > 0 ? Json(number) : Json(nullptr); }

Json axis_names(const AxisSet& set, const Plan& plan) {
  Json names = Json::array();
  for (AxisId axis : set.list()) names.push_back(plan.axes[static_cast<std::size_t>(axis.value)].name);
  return names;
}

Json nodes_json(const Plan& plan) {
  Json nodes = Json::array();
  for (const PlanNode& node : plan.nodes) {
    std::int64_t one_by_one = 0;
    for (GroupId id : node.groups) one_by_one += plan.groups[static_cast<std::size_t>(id.value)].group.grid.size();
    nodes.push_back({{"op", name(node.node.op)},
                     {"items_one_by_one", one_by_one},
                     {"items", node.items},
                     {"seconds", node.seconds},
                     {"reads", axis_names(node.node.reads, plan)},
                     {"lanes", axis_names(node.node.lanes, plan)}});
  }
  return nodes;
}

Json rules_json(const Plan& plan) {
  Json rules = Json::array();
  for (const PlanGroup& group : plan.groups) {
    for (const std::string& rule : group.fired)
      rules.push_back({{"rule", rule}, {"group", group.group.label}, {"fired", true}});
    for (const auto& [rule, reason] : group.refused)
      rules.push_back({{"rule", rule}, {"group", group.group.label}, {"fired", false}, {"reason", reason}});
  }
  return rules;
}

Json parameters_json(const TrialTable& table, std::size_t trial) {
  Json parameters = Json::object();
  for (const TrialColumn& column : table.columns) {
    if (!column.text.empty())
      parameters[column.name] = column.text[trial];
    else if (column.integral && std::isfinite(column.number[trial]))
      parameters[column.name] = static_cast<std::int64_t>(column.number[trial]);
    else
      parameters[column.name] = column.number[trial];
  }
  return parameters;
}

/// The trial that published results are compared with: its id, and its metrics' means over the seeds.
Json published_setting_json(const StudyReader& study, ModelId model) {
  const TrialTable& table = study.models()[static_cast<std::size_t>(model.value)];
  const std::optional<std::int64_t> trial = published_trial(table);
  if (!trial) return nullptr;
  Json setting = {{"trial", table.id[static_cast<std::size_t>(*trial)]}};
  const CellBlock cells = study.trial(model, *trial);
  for (std::size_t metric = 0; metric < metric_names.size(); ++metric) {
    double sum = 0;
    for (std::size_t at = metric; at < cells.metric.size(); at += metric_names.size()) sum += cells.metric[at];
    setting[metric_names[metric]] = sum / static_cast<double>(study.seeds().size());
  }
  return setting;
}

}  // namespace

std::string problems_json(const std::vector<Problem>& problems) {
  Json list = Json::array();
  for (const Problem& problem : problems)
    list.push_back({{"file", problem.place.file},
                    {"line", known(problem.place.line)},
                    {"column", known(problem.place.column)},
                    {"width", problem.width},
                    {"message", problem.message},
                    {"reason", problem.reason},
                    {"hint", problem.hint}});
  return text_of(list);
}

std::string plan_json(const Plan& plan, const Spec& spec, double file_bytes, const std::string& asked,
                      const Device& device) {
  return text_of({{"study", spec.name},
                  {"trials", plan.n_trials},
                  {"seeds", spec.cv.seeds.size()},
                  {"fits", plan.n_fits},
                  {"inner_fits", plan.n_inner_fits},
                  {"samples", plan.n_samples},
                  {"features", plan.n_features},
                  {"seconds_one_by_one", plan.naive_seconds},
                  {"seconds", plan.seconds},
                  {"batches", batches_of(plan).n},
                  {"longest_batch_seconds", batches_of(plan).most_seconds},
                  {"sharing", plan.switches.sharing},
                  {"nodes", nodes_json(plan)},
                  {"rules", rules_json(plan)},
                  {"output", spec.output.file},
                  {"output_bytes", std::llround(file_bytes)},
                  {"cost_table", cost_table_version},
                  {"device", {{"asked", asked}, {"takes", device.name}, {"reason", device.reason}}},
                  {"numerics_library", device.library},
                  {"plan", plan_hash(plan)}});
}

std::string status_json(const StudyReader& study, const std::string& file) {
  Json models = Json::array();
  std::int64_t failed_fits = 0;
  for (std::size_t m = 0; m < study.models().size(); ++m) {
    const std::vector<std::int64_t> counts = study.status_counts(ModelId(static_cast<int>(m)));
    failed_fits += n_failed(counts);
    Json fits = Json::object();
    for (std::size_t s = 0; s + 1 < counts.size(); ++s)
      if (counts[s] > 0) fits[name(static_cast<FitStatus>(s))] = counts[s];
    if (counts.back() > 0) fits["missing"] = counts.back();
    const TrialTable& table = study.models()[m];
    models.push_back({{"name", table.model_name}, {"model", table.model}, {"trials", table.id.size()}, {"fits", fits}});
  }
  return text_of({{"file", file},
                  {"cells", study.n_cells()},
                  {"committed", study.n_committed()},
                  {"complete", study.n_committed() == study.n_cells()},
                  {"failed_fits", failed_fits},
                  {"models", models}});
}

std::string trial_json(const StudyReader& study, ModelId model, std::int64_t trial) {
  const TrialTable& table = study.models()[static_cast<std::size_t>(model.value)];
  const auto t = static_cast<std::size_t>(trial);
  const CellBlock cells = study.trial(model, trial);
  Json seeds = Json::array();
  for (std::size_t s = 0; s < study.seeds().size(); ++s) {
    Json seed = {{"seed", study.seeds()[s]}};
    for (std::size_t metric = 0; metric < metric_names.size(); ++metric)
      seed[metric_names[metric]] = cells.metric[metric_names.size() * s + metric];
    seeds.push_back(seed);
  }
  Json published = Json::object();
  for (const auto& metric : metric_names)
    if (const double value = reference_value(study, table.model_name, metric); !std::isnan(value))
      published[metric] = value;
  return text_of({{"name", table.model_name},
                  {"model", table.model},
                  {"published", published},
                  {"as_published", published_setting_json(study, model)},
                  {"trial", table.id[t]},
                  {"parameters", parameters_json(table, t)},
                  {"units", study.target().units},
                  {"seeds", seeds}});
}

std::string importance_json(const StudyReader& study) {
  Json features = Json::array();
  for (const ColumnName& feature : study.data().source.features) features.push_back(feature.column);
  const std::size_t d = features.size();
  Json methods = Json::array();
  for (const FeatureScoreTable& table : study.importance()) {
    Json score = Json::array(), rank = Json::array();
    for (auto at = table.score.begin(); at != table.score.end(); at += static_cast<std::ptrdiff_t>(d))
      score.push_back(std::vector<double>(at, at + static_cast<std::ptrdiff_t>(d)));
    for (auto at = table.rank.begin(); at != table.rank.end(); at += static_cast<std::ptrdiff_t>(d))
      rank.push_back(std::vector<std::int32_t>(at, at + static_cast<std::ptrdiff_t>(d)));
    methods.push_back({{"name", table.name},
                       {"long_name", table.long_name},
                       {"units", table.units},
                       {"folds", table.n_folds},
                       {"score", score},
                       {"rank", rank}});
  }
  return text_of({{"features", features}, {"importance", methods}});
}

}  // namespace kilofold::cli
