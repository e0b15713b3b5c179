// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "sections.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "device_name.hpp"
#include "readers.hpp"
#include "scalars.hpp"

namespace kilofold {

bool is_device(std::string_view text) {
  if (text == "auto" || text == "cpu" || text == "cuda") return true;
  const bool numbered = text.starts_with("cuda:") && text.size() > 5 && text.size() < 9;
  return numbered && text.find_first_not_of("0123456789", 5) == std::string_view::npos;
}

}  // namespace kilofold

namespace kilofold::spec {
namespace {

/// A list of words in the order written; empty after a problem.
std::vector<std::string> read_list(const YamlNode& node, const Key& key, std::string_view example, Problems& problems) {
  if (!node.is_sequence() || node.items.empty()) {
    problems.add(node.at, fmt::format("{}: expected a list, got {}", key.path, quoted(node)), {}, std::string(example));
    return {};
  }
  std::vector<std::string> words;
  for (const std::size_t word : read_words(node, key, problems)) words.push_back(key.words[word]);
  return words;
}

/// Seconds from `30`, `30s`, `5m` or `2h`; empty for anything else.
std::optional<double> parse_duration(std::string_view text) {
  double unit = 1;
  if (text.ends_with('s') || text.ends_with('m') || text.ends_with('h')) {
    unit = text.back() == 'm' ? 60 : text.back() == 'h' ? 3600 : 1;
    text.remove_suffix(1);
  }
  const auto value = parse_number(text);
  return value && *value > 0 ? std::optional(*value * unit) : std::nullopt;
}

void read_duration(const YamlNode& node, const std::string& key, double& seconds, Problems& problems) {
  const auto read = node.is_scalar() ? parse_duration(node.text) : std::nullopt;
  if (read) {
    seconds = *read;
  } else {
    problems.add(node.at, fmt::format("{}: expected a time > 0, got {}", key, quoted(node)), {},
                 "write 30 or 30s for seconds, 5m for minutes");
  }
}

/// The words that an entry of `importance:` takes under a key.
std::vector<std::string> word_axis(const YamlNode& node, const Key& key, Problems& problems) {
  std::vector<std::string> words;
  for (const std::size_t word : read_words(node, key, problems)) words.push_back(key.words[word]);
  return words;
}

/// Refuse keys that belong to other methods.
void check_method_keys(const YamlNode& node, const std::string& method, Problems& problems) {
  const std::vector<std::string> legal = method == "mrmr"    ? std::vector<std::string>{"scheme", "estimator", "bins"}
                                         : method == "ftest" ? std::vector<std::string>{"bins"}
                                                             : std::vector<std::string>{"neighbors", "sigma"};
  const std::vector<std::string> known = keys_of("importance");
  for (const YamlEntry& entry : node.entries) {
    if (entry.key == "method" || entry.key == "per" || std::ranges::find(known, entry.key) == known.end()) continue;
    if (std::ranges::find(legal, entry.key) != legal.end()) continue;
    problems.add(entry.key_at, fmt::format("importance: {} has no key '{}'", method, entry.key), {},
                 "legal here: " + joined(legal));
  }
}

void read_importance_entry(const YamlNode& node, Spec& spec, ValueBudget& budget, Problems& problems) {
  if (!has_keys_of(node, "importance", problems)) return;
  const YamlNode* method = require(node, "importance", "method", "legal here: mrmr, ftest, rrelieff", problems);
  const auto word = method ? read_word(*method, key("importance.method"), problems) : std::nullopt;
  if (!word) return;
  ImportanceSpec entry;
  entry.method = key("importance.method").words[*word];
  entry.place = node.at.place();
  check_method_keys(node, entry.method, problems);
  if (const YamlNode* value = node.find("scheme"))
    entry.schemes = word_axis(*value, key("importance.scheme"), problems);
  if (const YamlNode* value = node.find("estimator"))
    entry.estimators = word_axis(*value, key("importance.estimator"), problems);
  if (const YamlNode* value = node.find("bins"))
    entry.bins = static_cast<std::int32_t>(read_number(*value, key("importance.bins"), problems).value_or(0));
  if (const YamlNode* value = node.find("neighbors")) {
    const auto values = read_integers(*value, key("importance.neighbors"), budget, problems);
    entry.neighbors.assign(values.begin(), values.end());
  }
  if (const YamlNode* value = node.find("sigma"))
    entry.sigma = read_number(*value, key("importance.sigma"), problems).value_or(0);
  if (const YamlNode* value = node.find("per")) {
    const auto per = read_word(*value, key("importance.per"), problems);
    if (per) entry.per = key("importance.per").words[*per];
  }
  spec.importance.push_back(std::move(entry));
}

void read_reference_metrics(const YamlEntry& written, Spec& spec, Problems& problems) {
  static const std::vector<std::string>& metrics = key("metrics").words;
  std::vector<std::string> entries;
  for (const ModelSpec& model : spec.models) entries.push_back(model.name);
  // Entries that were refused are missing here, and that has been said.
  if (std::ranges::find(entries, written.key) == entries.end() && !entries.empty()) {
    problems.add(written.key_at, fmt::format("reference.results: no entry of models is named '{}'", written.key), {},
                 suggestion(written.key, entries));
  }
  if (!is_mapping(*written.value, "reference.results", problems)) return;
  check_keys(*written.value, "reference.results", metrics, problems);
  ReferenceSpec::Result result{written.key, {}};
  for (const YamlEntry& metric : written.value->entries) {
    const auto value = number(*metric.value);
    if (value) {
      result.metrics.emplace_back(metric.key, *value);
      continue;
    }
    const NumberAdvice advice = number_advice(*metric.value);
    problems.add(metric.value->at, fmt::format("reference.results: expected a number, got {}", quoted(*metric.value)),
                 advice.reason, advice.hint);
  }
  spec.reference.results.push_back(std::move(result));
}

}  // namespace

void read_metrics(const YamlNode& node, Spec& spec, Problems& problems) {
  spec.metrics = read_list(node, key("metrics"), "write [mae, rmse, r2]", problems);
}

void read_importance(const YamlNode& node, Spec& spec, ValueBudget& budget, Problems& problems) {
  if (!node.is_sequence() || node.items.empty()) {
    problems.add(node.at, fmt::format("importance: expected a list of methods, got {}", quoted(node)), {},
                 "write - {method: ftest}");
    return;
  }
  for (const YamlPtr& item : node.items) read_importance_entry(*item, spec, budget, problems);
}

void read_report(const YamlNode& node, Spec& spec, Problems& problems) {
  if (!has_keys_of(node, "report", problems)) return;
  if (const YamlNode* plots = node.find("plots"))
    spec.plots = read_list(*plots, key("report.plots"), "write [true_vs_predicted, residuals]", problems);
}

void read_reference(const YamlNode& node, Spec& spec, Problems& problems) {
  if (!has_keys_of(node, "reference", problems)) return;
  if (const YamlNode* source = node.find("source"))
    spec.reference.source = read_text(*source, "reference.source", problems).value_or("");
  const YamlNode* results = node.find("results");
  if (!results || !is_mapping(*results, "reference.results", problems)) return;
  for (const YamlEntry& entry : results->entries) read_reference_metrics(entry, spec, problems);
}

void read_output(const YamlNode& node, Spec& spec, Problems& problems) {
  if (!has_keys_of(node, "output", problems)) return;
  if (const YamlNode* file = node.find("file")) {
    if (const auto text = read_text(*file, "output.file", problems)) spec.output.file = *text;
  }
  if (const YamlNode* predictions = node.find("predictions")) {
    const auto word = read_word(*predictions, key("output.predictions"), problems);
    if (word) spec.output.predictions = key("output.predictions").words[*word];
  }
  if (const YamlNode* keep = node.find("keep")) {
    spec.output.keep = static_cast<std::int32_t>(read_number(*keep, key("output.keep"), problems).value_or(0));
    if (spec.output.predictions != "best") {
      problems.add(keep->at,
                   fmt::format("output.keep: only 'predictions: best' reads it, this is '{}'", spec.output.predictions),
                   {}, "write predictions: best, or remove the key");
    }
  }
}

void read_run(const YamlNode& node, Spec& spec, Problems& problems) {
  if (!has_keys_of(node, "run", problems)) return;
  if (const YamlNode* device = node.find("device")) {
    if (device->is_scalar() && is_device(device->text)) {
      spec.run.device = device->text;
    } else {
      problems.add(device->at, fmt::format("run.device: expected auto, cpu, cuda or cuda:K, got {}", quoted(*device)),
                   {}, same_but_case(device->text, "gpu") ? "write cuda" : "");
    }
  }
  if (const YamlNode* threads = node.find("threads"))
    spec.run.threads = static_cast<std::int32_t>(read_number(*threads, key("run.threads"), problems).value_or(0));
  if (const YamlNode* memory = node.find("memory"))
    spec.run.memory = read_number(*memory, key("run.memory"), problems).value_or(0);
  if (const YamlNode* checkpoint = node.find("checkpoint"))
    read_duration(*checkpoint, "run.checkpoint", spec.run.checkpoint_seconds, problems);
  if (const YamlNode* limit = node.find("fit_time_limit"))
    read_duration(*limit, "run.fit_time_limit", spec.run.fit_time_limit, problems);
}

}  // namespace kilofold::spec
