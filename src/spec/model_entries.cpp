// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "blocks.hpp"
#include "readers.hpp"
#include "scalars.hpp"
#include "sections.hpp"
#include "tune.hpp"

namespace kilofold::spec {
namespace {

constexpr double max_trials = 1e7;

/// What others call the models, and the models.
constexpr std::array<std::array<std::string_view, 2>, 12> foreign_models = {{
    {"ridge", "linear, with alpha > 0"},
    {"ols", "linear"},
    {"LinearRegression", "linear"},
    {"decision_tree", "tree"},
    {"cart", "tree"},
    {"random_forest", "forest"},
    {"rf", "forest"},
    {"svm", "svr"},
    {"gp", "gpr"},
    {"gaussian_process", "gpr"},
    {"krr", "kernel_ridge"},
    {"lsboost", "gradient_boosting"},
}};

std::vector<std::string> names_of(const auto& schemas) {
  std::vector<std::string> names;
  for (const auto& schema : schemas) names.push_back(schema.name);
  return names;
}

/// 1234567 as "1,234,567".
std::string with_commas(const std::string& digits) {
  std::string grouped;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) grouped += ',';
    grouped += digits[i];
  }
  return grouped;
}

const ModelSchema* find_model(const YamlNode& node, std::span<const ModelSchema> schemas, Problems& problems) {
  const auto name = read_text(node, "model", problems);
  if (!name) return nullptr;
  const auto found = std::ranges::find(schemas, *name, &ModelSchema::name);
  if (found != schemas.end()) return &*found;
  const auto foreign =
      std::ranges::find_if(foreign_models, [&](const auto& row) { return same_but_case(row[0], *name); });
  problems.add(node.at, fmt::format("unknown model '{}'", *name), {},
               foreign != foreign_models.end() ? fmt::format("write model: {}", (*foreign)[1])
                                               : suggestion(*name, names_of(schemas)));
  return nullptr;
}

/// Trials of a block; infinite rather than wrong.
double count_trials(const ParameterBlock& block) {
  double trials = 1;
  for (const ParameterFactor& factor : block.factors) trials *= static_cast<double>(factor.size());
  return trials;
}

/// "1,000,000", or "about 10^40" where digits say nothing.
std::string in_words(double count) {
  return count < 1e18 ? with_commas(fmt::format("{:.0f}", count)) : fmt::format("about 10^{:.0f}", std::log10(count));
}

/// Refuse grids that no machine would finish, naming the axes that multiply to them.
void check_grid_size(const ModelSpec& model, const YamlNode& node, Problems& problems) {
  double trials = 0;
  std::vector<std::string> factors;
  for (const ParameterBlock& block : model.blocks) {
    trials += count_trials(block);
    for (const ParameterFactor& factor : block.factors)
      if (factor.size() > 1) factors.push_back(fmt::format("{} ({})", factor.axes.front().name, factor.size()));
  }
  if (trials <= max_trials) return;
  problems.add(node.at,
               fmt::format("the grid of '{}' has {} trials; one entry may have {}", model.name, in_words(trials),
                           in_words(max_trials)),
               fmt::format("{}", fmt::join(factors, " x ")), "take fewer values of these parameters");
}

std::string read_name(const YamlNode& entry, const ModelSchema& model, Problems& problems) {
  const YamlNode* node = entry.find("name");
  if (!node) return model.name;
  const auto name = read_text(*node, "name", problems);
  if (name && !is_name(*name)) {
    problems.add(node->at, fmt::format("name: expected letters, digits, '_', '-' and '.', got {}", quoted(*node)),
                 "it names a group in the result file");
  }
  return name.value_or("");
}

/// `method` and `trials`: the number of trials to draw, or nothing for a grid.
std::optional<std::int64_t> read_method(const YamlNode& node, Problems& problems) {
  const YamlNode* method = node.find("method");
  const YamlNode* trials = node.find("trials");
  const bool random = method && read_word(*method, key("models.method"), problems).value_or(0) == 1;
  if (trials && !random) {
    problems.add(trials->at, "trials: only 'method: random' reads it", "a grid has as many trials as its axes make",
                 "write method: random, or remove the key");
  }
  if (!random) return std::nullopt;
  if (!trials) {
    problems.add(method->at, "method: random needs 'trials'", {}, "write trials: 100");
    return 1;  // so that the mistakes of what is drawn are told too
  }
  return static_cast<std::int64_t>(read_number(*trials, key("models.trials"), problems).value_or(1));
}

/// The blocks of an entry: of `parameters`, a mapping or a list of them, or of `zip` alone.
void read_blocks(const YamlNode& node, BlockReader& reader, ModelSpec& entry, Problems& problems) {
  const std::optional<std::int64_t> trials = read_method(node, problems);
  const YamlNode* parameters = node.find("parameters");
  const YamlNode* zip = node.find("zip");
  if (trials && zip) {
    problems.add(zip->at, "zip: random search draws its own rows", {}, "remove zip, or write method: grid");
  }
  const auto read = [&](const YamlNode* block) {
    auto made = trials ? reader.random(*block, *trials) : reader.grid(block, zip);
    if (made) entry.blocks.push_back(std::move(*made));
  };
  if (!parameters) {
    if (trials) {
      problems.add(node.at, "method: random needs 'parameters'", {}, "write what to draw");
    } else if (zip || !node.find("as_published")) {
      read(nullptr);
    }
  } else if (!parameters->is_sequence()) {
    read(parameters);
  } else {
    if (parameters->items.empty())
      problems.add(parameters->at, "parameters: the list is empty", {}, "leave the key out to take the defaults");
    for (const YamlPtr& block : parameters->items) read(block.get());
  }
  check_grid_size(entry, parameters ? *parameters : node, problems);
}

/// Add an entry; one with `tune:` on its grid becomes two, the grid and what is chosen from it.
void add_entry(ModelSpec entry, const YamlNode& node, Spec& spec, Problems& problems) {
  if (entry.tune && entry.blocks.empty() && !node.find("parameters"))
    problems.add(node.find("tune")->at, "tune: the entry has no trials beside the published one", {},
                 "write `parameters`");
  if (!entry.is_tuned()) return spec.models.push_back(std::move(entry));
  ModelSpec tuned = entry;
  tuned.name += ".tuned";
  tuned.as_published.reset();
  entry.tune.reset();
  spec.models.push_back(std::move(entry));
  spec.models.push_back(std::move(tuned));
}

/// Turn `tune: {search: lbfgs}` into the parameters that say the same, where the model has them.
void write_tuner(const TuneSpec& tune, const ModelSchema& schema, ParameterBlock& block) {
  if (schema.tuner.search.empty() || tune.search != "lbfgs") return;
  block.axis(schema.tuner.search).values = {1};
  block.axis(schema.tuner.search).text = {"lbfgs"};
  block.axis(schema.tuner.restarts).values = {static_cast<double>(tune.starts - 1)};
}

void read_published(const YamlNode& node, const ModelSchema& schema, BlockReader& reader, ModelSpec& entry,
                    Problems& problems) {
  auto block = reader.published(node);
  if (!block) return;
  entry.as_published = PublishedTrial{std::move(*block), std::nullopt, node.at.place()};
  if (const YamlNode* tune = node.find("tune")) entry.as_published->tune = read_tune(*tune, schema, problems);
  if (entry.as_published->tune && entry.as_published->tune->search == "grid")
    problems.add(node.find("tune")->at, "as_published.tune: one trial is no grid to choose from", {},
                 schema.tuned_by_gradient ? "write search: lbfgs, or tune the entry" : "tune the entry");
  if (entry.as_published->tune) write_tuner(*entry.as_published->tune, schema, entry.as_published->block);
}

void read_entry(const YamlNode& node, std::span<const ModelSchema> schemas, Spec& spec, ValueBudget& budget,
                Problems& problems) {
  if (!has_keys_of(node, "models", problems)) return;
  const YamlNode* model = require(node, "models", "model", "legal here: " + joined(names_of(schemas)), problems);
  const ModelSchema* schema = model ? find_model(*model, schemas, problems) : nullptr;
  if (!schema) return;
  ModelSpec entry{read_name(node, *schema, problems), schema->name, {}, node.at.place()};
  const auto same = [&](const ModelSpec& other) {
    return other.name == entry.name || (node.find("tune") && other.name == entry.name + ".tuned");
  };
  if (!entry.name.empty() && std::ranges::any_of(spec.models, same)) {
    const YamlNode* name = node.find("name");
    problems.add(name ? name->at : model->at, fmt::format("a second model is named '{}'", entry.name),
                 "results are kept by name", "give each entry a `name:` of its own");
  }
  std::vector<std::string> features;
  for (const ColumnName& feature : spec.data.features) features.push_back(feature.column);
  BlockReader reader(*schema, std::move(features), entry.place, budget, problems);
  read_blocks(node, reader, entry, problems);
  if (const YamlNode* published = node.find("as_published"))
    read_published(*published, *schema, reader, entry, problems);
  if (const YamlNode* tune = node.find("tune")) entry.tune = read_tune(*tune, *schema, problems);
  if (entry.tune)
    for (ParameterBlock& block : entry.blocks) write_tuner(*entry.tune, *schema, block);
  add_entry(std::move(entry), node, spec, problems);
}

}  // namespace

void read_models(const YamlNode& node, std::span<const ModelSchema> schemas, Spec& spec, ValueBudget& budget,
                 Problems& problems) {
  if (!node.is_sequence() || node.items.empty()) {
    problems.add(node.at, fmt::format("models: expected a list of models, got {}", quoted(node)), {},
                 "write - {model: linear}");
    return;
  }
  for (const YamlPtr& item : node.items) read_entry(*item, schemas, spec, budget, problems);
}

}  // namespace kilofold::spec
