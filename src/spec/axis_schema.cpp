// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "axis_schema.hpp"

#include <algorithm>
#include <cmath>

#include "axes.hpp"

namespace kilofold::spec {
namespace {

using Kind = ParameterSchema::Kind;
using Members = std::vector<Json::Member>;

Json type(const char* name) { return Json::object({{"type", Json::text(name)}}); }

Json count() { return Json::object({{"type", Json::text("integer")}, {"minimum", Json::number(1)}}); }

/// [first, last, count].
Json triple(const Json& end) {
  return Json::object({{"type", Json::text("array")},
                       {"items", Json::list({end, end, count()})},
                       {"minItems", Json::number(3)},
                       {"maxItems", Json::number(3)}});
}

Json value_schema(const ParameterSchema& schema) {
  if (schema.kind == Kind::category) return one_of_words(schema.categories);
  std::vector<std::string> words = schema.words;
  if (schema.none_allowed) words.emplace_back("none");
  const Json number = number_schema(schema);
  return words.empty() ? number : any_of({number, one_of_words(words)});
}

/// Mappings that make values.
std::vector<Json> generators(const std::string& name, const ParameterSchema& schema) {
  std::vector<Json> forms = {mapping({{"value", reference(name + ".value")}}, {"value"}),
                             mapping({{"values", reference(name + ".list")}}, {"values"})};
  if (schema.kind == Kind::category) return forms;
  ParameterSchema positive = schema;
  if (!(positive.minimum > 0)) {
    positive.minimum = 0;
    positive.minimum_allowed = false;
  }
  const Json end = number_schema(schema);
  const Json step = Json::object({{"type", Json::text("number")}, {"exclusiveMinimum", Json::number(0)}});
  forms.push_back(mapping({{"linspace", triple(end)}}, {"linspace"}));
  forms.push_back(mapping({{"geomspace", triple(number_schema(positive))}}, {"geomspace"}));
  forms.push_back(mapping({{"logspace", triple(type("number"))}}, {"logspace"}));
  forms.push_back(mapping({{"from", end}, {"to", end}, {"step", step}}, {"from", "to"}));
  return forms;
}

/// {ard: axis} or {ard: {feature: axis, ...}}.
Json ard(const Json& axis) {
  const Json by_feature = Json::object(
      {{"type", Json::text("object")}, {"minProperties", Json::number(1)}, {"additionalProperties", axis}});
  return mapping({{"ard", any_of({axis, by_feature})}}, {"ard"});
}

Json distribution(const ParameterSchema& schema) {
  const bool whole = schema.kind == Kind::integer;
  const std::vector<std::string> names = whole
                                             ? std::vector<std::string>{"int_uniform"}
                                             : std::vector<std::string>{"uniform", "log_uniform_values", "int_uniform"};
  const Json end = number_schema(schema);
  return mapping({{"min", end}, {"max", end}, {"distribution", one_of_words(names)}}, {"min", "max", "distribution"});
}

}  // namespace

Json list_of(const Json& item) {
  return Json::object({{"type", Json::text("array")}, {"minItems", Json::number(1)}, {"items", item}});
}

Json mapping(const Members& properties, const std::vector<std::string>& required) {
  Members members = {{"type", Json::text("object")},
                     {"properties", Json::object(properties)},
                     {"additionalProperties", Json::boolean(false)}};
  if (!required.empty()) members.emplace_back("required", Json::texts(required));
  return Json::object(members);
}

Json number_schema(const ParameterSchema& schema) {
  Members members = {{"type", Json::text(schema.kind == Kind::integer ? "integer" : "number")}};
  if (std::isfinite(schema.minimum))
    members.emplace_back(schema.minimum_allowed ? "minimum" : "exclusiveMinimum", Json::number(schema.minimum));
  if (std::isfinite(schema.maximum)) members.emplace_back("maximum", Json::number(schema.maximum));
  return Json::object(members);
}

std::string Definitions::axis(const std::string& name, const ParameterSchema& schema) {
  const std::string takes = value_schema(schema).written() + (schema.per_feature ? " vectors" : "");
  const auto same = std::ranges::find(known_, takes, &std::pair<std::string, std::string>::first);
  if (same != known_.end()) return same->second;
  known_.emplace_back(takes, name);

  const Json value = reference(name + ".value");
  std::vector<Json> points = {value};
  std::vector<Json> forms = generators(name, schema);
  std::vector<Json> draws = {reference(name)};
  if (schema.kind != Kind::category) draws.push_back(distribution(schema));
  if (schema.per_feature) {
    const Json feature = reference(axis(name + ".feature", one_number(schema)));
    points.push_back(list_of(number_schema(schema)));
    forms.push_back(ard(feature));
    draws.push_back(ard(any_of({feature, distribution(schema)})));
  }
  const Json single = Json::object({{"type", Json::text("array")},
                                    {"items", any_of(points)},
                                    {"minItems", Json::number(1)},
                                    {"maxItems", Json::number(1)}});
  std::vector<Json> items = points;
  items.insert(items.end(), forms.begin(), forms.end());
  std::vector<Json> axis = {value, reference(name + ".list")};
  axis.insert(axis.end(), forms.begin(), forms.end());
  add(name + ".value", value_schema(schema));
  add(name + ".list", list_of(any_of(items)));
  add(name + ".one", any_of({value, mapping({{"value", value}}, {"value"}), single}));
  add(name, any_of(axis));
  add(name + ".search", any_of(draws));
  return name;
}

}  // namespace kilofold::spec
