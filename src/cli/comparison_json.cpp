// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/json.hpp"
#include "cli/json_text.hpp"
#include "report/comparison.hpp"
#include "report/fold_gap.hpp"

namespace kilofold::cli {
namespace {

Json or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json contender_json(const report::Contender& contender) {
  Json corrected = nullptr;
  if (contender.corrected)
    corrected = {{"rmse", contender.corrected->rmse},
                 {"error", contender.corrected->error},
                 {"low", contender.corrected->low},
                 {"high", contender.corrected->high},
                 {"trials", contender.corrected->n_considered}};
  return {{"name", contender.name},
          {"trial", contender.trial},
          {"trials", contender.n_trials},
          {"folds", contender.n_folds},
          {"rmse", contender.mean},
          {"rmse_by_seed", contender.rmse},
          {"rank_by_seed", contender.rank},
          {"corrected", corrected},
          {"not_corrected", or_null(contender.why_not_corrected)}};
}

Json pair_json(const report::Comparison& comparison, const report::Pair& pair) {
  Json test = nullptr;
  if (pair.test)
    test = {{"difference", pair.test->mean},
            {"scale", pair.test->scale},
            {"t", pair.test->t},
            {"degrees", pair.test->degrees},
            {"p", pair.test->p},
            {"p_holm", pair.adjusted_p},
            {"less", pair.posterior.below},
            {"equal", pair.posterior.within},
            {"more", pair.posterior.above}};
  return {{"first", comparison.contenders[pair.first].name},
          {"second", comparison.contenders[pair.second].name},
          {"wins", pair.wins},
          {"losses", pair.losses},
          {"test", test},
          {"not_tested", or_null(pair.why_not_tested)}};
}

}  // namespace

std::string comparison_json(const StudyReader& study, const CompareOptions& options) {
  const report::Comparison comparison = report::compare_models(study, options);
  Json models = Json::array(), left_out = Json::array(), pairs = Json::array();
  for (const report::Contender& contender : comparison.contenders) models.push_back(contender_json(contender));
  for (const report::LeftOut& entry : comparison.left_out)
    left_out.push_back({{"name", entry.name}, {"reason", entry.reason}});
  for (const report::Pair& pair : comparison.pairs) pairs.push_back(pair_json(comparison, pair));
  return text_of({{"units", comparison.unit},
                  {"seeds", study.seeds()},
                  {"as_published", comparison.as_published},
                  {"rope", comparison.rope},
                  {"draws_of", comparison.n_groups > 0 ? "groups" : "rows"},
                  {"shared_groups", comparison.shared_groups},
                  {"settled_after", comparison.settled_after},
                  {"models", models},
                  {"left_out", left_out},
                  {"pairs", pairs}});
}

std::string fold_gap_json(const StudyReader& first, const StudyReader& second) {
  const report::FoldGap gap = report::compare_folds(first, second);
  Json models = Json::array();
  for (const report::ModelGap& model : gap.models) {
    Json numbers = nullptr;
    if (model.why_not.empty())
      numbers = {{"first", model.gap.first}, {"second", model.gap.second}, {"gap", model.gap.difference},
                 {"low", model.gap.low},     {"high", model.gap.high},     {"best_of_second", model.own_best}};
    models.push_back({{"name", model.name},
                      {"parameters", model.trial},
                      {"rmse", numbers},
                      {"not_compared", or_null(model.why_not)}});
  }
  return text_of({{"units", gap.unit},
                  {"files", Json::array({gap.first, gap.second})},
                  {"draws_of", gap.n_groups > 0 ? "groups" : "rows"},
                  {"shared_groups", Json::array({gap.shared_in_first, gap.shared_in_second})},
                  {"models", models}});
}

}  // namespace kilofold::cli
