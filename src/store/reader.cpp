// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <limits>
#include <numeric>
#include <utility>

#include "canonical_text.hpp"
#include "files.hpp"
#include "inventory.hpp"
#include "kilofold/store.hpp"
#include "parallel.hpp"
#include "source.hpp"
#include "study_file.hpp"

namespace kilofold {
namespace {

constexpr std::size_t n_statuses = static_cast<std::size_t>(FitStatus::not_finite) + 1;

void note_damage(const std::string& path, const std::string& reason) {
  fmt::print(stderr, "warning: {} is damaged and left out\n  {}\n", path, reason);
}

StudyHeader find_study(const std::string& path, const Inventory& found) {
  if (const FoundFile* file = found.study()) return file->header;
  if (!found.parts.empty()) {
    throw InputError(parts_directory(path) + " holds parts but no sound study header",
                     "run the study again to restore it");
  }
  throw InputError("no results at " + path, "kilofold run writes them; check the path");
}

}  // namespace

struct StudyReader::Impl {
  Impl(std::string file, StudyHeader header) : path(std::move(file)), study(std::move(header)) {}

  std::string path;
  StudyHeader study;
  StudyIndex index{study};
  CellSet committed{study};
  std::vector<Source> sources;
  OpenTables tables;

  std::int64_t n_seeds() const { return static_cast<std::int64_t>(study.spec.cv.seeds.size()); }

  void add(const Inventory& found);
  CellBlock read(ModelId model, std::int64_t trial, const std::vector<std::int32_t>& seed_numbers);
  /// Call `visit(first_trial, seed, chunk)` for every cell of a model, without predictions.
  template <class Visit> void for_each_score(ModelId model, Visit visit);
};

template <class Visit> void StudyReader::Impl::for_each_score(ModelId model, Visit visit) {
  constexpr std::int64_t rows_a_read = 4096;
  const auto n_trials = static_cast<std::int64_t>(study.models.at(model.value).id.size());
  for (std::int64_t first = 0; first < n_trials; first += rows_a_read) {
    const std::int64_t rows = std::min(rows_a_read, n_trials - first);
    CellChunk chunk(rows, cell_shape(study, model), Detail::scores);
    for (std::int32_t seed = 0; seed < n_seeds(); ++seed) {
      chunk.clear();
      for (const Source& source : sources) source.overlay(tables, model, first, seed, chunk, Detail::scores);
      visit(first, seed, chunk);
    }
  }
}

StudyReader::StudyReader(const std::string& path) {
  use_inventory(path, Trust::light, note_damage, [&](const Inventory& found) {
    impl_ = std::make_unique<Impl>(path, find_study(path, found));
    impl_->add(found);
  });
}

void StudyReader::Impl::add(const Inventory& found) {
  if (found.merged) sources.emplace_back(found.merged->path, found.merged->header, index);
  for (const FoundFile& part : found.parts) sources.emplace_back(part.path, part.header, index);
  for (std::size_t m = 0; m < study.models.size(); ++m) {
    const std::vector<std::string>& ids = index.numerics(ModelId(static_cast<std::int32_t>(m)));
    study.models[m].other_numerics.assign(ids.begin() + 1, ids.end());
  }
  for (const Source& source : sources) {
    source.for_each_cell(tables, [&](ModelId model, std::int64_t trial, std::int32_t seed, const Source::Held&) {
      committed.insert(model, trial, seed);
    });
  }
}

StudyReader::~StudyReader() = default;

const std::string& StudyReader::path() const { return impl_->path; }
const Dataset& StudyReader::data() const { return impl_->study.data; }

const std::string& StudyReader::attribute(const std::string& name) const {
  static const std::string absent;
  for (const auto& [key, value] : impl_->study.provenance) {
    if (key == name) return value;
  }
  return absent;
}

std::vector<std::pair<std::string, std::string>> StudyReader::attributes() const { return impl_->study.provenance; }
const std::string& StudyReader::spec_text() const { return impl_->study.spec.text; }
const std::string& StudyReader::canonical() const { return impl_->study.canonical; }
const std::vector<double>& StudyReader::y() const { return impl_->study.data.y; }
const std::vector<std::int64_t>& StudyReader::seeds() const { return impl_->study.spec.cv.seeds; }
const ColumnName& StudyReader::target() const { return impl_->study.data.source.target; }
const std::vector<Split>& StudyReader::splits() const { return impl_->study.splits; }
const std::vector<TrialTable>& StudyReader::models() const { return impl_->study.models; }
Preparation StudyReader::preparation() const { return read_preparation(canonical()); }
bool StudyReader::published_in_grid(ModelId model) const {
  return kilofold::published_in_grid(canonical(), static_cast<std::size_t>(model.value));
}
const std::vector<FeatureScoreTable>& StudyReader::importance() const { return impl_->study.importance; }
std::int64_t StudyReader::n_committed() const { return impl_->committed.size(); }
std::int64_t StudyReader::n_cells() const { return impl_->committed.total(); }

CellBlock StudyReader::trial(ModelId model, std::int64_t trial) const {
  std::vector<std::int32_t> seeds(impl_->study.spec.cv.seeds.size());
  std::iota(seeds.begin(), seeds.end(), 0);
  return impl_->read(model, trial, seeds);
}

CellBlock StudyReader::cell(ModelId model, std::int64_t trial, std::int32_t seed) const {
  return impl_->read(model, trial, {seed});
}

CellBlock StudyReader::Impl::read(ModelId model, std::int64_t trial, const std::vector<std::int32_t>& seed_numbers) {
  const std::size_t seeds = seed_numbers.size();
  const CellShape shape = cell_shape(study, model);
  const auto n = static_cast<std::size_t>(shape.samples);
  const auto k = static_cast<std::size_t>(shape.folds);
  KILOFOLD_EXPECT(trial >= 0 && trial < static_cast<std::int64_t>(study.models.at(model.value).id.size()));
  CellBlock block;
  block.model = model;
  block.trial.assign(seeds, trial);
  block.prediction.resize(seeds * n);
  block.metric.resize(seeds * n_metrics);
  block.fold_metric.resize(seeds * k * n_fold_metrics);
  block.status.resize(seeds * k);
  block.numerics.resize(seeds);
  if (shape.has_sd) block.sd.resize(seeds * n);
  block.diagnostic.resize(seeds * static_cast<std::size_t>(shape.diagnostics) * k);
  CellChunk chunk(1, shape);
  for (const std::int32_t seed : seed_numbers) {
    chunk.clear();
    for (const Source& source : sources) source.overlay(tables, model, trial, seed, chunk, Detail::everything);
    chunk.copy_row_to(0, block, std::ssize(block.seed));
    block.seed.push_back(seed);
  }
  return block;
}

std::optional<std::string> payload_error(const std::string& path) {
  if (!exists(path)) return std::nullopt;
  try {
    verify_study_file(path);
  } catch (const hdf5::FormatError& error) {
    return error.what();
  }
  return std::nullopt;
}

std::vector<double> StudyReader::metrics(ModelId model) const {
  const std::int64_t seeds = impl_->n_seeds();
  std::vector<double> values(models().at(model.value).id.size() * seeds * n_metrics,
                             std::numeric_limits<double>::quiet_NaN());
  impl_->for_each_score(model, [&](std::int64_t first, std::int32_t seed, const CellChunk& chunk) {
    for (std::int64_t row = 0; row < chunk.rows; ++row) {
      for (std::size_t m = 0; m < n_metrics; ++m) {
        values[((first + row) * seeds + seed) * n_metrics + m] = chunk.metric[m * chunk.rows + row];
      }
    }
  });
  return values;
}

std::int64_t n_failed(const std::vector<std::int64_t>& status_counts) {
  std::int64_t count = 0;
  for (std::size_t s = 0; s < n_statuses; ++s) count += failed(static_cast<FitStatus>(s)) ? status_counts[s] : 0;
  return count;
}

std::vector<std::int64_t> StudyReader::status_counts(ModelId model) const {
  std::vector<std::int64_t> counts(n_statuses + 1, 0);
  const std::vector<std::int32_t>& n_folds = models().at(model.value).n_folds;
  impl_->for_each_score(model, [&](std::int64_t first, std::int32_t, const CellChunk& chunk) {
    for (std::int64_t row = 0; row < chunk.rows; ++row) {
      for (std::int32_t fold = 0; fold < n_folds[first + row]; ++fold) {
        const std::int32_t status = chunk.status[row * chunk.shape.folds + fold];
        ++counts[status < 0 ? n_statuses : static_cast<std::size_t>(status)];
      }
    }
  });
  return counts;
}

}  // namespace kilofold
