// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <span>
#include <sstream>
#include <string_view>

#include "kept_predictions.hpp"
#include "layout.hpp"

namespace kilofold {
namespace {

/// The attributes and datasets under param/ that are not columns.
constexpr std::string_view trial_scale = "trial";

std::string read_text(const hdf5::Object& group, const std::string& name) {
  const std::vector<std::string> text = hdf5::read_strings(group, name);
  if (text.size() != 1) throw hdf5::FormatError(group.name() + "/" + name + ": expected one text");
  return text.front();
}

TrialColumn read_column(const hdf5::Object& group, const std::string& name) {
  TrialColumn column;
  column.name = name;
  const hdf5::Object dataset = hdf5::open_dataset(group, name);
  column.long_name = hdf5::read_attribute(dataset, "long_name");
  if (hdf5::is_text(dataset)) {
    column.text = hdf5::read_strings(group, name);
    return column;
  }
  column.integral = hdf5::is_integer(dataset) || !hdf5::read_attribute(dataset, "integral").empty();
  column.number = hdf5::read_array<double>(group, name);
  if (hdf5::is_integer(dataset)) {
    for (double& value : column.number) value = value < 0 ? std::numeric_limits<double>::quiet_NaN() : value;
  }
  return column;
}

/// Of as many trials as the model has at most, so that no damage makes it a reason to fetch memory.
std::int64_t read_chunk_trials(const hdf5::Object& model, std::size_t n_trials) {
  const std::string text = hdf5::read_attribute(model, "chunk_trials");
  std::size_t trials = 0;
  std::from_chars(text.data(), text.data() + text.size(), trials);
  if (trials == 0 || trials > std::max<std::size_t>(1, n_trials))
    throw hdf5::FormatError(model.name() + ": no usable attribute chunk_trials");
  return static_cast<std::int64_t>(trials);
}

TrialTable read_model(const hdf5::Object& models, const std::string& name) {
  const hdf5::Object model = hdf5::open_group(models, name);
  TrialTable table;
  table.model_name = name;
  table.model = hdf5::read_attribute(model, "model");
  table.numerics = hdf5::read_attribute(model, "numerics");
  table.few_values = hdf5::read_attribute(model, "few_values") == "1";
  table.has_sd = hdf5::contains(model, "sd");
  table.diagnostics = read_diagnostic_columns(model);
  table.other_numerics = read_other_numerics(model);
  table.id = hdf5::read_strings(model, "trial");
  table.chunk_trials = read_chunk_trials(model, table.id.size());
  const hdf5::Object parameters = hdf5::open_group(model, "param");
  for (const std::string& column : hdf5::links(parameters)) {
    if (column == trial_scale) continue;
    table.columns.push_back(read_column(parameters, column));
    if (column != "cv.folds") continue;
    for (const double k : table.columns.back().number) table.n_folds.push_back(static_cast<std::int32_t>(k));
  }
  if (table.n_folds.size() != table.id.size()) throw hdf5::FormatError(model.name() + ": no usable column cv.folds");
  return table;
}

ColumnName read_column_name(const hdf5::Object& dataset) {
  return {hdf5::read_attribute(dataset, "column"),
          hdf5::read_attribute(dataset, "long_name"),
          hdf5::read_attribute(dataset, "units"),
          {}};
}

void read_features(const hdf5::Object& group, Dataset& data) {
  const std::vector<std::string> names = hdf5::read_strings(group, "feature");
  const hdf5::Object X = hdf5::open_dataset(group, "X");
  const std::vector<std::string> labels = hdf5::read_text_attribute(X, "feature_labels");
  const std::vector<std::string> units = hdf5::read_text_attribute(X, "feature_units");
  const std::vector<double> by_row = hdf5::read_array<double>(group, "X");
  if (labels.size() != names.size() || units.size() != names.size() || by_row.size() != names.size() * data.y.size())
    throw hdf5::FormatError(X.name() + ": unexpected size");
  data.X = Matrix<double>(static_cast<std::int64_t>(data.y.size()), static_cast<std::int64_t>(names.size()));
  for (std::size_t f = 0; f < names.size(); ++f) {
    data.source.features.push_back({names[f], labels[f], units[f], {}});
    for (std::size_t i = 0; i < data.y.size(); ++i)
      data.X(static_cast<std::int64_t>(i), static_cast<std::int64_t>(f)) = by_row[i * names.size() + f];
  }
}

void read_data(const hdf5::Object& file, Dataset& data) {
  const hdf5::Object group = hdf5::open_group(file, "data");
  data.sha256 = hdf5::read_attribute(group, "sha256");
  data.y = hdf5::read_array<double>(group, "y");
  data.source.target = read_column_name(hdf5::open_dataset(group, "y"));
  if (hdf5::contains(group, "feature")) read_features(group, data);
  if (hdf5::contains(group, "group")) {
    const hdf5::Object codes = hdf5::open_dataset(group, "group");
    data.group = hdf5::read_array<std::int32_t>(group, "group");
    data.source.groups = read_column_name(codes);
    data.group_name = hdf5::read_text_attribute(codes, "names");
  }
}

void read_splits(const hdf5::Object& file, StudyHeader& study) {
  const hdf5::Object splits = hdf5::open_group(file, "splits");
  const std::size_t n = study.data.y.size();
  study.spec.cv.folds.clear();
  for (const std::string& name : hdf5::links(splits)) {
    const hdf5::Object group = hdf5::open_group(splits, name);
    const std::int32_t k = std::stoi("0" + hdf5::read_attribute(group, "n_folds"));
    const std::vector<std::int32_t> fold = hdf5::read_array<std::int32_t>(group, "fold");
    if (fold.size() != n * study.spec.cv.seeds.size()) throw hdf5::FormatError(group.name() + ": unexpected size");
    study.spec.cv.folds.push_back(k);
    for (std::size_t s = 0; s < study.spec.cv.seeds.size(); ++s) {
      study.splits.push_back({k, study.spec.cv.seeds[s], {&fold[s * n], &fold[s * n] + n}});
    }
  }
}

void add(Hasher& hasher, std::string_view text) {
  const std::uint64_t size = text.size();
  hasher.update(&size, sizeof size);
  hasher.update(text.data(), text.size());
}

template <class T> void add(Hasher& hasher, std::span<const T> values) {
  add(hasher, std::string_view(reinterpret_cast<const char*>(values.data()), values.size_bytes()));
}

void add(Hasher& hasher, const TrialTable& table) {
  for (const std::string* text : {&table.model_name, &table.model, &table.numerics}) add(hasher, *text);
  for (const std::string& id : table.id) add(hasher, id);
  for (const std::string& id : table.other_numerics) add(hasher, id);
  for (const DiagnosticColumn& column : table.diagnostics) {
    add(hasher, column.name);
    add(hasher, column.long_name);
  }
  for (const TrialColumn& column : table.columns) {
    add(hasher, column.name);
    add(hasher, column.long_name);
    add(hasher, std::span<const double>(column.number));
    for (const std::string& text : column.text) add(hasher, text);
  }
}

}  // namespace

std::vector<std::string> read_other_numerics(const hdf5::Object& model) {
  std::vector<std::string> ids;
  if (!hdf5::contains(model, numerics_name)) return ids;
  std::istringstream words(hdf5::read_attribute(hdf5::open_dataset(model, numerics_name), "flag_meanings"));
  for (std::string id; words >> id;) ids.push_back(id);
  if (!ids.empty()) ids.erase(ids.begin());
  return ids;
}

std::vector<DiagnosticColumn> read_diagnostic_columns(const hdf5::Object& model) {
  std::vector<DiagnosticColumn> columns;
  const hdf5::Object group = hdf5::open_group(model, "diagnostic");
  for (const std::string& name : hdf5::links(group)) {
    if (name == status_name || name == "trial" || name == "seed" || name == "fold") continue;
    const hdf5::Object dataset = hdf5::open_dataset(group, name);
    columns.push_back({name, hdf5::read_attribute(dataset, "long_name"), hdf5::is_integer(dataset)});
  }
  return columns;
}

hdf5::Object open_model(const hdf5::Object& file, const std::string& model_name) {
  return hdf5::open_group(hdf5::open_group(file, "models"), model_name);
}

StudyHeader read_header(const hdf5::Object& file) {
  StudyHeader study;
  for (const std::string& name : hdf5::attribute_names(file)) {
    if (name != payload_attribute) study.provenance.emplace_back(name, hdf5::read_attribute(file, name));
  }
  read_predictions_text(hdf5::read_attribute(file, "predictions"), study.spec);
  const hdf5::Object spec = hdf5::open_group(file, "spec");
  study.spec.text = read_text(spec, "yaml");
  study.canonical = read_text(spec, "canonical");
  study.spec.cv.seeds.clear();
  for (const double seed : hdf5::read_array<double>(file, "seed")) {
    study.spec.cv.seeds.push_back(static_cast<std::int64_t>(seed));
  }
  read_data(file, study.data);
  read_splits(file, study);
  study.importance = read_feature_scores(file);
  const hdf5::Object models = hdf5::open_group(file, "models");
  for (const std::string& name : hdf5::links(models)) study.models.push_back(read_model(models, name));
  return study;
}

void add_header(Hasher& hasher, const StudyHeader& study) {
  for (const auto& [name, value] : study.provenance) {
    add(hasher, name);
    add(hasher, value);
  }
  add(hasher, study.spec.text);
  add(hasher, study.canonical);
  const ColumnName& target = study.data.source.target;
  for (const std::string* text : {&study.data.sha256, &target.column, &target.label, &target.units}) add(hasher, *text);
  for (const ColumnName& feature : study.data.source.features) add(hasher, feature.column);
  add(hasher, std::span<const double>(study.data.y));
  add(hasher, std::span<const std::int64_t>(study.spec.cv.seeds));
  for (const Split& split : study.splits) add(hasher, std::span<const std::int32_t>(split.fold));
  for (const TrialTable& table : study.models) add(hasher, table);
  for (const FeatureScoreTable& table : study.importance) {
    for (const std::string* text : {&table.name, &table.long_name, &table.units}) add(hasher, *text);
    add(hasher, std::span<const double>(table.score));
    add(hasher, std::span<const std::int32_t>(table.rank));
  }
}

}  // namespace kilofold
