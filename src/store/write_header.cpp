// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <numeric>

#include "kept_predictions.hpp"
#include "layout.hpp"

namespace kilofold {
namespace {

constexpr std::int32_t format_version = 1;
constexpr std::int32_t no_number = -1;  ///< `none` or not applicable, in an integer parameter column

struct Scales {
  hdf5::Scale seed, fold, sample, feature;
};

const char* kind_name(FileKind kind) {
  switch (kind) {
    case FileKind::merged:
      return "study";
    case FileKind::header:
      return "header";
    case FileKind::part:
      return "part";
  }
  return "";
}

std::string now_utc() {
  const auto now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  return fmt::format("{:%Y-%m-%dT%H:%M:}{:%S}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(now)),
                     now.time_since_epoch() % std::chrono::minutes(1));
}

std::string all_numerics(const StudyHeader& study) {
  std::string ids;
  const auto add = [&ids](const std::string& id) {
    if (ids.find(id) == std::string::npos) ids += (ids.empty() ? "" : " ") + id;
  };
  for (const TrialTable& table : study.models) {
    add(table.numerics);
    for (const std::string& id : table.other_numerics) add(id);
  }
  return ids;
}

std::vector<std::pair<std::string, std::string>> root_attributes(const StudyHeader& study, FileKind kind) {
  std::vector<std::pair<std::string, std::string>> attributes = {
      {"format", format_name},           {"format_version", std::to_string(format_version)},
      {"kind", kind_name(kind)},         {"created", now_utc()},
      {"numerics", all_numerics(study)}, {"predictions", predictions_text(study.spec)}};
  for (const auto& attribute : study.provenance) {
    const auto is_named = [&](const auto& other) { return other.first == attribute.first; };
    if (attribute.first != payload_attribute && std::ranges::none_of(attributes, is_named))
      attributes.push_back(attribute);
  }
  return attributes;
}

void write_root_attributes(const hdf5::Object& file, const StudyHeader& stored) {
  for (const auto& [name, value] : stored.provenance) {
    if (name == "format_version") {
      hdf5::write_attribute(file, name, format_version);
    } else {
      hdf5::write_attribute(file, name, value);
    }
  }
}

hdf5::Scale write_counting_scale(const hdf5::Object& file, const std::string& name, std::int64_t size) {
  std::vector<std::int32_t> values(static_cast<std::size_t>(size));
  std::iota(values.begin(), values.end(), 0);
  return {hdf5::write_array<std::int32_t>(file, name, hdf5::extent(size), values), name};
}

/// Seeds may pass 2^31; netCDF tools handle doubles better than 64-bit integers.
hdf5::Scale write_seeds(const hdf5::Object& file, const std::vector<std::int64_t>& seeds) {
  const auto fits = [](std::int64_t seed) { return std::in_range<std::int32_t>(seed); };
  if (std::all_of(seeds.begin(), seeds.end(), fits)) {
    std::vector<std::int32_t> values;
    for (const std::int64_t seed : seeds) values.push_back(static_cast<std::int32_t>(seed));
    return {hdf5::write_array<std::int32_t>(file, "seed", hdf5::extent(seeds.size()), values), "seed"};
  }
  const std::vector<double> values(seeds.begin(), seeds.end());
  return {hdf5::write_array<double>(file, "seed", hdf5::extent(seeds.size()), values), "seed"};
}

ColumnName labelled(ColumnName column) {
  if (column.label.empty()) column.label = column.column;
  return column;
}

void describe(const hdf5::Object& dataset, const ColumnName& column) {
  hdf5::write_attribute(dataset, "column", column.column);
  hdf5::write_attribute(dataset, "long_name", column.label);
  if (!column.units.empty()) hdf5::write_attribute(dataset, "units", column.units);
}

void write_features(const hdf5::Object& group, const StudyHeader& study, Scales& scales) {
  const Dataset& data = study.data;
  std::vector<std::string> names, labels, units;
  for (const ColumnName& feature : data.source.features) {
    names.push_back(feature.column);
    labels.push_back(feature.label);
    units.push_back(feature.units);
  }
  scales.feature = {hdf5::write_strings(group, "feature", names), "feature"};

  std::vector<double> by_row;
  for (std::int64_t row = 0; row < data.n_samples(); ++row) {
    for (std::int64_t feature = 0; feature < data.n_features(); ++feature) by_row.push_back(data.X(row, feature));
  }
  hdf5::Object X = hdf5::write_array<double>(group, "X", hdf5::extent(data.n_samples(), data.n_features()), by_row);
  label_dimensions(group, X, {&scales.sample, &scales.feature});
  hdf5::write_attribute(X, "feature_labels", std::span<const std::string>(labels));
  hdf5::write_attribute(X, "feature_units", std::span<const std::string>(units));
  X.close();
}

void write_data(const hdf5::Object& file, const StudyHeader& study, Scales& scales) {
  const Dataset& data = study.data;
  hdf5::Object group = hdf5::create_group(file, "data");
  hdf5::write_attribute(group, "sha256", data.sha256);
  hdf5::Object y = hdf5::write_array<double>(group, "y", hdf5::extent(data.y.size()), data.y);
  label_dimensions(group, y, {&scales.sample});
  describe(y, data.source.target);
  y.close();
  if (data.n_features() > 0) write_features(group, study, scales);
  if (!data.group.empty()) {
    hdf5::Object codes = hdf5::write_array<std::int32_t>(group, "group", hdf5::extent(data.group.size()), data.group);
    label_dimensions(group, codes, {&scales.sample});
    if (data.source.groups) describe(codes, *data.source.groups);
    hdf5::write_attribute(codes, "names", std::span<const std::string>(data.group_name));
    codes.close();
  }
  group.close();
}

void write_splits(const hdf5::Object& file, const StudyHeader& study, Scales& scales) {
  hdf5::Object splits = hdf5::create_group(file, "splits");
  const std::size_t n_seeds = study.spec.cv.seeds.size();
  KILOFOLD_EXPECT(study.splits.size() % n_seeds == 0);
  for (std::size_t first = 0; first < study.splits.size(); first += n_seeds) {
    const std::int32_t k = study.splits[first].n_folds;
    std::vector<std::int32_t> fold;
    for (std::size_t s = 0; s < n_seeds; ++s) {
      const Split& split = study.splits[first + s];
      KILOFOLD_EXPECT(split.n_folds == k && split.seed == study.spec.cv.seeds[s]);
      fold.insert(fold.end(), split.fold.begin(), split.fold.end());
    }
    hdf5::Object group = hdf5::create_group(splits, fmt::format("k{}", k));
    hdf5::write_attribute(group, "n_folds", k);
    hdf5::Object dataset =
        hdf5::write_array<std::int32_t>(group, "fold", hdf5::extent(n_seeds, study.data.y.size()), fold);
    label_dimensions(group, dataset, {&scales.seed, &scales.sample});
    hdf5::write_attribute(dataset, "long_name", std::string("fold in which the sample is held out"));
    dataset.close();
    group.close();
  }
  splits.close();
}

/// True where every value is missing or a count that a 32-bit integer with -1 for missing can say.
bool fits_counts(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double value) {
    return std::isnan(value) ||
           (value >= 0 && value <= std::numeric_limits<std::int32_t>::max() && value == std::floor(value));
  });
}

/// A parameter column as it is read back: counts are kept as integers.
TrialColumn stored_column(TrialColumn column) {
  if (!column.integral || !fits_counts(column.number)) return column;
  for (double& value : column.number)
    value = std::isnan(value) ? std::numeric_limits<double>::quiet_NaN() : std::fabs(value);
  return column;
}

TrialTable stored_trials(TrialTable table) {
  const auto is_folds = [](const TrialColumn& column) { return column.name == "cv.folds"; };
  if (std::ranges::none_of(table.columns, is_folds)) {
    const std::vector<double> folds(table.n_folds.begin(), table.n_folds.end());
    table.columns.push_back({"cv.folds", "number of folds", true, folds, {}});
  }
  for (TrialColumn& column : table.columns) column = stored_column(std::move(column));
  return table;
}

hdf5::Object write_numbers(const hdf5::Object& group, const TrialColumn& column) {
  const hdf5::Extent extent = hdf5::extent(column.number.size());
  hdf5::Object dataset;
  if (column.integral && fits_counts(column.number)) {
    std::vector<std::int32_t> values;
    for (const double value : column.number) {
      values.push_back(std::isnan(value) ? no_number : static_cast<std::int32_t>(value));
    }
    dataset = hdf5::write_array<std::int32_t>(group, column.name, extent, values);
    hdf5::write_attribute(dataset, "_FillValue", no_number);
    return dataset;
  }
  dataset = hdf5::write_array<double>(group, column.name, extent, column.number);
  hdf5::write_attribute(dataset, "_FillValue", std::numeric_limits<double>::quiet_NaN());
  if (column.integral) hdf5::write_attribute(dataset, "integral", std::int32_t{1});
  return dataset;
}

void write_parameters(const hdf5::Object& model, const TrialTable& table, hdf5::Scale& trial) {
  hdf5::Object group = hdf5::create_group(model, "param");
  for (const TrialColumn& column : table.columns) {
    hdf5::Object dataset =
        column.text.empty() ? write_numbers(group, column) : hdf5::write_strings(group, column.name, column.text);
    label_dimensions(group, dataset, {&trial});
    if (!column.long_name.empty()) hdf5::write_attribute(dataset, "long_name", column.long_name);
    dataset.close();
  }
  group.close();
}

CellTable write_model(const hdf5::Object& models, const TrialTable& table, const StudyHeader& study, Scales& scales) {
  hdf5::Object model = hdf5::create_group(models, table.model_name);
  hdf5::write_attribute(model, "model", table.model);
  hdf5::write_attribute(model, "numerics", table.numerics);
  hdf5::write_attribute(model, "few_values", std::int32_t{table.few_values});
  hdf5::write_attribute(model, "chunk_trials", static_cast<std::int32_t>(table.chunk_trials));
  hdf5::Scale trial(hdf5::write_strings(model, "trial", table.id), "trial");
  hdf5::write_attribute(trial.dataset(), "long_name", std::string("hash of all that the trial's numbers depend on"));
  write_parameters(model, table, trial);
  const ColumnName& target = study.data.source.target;
  CellTable cells =
      CellTable::create(model, {trial, scales.seed, scales.fold, scales.sample, target.label, target.units}, table);
  trial.close();
  model.close();
  return cells;
}

}  // namespace

StudyHeader as_stored(const StudyHeader& study, FileKind kind) {
  StudyHeader stored = study;
  stored.provenance = root_attributes(study, kind);
  stored.data.source.target = labelled(study.data.source.target);
  if (kind == FileKind::part) stored.data.source.features.clear();  // a Part has no X either
  for (ColumnName& feature : stored.data.source.features) feature = labelled(feature);
  if (stored.data.source.groups) stored.data.source.groups = labelled(*stored.data.source.groups);
  for (TrialTable& table : stored.models) table = stored_trials(std::move(table));
  return stored;
}

std::vector<CellTable> write_header(const hdf5::Object& file, const StudyHeader& study) {
  write_root_attributes(file, study);
  Scales scales;
  scales.seed = write_seeds(file, study.spec.cv.seeds);
  scales.fold = write_counting_scale(file, "fold", study.largest_fold_count());
  scales.sample = write_counting_scale(file, "sample", static_cast<std::int64_t>(study.data.y.size()));
  hdf5::Object spec = hdf5::create_group(file, "spec");
  hdf5::write_text(spec, "yaml", study.spec.text);
  hdf5::write_text(spec, "canonical", study.canonical);
  spec.close();
  write_data(file, study, scales);
  write_splits(file, study, scales);
  write_feature_scores(file, study, {scales.seed, scales.fold, scales.feature});

  hdf5::Object models = hdf5::create_group(file, "models");
  std::vector<CellTable> cells;
  for (const TrialTable& table : study.models) cells.push_back(write_model(models, table, study, scales));
  models.close();
  for (hdf5::Scale* scale : {&scales.seed, &scales.fold, &scales.sample, &scales.feature}) scale->close();
  return cells;
}

}  // namespace kilofold
