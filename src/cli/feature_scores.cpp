// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/feature_scores.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "kilofold/importance.hpp"

namespace kilofold::cli {
namespace {

/// One way of scoring.
struct Method {
  std::string name;       ///< of its group in the file
  std::string long_name;  ///< for people
  std::string units;
  std::function<FeatureScores(const Samples&)> score;
  std::int32_t n_neighbors = 0;  ///< of every row, if there are that many others
};

/// Its name for people, with the neighbours that so many rows can have.
std::string long_name(const Method& method, std::int64_t n_rows) {
  if (method.n_neighbors < n_rows) return method.long_name;
  return fmt::format("{} ({} rows have {})", method.long_name, n_rows, n_rows - 1);
}

/// "_bins20" where a number is not the usual one.
template <class Number> std::string unless(const char* what, Number value, Number usual) {
  return value == usual ? "" : fmt::format("_{}{:g}", what, static_cast<double>(value));
}

Method make_ftest(const ImportanceSpec& entry) {
  FTestOptions options;
  options.binning.max_bins = entry.bins;
  return {"ftest" + unless("bins", entry.bins, ImportanceSpec().bins), "F-test, -ln p", "1",
          [options](const Samples& samples) { return f_test(samples, options); }};
}

Method make_mrmr(const ImportanceSpec& entry, const std::string& scheme, const std::string& estimator) {
  MrmrOptions options;
  options.scheme = scheme == "miq" ? MrmrScheme::miq : MrmrScheme::mid;
  options.estimator = estimator == "f" ? MrmrEstimator::f : MrmrEstimator::mi;
  options.binning.max_bins = entry.bins;
  const char* units = scheme == "mid" && estimator == "mi" ? "nat" : "1";
  return {fmt::format("mrmr_{}_{}{}", scheme, estimator, unless("bins", entry.bins, ImportanceSpec().bins)),
          fmt::format("MRMR {}, {}", scheme == "mid" ? "MID" : "MIQ",
                      estimator == "mi" ? "mutual information" : "F and correlation"),
          units, [options](const Samples& samples) -> FeatureScores { return mrmr(samples, options); }};
}

Method make_rrelieff(const ImportanceSpec& entry, std::int32_t neighbors) {
  RReliefFOptions options;
  options.n_neighbors = neighbors;
  options.sigma = entry.sigma;
  return {fmt::format("rrelieff_k{}{}", neighbors, unless("sigma", entry.sigma, ImportanceSpec().sigma)),
          fmt::format("RReliefF, {} neighbours", neighbors), "1",
          [options](const Samples& samples) { return rrelieff(samples, options); }, neighbors};
}

std::vector<Method> methods_of(const ImportanceSpec& entry) {
  std::vector<Method> methods;
  if (entry.method == "ftest") methods.push_back(make_ftest(entry));
  if (entry.method == "mrmr")
    for (const std::string& scheme : entry.schemes)
      for (const std::string& estimator : entry.estimators) methods.push_back(make_mrmr(entry, scheme, estimator));
  if (entry.method == "rrelieff")
    for (const std::int32_t neighbors : entry.neighbors) methods.push_back(make_rrelieff(entry, neighbors));
  return methods;
}

void append(FeatureScoreTable& table, const FeatureScores& scores) {
  table.score.insert(table.score.end(), scores.score.begin(), scores.score.end());
  std::vector<std::int32_t> rank(scores.ranking.size(), -1);
  for (std::size_t place = 0; place < rank.size(); ++place) {
    const auto feature = static_cast<std::size_t>(scores.ranking[place]);
    if (!std::isnan(scores.score[feature])) rank[feature] = static_cast<std::int32_t>(place) + 1;
  }
  table.rank.insert(table.rank.end(), rank.begin(), rank.end());
}

FeatureScoreTable of_table(const Method& method, const Dataset& data) {
  FeatureScoreTable table{method.name, long_name(method, data.n_samples()), method.units, 0, {}, {}};
  append(table, method.score(all_rows(data)));
  return table;
}

FeatureScoreTable of_folds(const Method& method, const Dataset& data, std::span<const Split> splits) {
  const std::int32_t n_folds = std::ranges::max_element(splits, {}, &Split::n_folds)->n_folds;
  FeatureScoreTable table{method.name + "_fold", "", method.units, n_folds, {}, {}};
  std::int64_t least_rows = data.n_samples();
  for (const Split& split : splits) {
    if (split.n_folds != n_folds) continue;
    for (std::int32_t fold = 0; fold < n_folds; ++fold) {
      const std::vector<std::int32_t> train = row_set(split, fold).train;
      least_rows = std::min(least_rows, std::ssize(train));
      append(table, method.score(take_rows(data, train).view()));
    }
  }
  table.long_name = long_name(method, least_rows) + ", training rows of each fold";
  return table;
}

}  // namespace

std::vector<FeatureScoreTable> feature_scores(const Spec& spec, const Dataset& data, std::span<const Split> splits) {
  std::vector<FeatureScoreTable> tables;
  for (const ImportanceSpec& entry : spec.importance) {
    for (const Method& method : methods_of(entry)) {
      const std::string name = entry.per == "fold" ? method.name + "_fold" : method.name;
      if (std::ranges::find(tables, name, &FeatureScoreTable::name) != tables.end()) continue;
      tables.push_back(entry.per == "fold" ? of_folds(method, data, splits) : of_table(method, data));
    }
  }
  return tables;
}

}  // namespace kilofold::cli
