// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "study_fixture.hpp"

#include <stdlib.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>

#include "kilofold/core/hash.hpp"

namespace kilofold::test {
namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t n_metrics = 4;
constexpr std::size_t n_fold_metrics = 3;

/// A number in [0, 1) that looks random, from a name and three counters.
double noise(const std::string& name, std::int64_t a, std::int64_t b, std::int64_t c) {
  const std::string key = name + ":" + std::to_string(a) + ":" + std::to_string(b) + ":" + std::to_string(c);
  return static_cast<double>(std::stoull(hash_hex(key), nullptr, 16) >> 11) * 0x1p-53;
}

TrialTable make_table(const std::string& name, const std::string& model, std::int64_t n,
                      const std::vector<std::int32_t>& folds) {
  TrialTable table;
  table.model_name = name;
  table.model = model;
  table.numerics = "c0ffee0000000001";
  table.few_values = model == "tree";
  table.has_sd = model == "linear";
  table.diagnostics = {{"n_members", "members the prediction uses", true}, {"gap", "", false}};
  if (model == "tree") table.diagnostics.pop_back();
  TrialColumn parameter = {model == "tree" ? "max_depth" : "alpha", "a parameter", model == "tree", {}, {}};
  TrialColumn category = {"kernel", "", false, {}, {}};
  TrialColumn k_column = {"cv.folds", "number of folds", true, {}, {}};
  for (const std::int32_t k : folds) {
    for (std::int64_t t = 0; t < n; ++t) {
      table.id.push_back(hash_hex(model + std::to_string(t) + "/" + std::to_string(k)));
      table.n_folds.push_back(k);
      parameter.number.push_back(t == 0 ? missing : static_cast<double>(t) / (parameter.integral ? 1 : 8));
      category.text.push_back(t % 2 == 0 ? "rbf" : "mat\xC3\xA9rn");
      k_column.number.push_back(k);
    }
  }
  table.columns = {parameter, category, k_column};
  table.chunk_trials = std::min<std::int64_t>(64, std::ssize(table.id));
  return table;
}

Split make_split(std::int64_t n, std::int32_t k, std::int64_t seed) {
  Split split = {k, seed, {}};
  for (std::int64_t i = 0; i < n; ++i) split.fold.push_back(static_cast<std::int32_t>((i + seed) % k));
  return split;
}

/// Sd of every sample and diagnostics of every fold of the block's last cell; every fifth is missing.
void append_sd_and_diagnostics(CellBlock& block, const TrialTable& table, std::int64_t seed, std::int64_t n,
                               std::int64_t largest_k) {
  const auto trial = static_cast<std::size_t>(block.trial.back());
  for (std::int64_t i = 0; table.has_sd && i < n; ++i) block.sd.push_back(noise(table.id[trial], seed, i, 9));
  for (const DiagnosticColumn& column : table.diagnostics) {
    for (std::int64_t fold = 0; fold < largest_k; ++fold) {
      const double value = noise(table.id[trial] + column.name, seed, fold, 10);
      const bool is_missing = fold >= table.n_folds[trial] || value < 0.2;
      const double kept = column.integral ? std::floor(1000 * value) : value;
      block.diagnostic.push_back(static_cast<float>(is_missing ? missing : kept));
    }
  }
}

template <class T> bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0);
}

}  // namespace

StudyHeader make_study(const StudySize& size) {
  StudyHeader study;
  study.spec.text = "# made up\nname: fixture\n";
  study.spec.cv.seeds = size.seeds;
  study.spec.cv.folds = size.folds;
  study.data.source.features = {{"a", "first", "mm", {}}, {"b", "", "", {}}};
  study.data.source.target = {"load", "Mass loading", "mg/cm\xC2\xB2", {}};
  study.data.source.groups = ColumnName{"batch", "", "", {}};
  study.data.sha256 = std::string(64, 'a');
  study.data.X = Matrix<double>(size.samples, 2);
  study.data.group_name = {"B 1", "B 2"};
  for (std::int64_t i = 0; i < size.samples; ++i) {
    study.data.y.push_back(noise("y", i, 0, 0));
    study.data.group.push_back(static_cast<std::int32_t>(i % 2));
    for (std::int64_t f = 0; f < 2; ++f) study.data.X(i, f) = noise("X", i, f, 0);
  }
  for (const std::int32_t k : size.folds) {
    for (const std::int64_t seed : size.seeds) study.splits.push_back(make_split(size.samples, k, seed));
  }
  study.models = {make_table("DT", "tree", size.trees, size.folds),
                  make_table("OLS", "linear", size.linears, size.folds)};
  study.canonical = R"({"data":{"sha256":")" + study.data.sha256 +
                    R"(","features":["a","b"],"target":"load"},"cv":{"splitter":"kfold","folds":)" +
                    std::to_string(size.folds.size()) + R"(,"seeds":)" + std::to_string(size.seeds.size()) +
                    R"(},"scaling":{"X":"zscore","y":"zscore"},"models":)" + std::to_string(size.trees) + "}";
  study.provenance = {{"version", "0.1.0"}, {"host", "h\xC3\xB6st"}};
  return study;
}

CellBlock make_cells(const StudyHeader& study, ModelId model, const std::vector<std::int64_t>& trials,
                     const std::vector<std::int32_t>& seeds) {
  const TrialTable& table = study.models[model.value];
  const auto n = static_cast<std::int64_t>(study.data.y.size());
  const std::int64_t largest_k = study.largest_fold_count();
  CellBlock block;
  block.model = model;
  for (const std::int64_t trial : trials) {
    for (const std::int32_t seed : seeds) {
      const std::string& id = table.id[trial];
      const std::int64_t value = study.spec.cv.seeds[seed];
      const bool is_failed = noise(id, value, -1, 0) < 0.1;
      block.trial.push_back(trial);
      block.seed.push_back(seed);
      for (std::int64_t i = 0; i < n; ++i)
        block.prediction.push_back(is_failed && i % 3 == 0 ? missing : noise(id, value, i, 0));
      for (std::size_t m = 0; m < n_metrics; ++m) {
        block.metric.push_back(is_failed ? missing : noise(id, value, static_cast<std::int64_t>(m), 1));
      }
      for (std::int64_t fold = 0; fold < largest_k; ++fold) {
        const bool beyond = fold >= table.n_folds[trial];
        for (std::size_t m = 0; m < n_fold_metrics; ++m) {
          block.fold_metric.push_back(beyond ? missing : noise(id, value, fold, 2 + static_cast<std::int64_t>(m)));
        }
        const FitStatus status = is_failed && fold == 0 ? FitStatus::not_positive_definite : FitStatus::ok;
        block.status.push_back(beyond ? -1 : static_cast<std::int32_t>(status));
      }
      append_sd_and_diagnostics(block, table, value, n, largest_k);
    }
  }
  return block;
}

CellBlock make_all_cells(const StudyHeader& study, ModelId model) {
  std::vector<std::int64_t> trials(study.models[model.value].id.size());
  std::vector<std::int32_t> seeds(study.spec.cv.seeds.size());
  std::iota(trials.begin(), trials.end(), 0);
  std::iota(seeds.begin(), seeds.end(), 0);
  return make_cells(study, model, trials, seeds);
}

bool same_bits(const CellBlock& a, const CellBlock& b) {
  return a.trial == b.trial && a.seed == b.seed && same_bits(a.prediction, b.prediction) &&
         same_bits(a.metric, b.metric) && same_bits(a.fold_metric, b.fold_metric) && a.status == b.status &&
         same_bits(a.sd, b.sd) && same_bits(a.diagnostic, b.diagnostic);
}

void commit_all(Store& store, const StudyHeader& study) {
  std::vector<CellBlock> blocks;
  for (std::int32_t m = 0; m < static_cast<std::int32_t>(study.models.size()); ++m) {
    blocks.push_back(make_all_cells(study, ModelId(m)));
  }
  store.commit(blocks);
}

std::vector<Problem> problems_on_open(const std::string& path, const StudyHeader& study) {
  try {
    const Store store(path, study);
  } catch (const InputError& error) {
    return error.problems();
  }
  return {};
}

std::int64_t count_right_cells(const StudyReader& reader, const StudyHeader& study) {
  std::int64_t found = 0;
  const std::size_t n = study.data.y.size();
  const std::size_t k = static_cast<std::size_t>(study.largest_fold_count());
  for (std::int32_t m = 0; m < static_cast<std::int32_t>(study.models.size()); ++m) {
    for (std::size_t t = 0; t < study.models[m].id.size(); ++t) {
      const CellBlock read = reader.trial(ModelId(m), static_cast<std::int64_t>(t));
      for (std::size_t s = 0; s < study.spec.cv.seeds.size(); ++s) {
        if (read.status[s * k] < 0) continue;
        const CellBlock right =
            make_cells(study, ModelId(m), {static_cast<std::int64_t>(t)}, {static_cast<std::int32_t>(s)});
        const auto same = [](const auto& all, std::size_t cell, const auto& one) {
          return one.empty() || std::memcmp(&all[cell * one.size()], one.data(), one.size() * sizeof(one[0])) == 0;
        };
        const bool equal = right.prediction.size() == n && same(read.prediction, s, right.prediction) &&
                           same(read.metric, s, right.metric) && same(read.fold_metric, s, right.fold_metric) &&
                           same(read.status, s, right.status) && same(read.sd, s, right.sd) &&
                           same(read.diagnostic, s, right.diagnostic);
        if (!equal) return -1;
        ++found;
      }
    }
  }
  return found;
}

ScratchDirectory::ScratchDirectory() {
  std::string pattern = (std::filesystem::temp_directory_path() / "kilofold-store-XXXXXX").string();
  path_ = mkdtemp(pattern.data());
}

ScratchDirectory::~ScratchDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::vector<std::string> parts_of(const std::string& path) {
  std::vector<std::string> parts;
  const std::filesystem::path directory = path + ".parts";
  if (!std::filesystem::exists(directory)) return parts;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("part-") && name.ends_with(".h5")) parts.push_back(entry.path().string());
  }
  std::sort(parts.begin(), parts.end());
  return parts;
}

}  // namespace kilofold::test
