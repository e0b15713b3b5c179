// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "grammar.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "axes.hpp"

namespace kilofold::spec {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double largest_int = std::numeric_limits<std::int32_t>::max();
constexpr double largest_seed = std::numeric_limits<std::uint32_t>::max();  // scikit-learn's range of random_state

std::vector<Key> study_keys() {
  return {
      {"spec", Takes::version, "required", "the grammar's version"},
      {"name", Takes::name, "required", "names the result file"},
      {"description", Takes::text, "empty", "for the reader"},
      {"data", Takes::section, "required", "the table"},
      {"data.file", Takes::text, "required", "CSV file; a relative path starts at the folder of the YAML file"},
      {"data.features", Takes::columns, "required", "what to learn from"},
      {"data.target", Takes::column, "required", "what to predict"},
      {"data.groups", Takes::column, "none", "names the group of each row; kept with the results, no feature"},
      {"cv", Takes::section, "as below", "the folds"},
      {"cv.folds",
       Takes::integers,
       "5",
       "number of folds; not for `leave_one_out` and `file`, which know it",
       {},
       2,
       largest_int},
      {"cv.seeds", Takes::integers, "0", "each seed reshuffles the folds", {}, 0, largest_seed},
      {"cv.splitter",
       Takes::word,
       "`kfold`",
       "who is held out with whom, see [Folds](#folds)",
       {"kfold", "group_kfold", "leave_one_out", "file"}},
      {"cv.shuffle", Takes::boolean, "true",
       "`false`: the splitter of scikit-learn with `shuffle=False`; one seed then"},
      {"cv.column", Takes::text, "none", "column with the fold id of each row; of `splitter: file`, which needs it"},
      {"scaling", Takes::section, "as below", "what models see"},
      {"scaling.features",
       Takes::word,
       "`zscore`",
       "`zscore`: mean 0, population standard deviation 1; `minmax`: from 0 to 1",
       {"none", "zscore", "minmax"}},
      {"scaling.target",
       Takes::word,
       "`zscore`",
       "always fitted on each fold's training rows",
       {"none", "zscore", "center"}},
      {"scaling.fit_on",
       Takes::words,
       "`fold`",
       "rows that feature scaling is fitted on: each fold's training rows, so that nothing leaks, or `all`",
       {"fold", "all"}},
      {"metrics",
       Takes::word_list,
       "[mae, rmse, r2]",
       "columns of the report, in this order",
       {"mae", "rmse", "r2", "r2_eq13"}},
      {"model_seed",
       Takes::integers,
       "0",
       "seeds of models that draw random numbers: forest, adaboost",
       {},
       0,
       largest_seed},
      {"numerics", Takes::section, "as below", "arithmetic"},
      {"numerics.jitter",
       Takes::word,
       "`floor`",
       "of `gpr`; `floor`: a noise variance too small to factorise with is raised to 16 N eps; `none`: it is kept",
       {"floor", "none"}},
      {"numerics.flavour",
       Takes::word,
       "`canonical`",
       "whose arithmetic: our own, with the same bits everywhere, or that of a vendor's library",
       {"canonical", "vendor"}},
  };
}

std::vector<Key> model_keys() {
  return {
      {"models", Takes::sections, "required", "list of entries, see [Models](#models)"},
      {"models.name", Takes::name, "the model's", "unique; names the group in the result file"},
      {"models.model", Takes::own, "required", "which model"},
      {"models.parameters", Takes::own, "all defaults", "a mapping of axes, or a list of mappings: their union"},
      {"models.zip", Takes::own, "none", "axes that move together, in every mapping of `parameters`"},
      {"models.method",
       Takes::word,
       "`grid`",
       "`random`: draw `trials` points, see [Random search](#random-search)",
       {"grid", "random"}},
      {"models.trials", Takes::integer, "none", "of `method: random`, for each mapping of `parameters`", {}, 1, 1e7},
      {"models.as_published", Takes::own, "none", "the one setting of a published study, see [Models](#models)"},
      {"models.tune", Takes::section, "none", "choose parameters inside each training fold, see [Tuning](#tuning)"},
      {"tune.by", Takes::own, "required", "`log_marginal_likelihood`, or `mae`, `rmse`, `r2` on inner folds"},
      {"tune.search", Takes::own, "`grid`", "`grid`: the best grid point; `lbfgs`: by gradient, of the likelihood"},
      {"tune.inner_folds", Takes::integer, "5", "of a metric", {}, 2, largest_int},
      {"tune.starts", Takes::integer, "1", "of `lbfgs`: starting points", {}, 1, 1000},
      {"tune.bounds", Takes::own, "the model's", "of `lbfgs`: `{length_scale: [0.01, 100]}`"},
  };
}

std::vector<Key> reader_keys() {
  return {
      {"importance", Takes::sections, "none", "list of feature scores"},
      {"importance.method", Takes::word, "required", "see [importance](importance.md)", {"mrmr", "ftest", "rrelieff"}},
      {"importance.scheme", Takes::words, "`mid`", "of `mrmr`", {"mid", "miq"}},
      {"importance.estimator", Takes::words, "`mi`", "of `mrmr`", {"mi", "f"}},
      {"importance.bins", Takes::integer, "10", "of `mrmr` and `ftest`", {}, 2, largest_int},
      {"importance.neighbors", Takes::integers, "10", "of `rrelieff`", {}, 1, largest_int},
      {"importance.sigma",
       Takes::number,
       "50",
       "of `rrelieff`: a neighbour's rank counts exp(-(rank / sigma)^2)",
       {},
       0,
       infinite,
       false},
      {"importance.per",
       Takes::word,
       "`table`",
       "scores of the whole table, or of each fold's training rows",
       {"table", "fold"}},
      {"output", Takes::section, "as below", "results"},
      {"output.file", Takes::text, "`results/<name>.h5`", "HDF5 file; a relative path starts at the working directory"},
      {"output.predictions",
       Takes::word,
       "`all`",
       "whose held-out predictions are kept; metrics always are",
       {"all", "best", "none"}},
      {"output.keep", Takes::integer, "100", "of `predictions: best`: trials of each entry and seed", {}, 1, 1e7},
      {"report", Takes::section, "as below", "the page"},
      {"report.plots",
       Takes::word_list,
       "the report's choice",
       "plots of the page, in this order",
       {"true_vs_predicted", "residuals", "traces", "heatmap", "validation_curve", "importance", "rank_stability",
        "rank_distribution", "seed_distribution"}},
      {"reference", Takes::section, "none",
       "results of an earlier study: `show` and `report` print them beside ours; never used in fitting"},
      {"reference.source", Takes::text, "empty", "where they come from"},
      {"reference.results", Takes::own, "none", "by entry of `models` and metric: `{DT: {rmse: 1.919}}`"},
      {"run", Takes::section, "as below", "the machine"},
      {"run.device", Takes::device, "`auto`", "where to compute"},
      {"run.threads", Takes::integer, "0", "0 = all cores", {}, 0, 4096},
      {"run.memory", Takes::number, "0.8", "share of the device's free memory to use", {}, 0, 1, false},
      {"run.checkpoint", Takes::duration, "`30s`", "how often finished work is made safe"},
      {"run.fit_time_limit", Takes::duration, "none",
       "of a fit of `svr`, in CPU time: one that takes longer ends as `time_limit`, without predictions"},
  };
}

std::vector<Key> make_keys() {
  std::vector<Key> keys = study_keys();
  for (auto* more : {&model_keys, &reader_keys})
    for (Key& row : more()) keys.push_back(std::move(row));
  return keys;
}

/// What other tools call something, and what to say of it.
struct Foreign {
  std::string_view where;
  std::string_view typed;
  std::string_view answer;
};

constexpr std::string_view dialect = "kilofold reads comma-separated files with a decimal point";
constexpr std::string_view missing = "kilofold needs a complete table: fill the values in, or leave the rows out";

/// By section: a hint.
constexpr std::array<Foreign, 24> foreign_keys = {{
    {"", "seed", "write cv: {seeds: 0} for the folds, model_seed: 0 for the models"},
    {"", "random_state", "write cv: {seeds: 0} for the folds, model_seed: 0 for the models"},
    {"", "folds", "write cv: {folds: 5}"},
    {"", "seeds", "write cv: {seeds: 0}"},
    {"", "dataset", "write data: {file, features, target}"},
    {"", "parameters", "parameters belong to an entry of models"},
    {"", "method", "method belongs to an entry of models"},
    {"", "n_jobs", "write run: {threads: 0}"},
    {"", "scoring", "write metrics: [mae, rmse, r2]"},
    {"data", "path", "write file"},
    {"data", "X", "write features: [a, b]"},
    {"data", "y", "write target: a"},
    {"data", "delimiter", dialect},
    {"data", "separator", dialect},
    {"data", "decimal", dialect},
    {"data", "missing", missing},
    {"cv", "n_splits", "write folds"},
    {"cv", "k", "write folds"},
    {"cv", "random_state", "write seeds"},
    {"cv", "n_repeats", "write seeds: {from: 0, to: 9}: each seed is a repeat"},
    {"cv", "file", "write column: the column of the data file with each row's fold id"},
    {"models", "params", "write parameters"},
    {"models", "hyperparameters", "write parameters"},
    {"models", "n_iter", "write trials"},
}};

/// By key: our word.
constexpr std::array<Foreign, 17> foreign_words = {{
    {"tune.by", "lml", "log_marginal_likelihood"},
    {"tune.by", "likelihood", "log_marginal_likelihood"},
    {"tune.by", "marginal_likelihood", "log_marginal_likelihood"},
    {"tune.by", "log_likelihood", "log_marginal_likelihood"},
    {"tune.by", "neg_mean_absolute_error", "mae"},
    {"tune.by", "neg_root_mean_squared_error", "rmse"},
    {"tune.by", "neg_mean_squared_error", "rmse"},
    {"tune.by", "mse", "rmse"},
    {"metrics", "neg_mean_absolute_error", "mae"},
    {"metrics", "neg_root_mean_squared_error", "rmse"},
    {"metrics", "neg_mean_squared_error", "rmse"},
    {"metrics", "mse", "rmse"},
    {"scaling.features", "standard", "zscore"},
    {"scaling.features", "StandardScaler", "zscore"},
    {"scaling.features", "MinMaxScaler", "minmax"},
    {"scaling.target", "standard", "zscore"},
    {"cv.splitter", "loo", "leave_one_out"},
}};

/// Empty where no row fits.
std::string_view answer_to(std::span<const Foreign> rows, std::string_view where, std::string_view typed) {
  const auto found =
      std::ranges::find_if(rows, [&](const Foreign& row) { return row.where == where && row.typed == typed; });
  return found == rows.end() ? std::string_view() : found->answer;
}

}  // namespace

std::string_view Key::leaf() const {
  const std::size_t dot = path.rfind('.');
  return dot == std::string::npos ? std::string_view(path) : std::string_view(path).substr(dot + 1);
}

std::string_view Key::section() const {
  const std::size_t dot = path.rfind('.');
  return dot == std::string::npos ? std::string_view() : std::string_view(path).substr(0, dot);
}

std::span<const Key> all_keys() {
  static const std::vector<Key> keys = make_keys();
  return keys;
}

const Key& key(std::string_view path) {
  const auto keys = all_keys();
  const auto found = std::ranges::find_if(keys, [&](const Key& row) { return row.path == path; });
  KILOFOLD_EXPECT(found != keys.end());
  return *found;
}

std::vector<std::string> keys_of(std::string_view section) {
  std::vector<std::string> names;
  for (const Key& row : all_keys())
    if (row.section() == section) names.emplace_back(row.leaf());
  return names;
}

ParameterSchema as_parameter(const Key& key) {
  ParameterSchema schema;
  schema.name = key.path;
  schema.kind = key.takes == Takes::number ? ParameterSchema::Kind::real : ParameterSchema::Kind::integer;
  schema.minimum = key.minimum;
  schema.maximum = key.maximum;
  schema.minimum_allowed = key.minimum_allowed;
  return schema;
}

std::string expected(const Key& key) {
  if (!key.words.empty()) return (key.words.size() > 1 ? "one of " : "") + joined(key.words);
  return expected(as_parameter(key));
}

std::string_view foreign_key(std::string_view section, std::string_view typed) {
  return answer_to(foreign_keys, section, typed);
}

std::string_view foreign_word(std::string_view key, std::string_view typed) {
  return answer_to(foreign_words, key, typed);
}

}  // namespace kilofold::spec
