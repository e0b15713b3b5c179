// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "json.hpp"
#include "kilofold/spec.hpp"

namespace kilofold {
namespace {

using spec::Json;

/// Every point of an axis: a number, a name, or a list of one number a feature.
Json json_axis(const ParameterAxis& axis) {
  if (!axis.text.empty()) return Json::texts(axis.text);
  if (axis.width == 1) return Json::numbers(axis.values);
  std::vector<Json> points;
  const auto width = static_cast<std::size_t>(axis.width);
  for (std::size_t at = 0; at < axis.values.size(); at += width)
    points.push_back(Json::numbers(std::span(axis.values).subspan(at, width)));
  return Json::list(points);
}

/// Axes by name; those that move together are named under `zip` too.
Json json_block(const ParameterBlock& block) {
  std::vector<Json::Member> members;
  std::vector<Json> zips;
  for (const ParameterFactor& factor : block.factors) {
    std::vector<std::string> names;
    for (const ParameterAxis& axis : factor.axes) {
      members.emplace_back(axis.name, json_axis(axis));
      names.push_back(axis.name);
    }
    if (names.size() > 1) zips.push_back(Json::texts(names));
  }
  if (!zips.empty()) members.emplace_back("zip", Json::list(zips));
  return Json::sorted_object(members);
}

Json json_tune(const TuneSpec& tune) {
  std::vector<Json::Member> bounds;
  for (const TuneSpec::Bounds& bound : tune.bounds)
    bounds.emplace_back(bound.parameter, Json::numbers(std::vector<double>{bound.lower, bound.upper}));
  return Json::sorted_object({{"bounds", Json::sorted_object(bounds)},
                              {"by", Json::text(tune.by)},
                              {"inner_folds", Json::number(tune.inner_folds)},
                              {"search", Json::text(tune.search)},
                              {"starts", Json::number(tune.starts)}});
}

Json json_model(const ModelSpec& model) {
  std::vector<Json::Member> members = {{"model", Json::text(model.model)}};
  std::vector<Json> blocks;
  for (const ParameterBlock& block : model.blocks) blocks.push_back(json_block(block));
  if (blocks.size() == 1) {
    members.emplace_back("parameters", blocks.front());
  } else if (!blocks.empty()) {
    members.emplace_back("parameters", Json::list(blocks));
  }
  if (model.as_published) {
    members.emplace_back("as_published", json_block(model.as_published->block));
    if (model.as_published->tune) members.emplace_back("as_published_tune", json_tune(*model.as_published->tune));
  }
  if (model.tune) members.emplace_back("tune", json_tune(*model.tune));
  return Json::sorted_object(members);
}

Json json_cv(const Spec& spec) {
  std::vector<Json::Member> members = {{"folds", Json::numbers(spec.cv.folds)},
                                       {"seeds", Json::numbers(spec.cv.seeds)},
                                       {"splitter", Json::text(name(spec.cv.splitting.splitter))}};
  if (!spec.cv.splitting.shuffle) members.emplace_back("shuffle", Json::boolean(false));
  if (spec.cv.splitting.splitter == Splitter::group_kfold && spec.data.groups)
    members.emplace_back("groups", Json::text(spec.data.groups->column));
  if (spec.data.folds) members.emplace_back("column", Json::text(spec.data.folds->column));
  return Json::sorted_object(members);
}

Json json_scaling(const Spec& spec) {
  std::vector<std::string> fit_on;
  for (const FitOn rows : spec.fit_on) fit_on.emplace_back(name(rows));
  return Json::object({{"features", Json::text(name(spec.feature_scaling))},
                       {"fit_on", fit_on.size() == 1 ? Json::text(fit_on.front()) : Json::texts(fit_on)},
                       {"target", Json::text(name(spec.target_scaling))}});
}

}  // namespace

std::string canonical_json(const ModelSpec& entry) { return json_model(entry).written(); }

std::string canonical_json(const Spec& spec, const Dataset& data) {
  std::vector<std::string> features;
  for (const ColumnName& feature : spec.data.features) features.push_back(feature.column);
  std::vector<Json> models;
  for (const ModelSpec& model : spec.models) models.push_back(json_model(model));
  std::vector<Json::Member> members = {{"cv", json_cv(spec)},
                                       {"data", Json::object({{"features", Json::texts(features)},
                                                              {"sha256", Json::text(data.sha256)},
                                                              {"target", Json::text(spec.data.target.column)}})},
                                       {"models", Json::list(models)},
                                       {"scaling", json_scaling(spec)},
                                       {"spec", Json::number(1)}};
  // What has its default is not written, so that studies from before these keys keep their text.
  if (spec.model_seeds != std::vector<std::uint32_t>{0})
    members.emplace_back("model_seed", Json::numbers(spec.model_seeds));
  if (!spec.jitter) members.emplace_back("numerics", Json::object({{"jitter", Json::text("none")}}));
  return Json::sorted_object(members).written();
}

}  // namespace kilofold
