// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "layout.hpp"

namespace kilofold {
namespace {

template <class T>
hdf5::Object write_scores(const hdf5::Object& group, const char* name, const hdf5::Extent& extent,
                          const std::vector<T>& values, T fill) {
  hdf5::Object dataset = hdf5::create_dataset<T>(group, name, {extent, extent}, fill);
  hdf5::write(dataset, hdf5::Extent(extent.size(), 0), extent, values.data());
  return dataset;
}

}  // namespace

void write_feature_scores(const hdf5::Object& file, const StudyHeader& study, const FeatureScoreScales& scales) {
  if (study.importance.empty()) return;
  hdf5::Object importance = hdf5::create_group(file, "importance");
  for (const FeatureScoreTable& table : study.importance) {
    hdf5::Object group = hdf5::create_group(importance, table.name);
    const std::size_t d = study.data.source.features.size();
    const bool by_fold = table.n_folds > 0;
    const hdf5::Extent extent = by_fold ? hdf5::extent(study.spec.cv.seeds.size(), table.n_folds, d) : hdf5::extent(d);
    hdf5::Object score = write_scores(group, "score", extent, table.score, missing);
    hdf5::Object rank = write_scores(group, "rank", extent, table.rank, -1);
    for (hdf5::Object* dataset : {&score, &rank}) {
      if (by_fold) {
        label_dimensions(group, *dataset, {&scales.seed, &scales.fold, &scales.feature});
      } else {
        label_dimensions(group, *dataset, {&scales.feature});
      }
    }
    hdf5::write_attribute(score, "long_name", table.long_name);
    hdf5::write_attribute(score, "units", table.units);
    hdf5::write_attribute(rank, "long_name", std::string("place in the ranking, 1 = best"));
    hdf5::write_attribute(rank, "units", std::string("1"));
    score.close();
    rank.close();
    group.close();
  }
  importance.close();
}

std::vector<FeatureScoreTable> read_feature_scores(const hdf5::Object& file) {
  std::vector<FeatureScoreTable> tables;
  if (!hdf5::contains(file, "importance")) return tables;
  const hdf5::Object importance = hdf5::open_group(file, "importance");
  for (const std::string& name : hdf5::links(importance)) {
    const hdf5::Object group = hdf5::open_group(importance, name);
    const hdf5::Object score = hdf5::open_dataset(group, "score");
    const hdf5::Extent extent = hdf5::shape(score);
    FeatureScoreTable table;
    table.name = name;
    table.long_name = hdf5::read_attribute(score, "long_name");
    table.units = hdf5::read_attribute(score, "units");
    table.n_folds = extent.size() == 3 ? static_cast<std::int32_t>(extent[1]) : 0;
    table.score = hdf5::read_array<double>(group, "score");
    table.rank = hdf5::read_array<std::int32_t>(group, "rank");
    if (table.rank.size() != table.score.size()) throw hdf5::FormatError(group.name() + ": unexpected size");
    tables.push_back(std::move(table));
  }
  return tables;
}

}  // namespace kilofold
