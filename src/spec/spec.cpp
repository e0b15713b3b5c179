// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "kilofold/spec.hpp"

#include <fmt/format.h>

#include <deque>
#include <fstream>

#include "names.hpp"
#include "overrides.hpp"
#include "readers.hpp"
#include "scalars.hpp"
#include "sections.hpp"

namespace kilofold {
namespace spec {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

void read_version(const YamlNode& root, Problems& problems) {
  const YamlNode* version = require(root, {}, "spec", "write `spec: 1` at the top", problems);
  if (!version || number(*version) == 1.0) return;
  problems.add(version->at, fmt::format("spec: expected 1, got {}", quoted(*version)), "this version reads grammar 1");
}

void read_study_name(const YamlNode& root, Spec& spec, Problems& problems) {
  const YamlNode* name = require(root, {}, "name", "name the study: it names its result file", problems);
  if (!name) return;
  spec.name = read_text(*name, "name", problems).value_or("");
  if (spec.name.empty() || is_name(spec.name)) return;
  problems.add(name->at, fmt::format("name: expected letters, digits, '_', '-' and '.', got {}", quoted(*name)),
               "it names the result file");
}

/// `names_table` becomes true when `data` names a file.
void read_study(const YamlNode& root, std::span<const ModelSchema> models, Spec& spec, bool& names_table,
                Problems& problems) {
  if (!has_keys_of(root, {}, problems)) return;
  ValueBudget budget;
  read_version(root, problems);
  read_study_name(root, spec, problems);
  if (const YamlNode* description = root.find("description")) {
    spec.description = read_text(*description, "description", problems).value_or("");
  }
  if (const YamlNode* data = require(root, {}, "data", "write data: {file, features, target}", problems)) {
    read_data(*data, spec, problems);
    names_table = !spec.data.file.empty();
  }
  if (const YamlNode* cv = root.find("cv")) read_cv(*cv, spec, budget, problems);
  if (const YamlNode* scaling = root.find("scaling")) read_scaling(*scaling, spec, problems);
  if (const YamlNode* metrics = root.find("metrics")) read_metrics(*metrics, spec, problems);
  if (const YamlNode* seed = root.find("model_seed")) read_model_seed(*seed, spec, budget, problems);
  if (const YamlNode* numerics = root.find("numerics")) read_numerics(*numerics, spec, problems);
  if (const YamlNode* list = require(root, {}, "models", "write models: [{model: linear}]", problems)) {
    read_models(*list, models, spec, budget, problems);
  }
  if (const YamlNode* list = root.find("importance")) read_importance(*list, spec, budget, problems);
  spec.output.file = fmt::format("results/{}.h5", spec.name);
  if (const YamlNode* output = root.find("output")) read_output(*output, spec, problems);
  if (const YamlNode* report = root.find("report")) read_report(*report, spec, problems);
  if (const YamlNode* reference = root.find("reference")) read_reference(*reference, spec, problems);
  if (const YamlNode* run = root.find("run")) read_run(*run, spec, problems);
}

}  // namespace
}  // namespace spec

Spec parse_spec(std::string_view text, const std::string& path, std::span<const ModelSchema> models,
                std::span<const Override> overrides) {
  Spec study;
  study.path = path;
  study.text = text;
  if (text.starts_with(spec::byte_order_mark)) text.remove_prefix(spec::byte_order_mark.size());
  const spec::SourceText source(path, std::string(text));
  std::deque<spec::SourceText> set;  // a deque: nodes point at its elements
  spec::Problems problems;
  bool names_table = false;
  try {
    spec::YamlPtr root = spec::parse_yaml(source, problems);
    if (root) {
      for (const auto& [key, value] : overrides) {
        set.emplace_back(key + "=" + value);
        root = spec::apply_override(root, set.back(), key.size(), problems);
      }
      spec::read_study(*root, models, study, names_table, problems);
    }
    problems.throw_if_any();
  } catch (const InputError& error) {
    throw SpecError(error.problems(), std::move(study), names_table);
  }
  return study;
}

Spec read_spec(const std::string& path, std::span<const ModelSchema> models, std::span<const Override> overrides) {
  std::ifstream file(path, std::ios::binary);
  std::string text;
  for (std::size_t room = 1 << 14; file && text.size() <= spec::max_text_bytes; room *= 2) {  // most specs are a page
    // One byte more than allowed tells too long from just fitting.
    const std::size_t read = text.size();
    text.resize(std::min(room, spec::max_text_bytes + 1));
    file.read(text.data() + read, static_cast<std::streamsize>(text.size() - read));
    text.resize(read + static_cast<std::size_t>(file.gcount()));
  }
  if (!file && !file.eof()) {
    Problem problem;
    problem.place.file = path;
    problem.message = "cannot read the file";
    problem.hint = "check the path and its permissions";
    throw InputError(std::vector<Problem>{problem});
  }
  return parse_spec(text, path, models, overrides);
}

}  // namespace kilofold
