// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/study.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <sstream>
#include <tuple>

#include "cli/paths.hpp"
#include "cpu/isa.hpp"
#include "kilofold/version.hpp"

namespace kilofold::cli {
namespace {

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

/// Who checks a spec against its table knows where the spec names something, not what stands there.
void add_excerpts(std::vector<Problem>& problems, const Spec& spec) {
  constexpr std::string_view option = "--set ";
  std::vector<std::string> lines;
  std::istringstream text(spec.text);
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  for (Problem& problem : problems) {
    if (!problem.excerpt.empty()) continue;
    const auto line = static_cast<std::size_t>(problem.place.line);
    if (problem.place.file.starts_with(option))
      problem.excerpt = problem.place.file.substr(option.size());
    else if (problem.place.file == spec.path && line >= 1 && line <= lines.size())
      problem.excerpt = lines[line - 1];
  }
}

/// Let `check` hold a spec against its table; what it refuses is told with the spec's lines.
template <class Check> auto checked(const Spec& spec, const Check& check) try {
  return check();
} catch (const InputError& error) {
  std::vector<Problem> problems = error.problems();
  add_excerpts(problems, spec);
  throw InputError(std::move(problems));
}

Dataset read_data(const Spec& spec) {
  return checked(spec, [&] { return read_csv(spec.data); });
}

/// The problems of a spec and, where it names one, of its table, told together: those of the spec's text in its order.
[[noreturn]] void throw_problems(const SpecError& error) {
  std::vector<Problem> problems = error.problems();
  const Spec& spec = error.spec();
  try {
    if (error.names_table()) read_data(spec);
  } catch (const InputError& of_table) {
    problems.insert(problems.end(), of_table.problems().begin(), of_table.problems().end());
  }
  const auto order = [&](const Problem& p) {
    const bool in_spec = p.place.file == spec.path;
    const int part = in_spec ? 1 : p.place.file == spec.data.file || p.place.file.empty() ? 2 : 0;  // 0: --set
    return std::tuple(part, in_spec ? p.place.line : 0, in_spec ? p.place.column : 0);
  };
  std::ranges::stable_sort(problems, {}, order);
  throw InputError(std::move(problems));
}

}  // namespace

std::function<Plan(PricedFor)> plans_of(const Study& study, const Switches& switches) {
  return [&study, switches](PricedFor machine) {
    Switches priced = switches;
    priced.priced_for = machine;
    return make_plan(lower(study.spec, study.data), all_rules(), priced);
  };
}

std::string rules_line(const Plan& plan) {
  const std::string machine = plan.switches.priced_for == PricedFor::cuda ? "priced for cuda; " : "";
  if (!plan.switches.sharing) return machine + "sharing off";
  std::vector<std::string> fired;
  for (const PlanGroup& group : plan.groups)
    for (const std::string& rule : group.fired)
      if (std::ranges::find(fired, rule) == fired.end()) fired.push_back(rule);
  return fmt::format(
      "{}fired: {}; off: {}", machine, fired.empty() ? "none" : fmt::format("{}", fmt::join(fired, " ")),
      plan.switches.disabled_rules.empty() ? "none" : fmt::format("{}", fmt::join(plan.switches.disabled_rules, " ")));
}

Study read_study(const Options& options) {
  const std::vector<ModelSchema> schemas = all_schemas();
  Study study;
  check_spec_path(options.spec);
  try {
    study.spec = read_spec(options.spec, schemas, options.overrides);
  } catch (const SpecError& error) {
    throw_problems(error);
  }
  study.data = read_data(study.spec);
  checked(study.spec, [&] { complete(study.spec, study.data); });
  check_output_path(options.output.empty() ? study.spec.output.file : options.output);
  return study;
}

StudyHeader header(const Study& study, const Plan& plan, const Device& device, std::span<const Override> overrides) {
  StudyHeader header;
  header.spec = study.spec;
  header.data = study.data;
  header.canonical = canonical_json(study.spec, study.data);
  for (std::int32_t folds : study.spec.cv.folds)
    for (std::int64_t seed : study.spec.cv.seeds)
      header.splits.push_back(split(study.data, study.spec.cv.splitting, folds, seed));
  for (std::size_t m = 0; m < study.spec.models.size(); ++m) {
    const Model& model = model_named(study.spec.models[m].model);
    header.models.push_back(
        trial_table(plan, study.spec, study.data, model.schema, ModelId(static_cast<int>(m)), device.library));
    header.models.back().few_values = model.results.few_values;
    header.models.back().has_sd = model.results.has_sd;
    header.models.back().diagnostics = diagnostics_of(study.spec, study.spec.models[m]);
  }
  header.provenance = {
      {"title", study.spec.name},
      {"description", study.spec.description},
      {"data_file", study.spec.data.file},
      {"metrics", fmt::format("{}", fmt::join(study.spec.metrics, " "))},
      {"plots", fmt::format("{}", fmt::join(study.spec.plots, " "))},
      {"reference_source", study.spec.reference.source},
      {"version", build_info::version},
      {"commit", build_info::commit},
      {"compiler", fmt::format("{} {}", build_info::compiler, build_info::build_type)},
      {"created", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)))},
      {"host", host_name()},
      {"device", device.name},
      {"device_name", device.description},
      {"device_reason", device.reason},
      {"numerics_flavour", name(device.library.empty() ? Flavour::canonical : Flavour::vendor)},
      {"numerics_library", device.library},
      {"isa", cpu::isa()},
      {"rules", rules_line(plan)},
      {"plan", plan_hash(plan)},
  };
  for (const ReferenceSpec::Result& result : study.spec.reference.results)
    for (const auto& [metric, value] : result.metrics)
      header.provenance.emplace_back(fmt::format("reference {} {}", metric, result.name), fmt::format("{}", value));
  for (const auto& [key, value] : overrides) header.provenance.emplace_back("set " + key, value);
  return header;
}

}  // namespace kilofold::cli
