// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cmath>
#include <map>

#include "kilofold/spec.hpp"

namespace kilofold {
namespace {

/// A JSON object while it is being written; a map keeps the keys sorted.
using Members = std::map<std::string, std::string>;

std::string json_text(std::string_view text) {
  std::string json = "\"";
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20) {
      json += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      if (c == '"' || c == '\\') json += '\\';
      json += c;
    }
  }
  return json + '"';
}

/// The shortest decimal that reads back as the same double; `none` has no JSON number.
std::string json_number(double value) { return std::isinf(value) ? "\"none\"" : fmt::format("{}", value); }

/// Items between brackets, joined by commas.
std::string bracketed(char open, const auto& values, auto to_json, char close) {
  std::string json(1, open);
  for (const auto& value : values) {
    if (json.size() > 1) json += ',';
    json += to_json(value);
  }
  return json + close;
}

std::string json_list(const auto& values, auto to_json) { return bracketed('[', values, to_json, ']'); }

std::string json_object(const Members& members) {
  const auto member = [](const auto& m) { return fmt::format("{}:{}", json_text(m.first), m.second); };
  return bracketed('{', members, member, '}');
}

std::string json_model(const ModelSpec& model) {
  Members parameters;
  for (const ParameterAxis& axis : model.parameters)
    parameters[axis.name] = axis.text.empty() ? json_list(axis.values, json_number) : json_list(axis.text, json_text);
  return json_object({{"model", json_text(model.model)}, {"parameters", json_object(parameters)}});
}

}  // namespace

std::string canonical_json(const Spec& spec, const Dataset& data) {
  const auto integer = [](auto value) { return fmt::format("{}", value); };
  const auto column = [](const ColumnName& named) { return json_text(named.column); };
  return json_object({
      {"cv", json_object({{"folds", json_list(spec.cv.folds, integer)},
                          {"seeds", json_list(spec.cv.seeds, integer)},
                          {"splitter", json_text("kfold")}})},
      {"data", json_object({{"features", json_list(spec.data.features, column)},
                            {"sha256", json_text(data.sha256)},
                            {"target", column(spec.data.target)}})},
      {"models", json_list(spec.models, json_model)},
      {"scaling", json_object({{"features", json_text(name(spec.feature_scaling))},
                               {"fit_on", json_text("fold")},
                               {"target", json_text(name(spec.target_scaling))}})},
      {"spec", "1"},
  });
}

}  // namespace kilofold
