// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kilofold/core/error.hpp"
#include "kilofold/core/op_options.hpp"
#include "kilofold/data.hpp"

/// Face of the spec stage: YAML text becomes a Spec of plain values, or every mistake in it becomes a Problem.
namespace kilofold {

/// What a hyperparameter may be. The tables live with the models; the parser, --help and docs/spec.md read them.
struct ParameterSchema {
  enum class Kind { real, integer, category };

  std::string name;  ///< scikit-learn's name where it has one
  Kind kind = Kind::real;
  double minimum = -std::numeric_limits<double>::infinity();  ///< smallest legal value
  double maximum = std::numeric_limits<double>::infinity();
  bool minimum_allowed = true;          ///< false: values must be greater than `minimum`
  bool none_allowed = false;            ///< `none` = no limit; held as +infinity
  double default_value = 0;             ///< of a number; +infinity = none
  bool per_feature = false;             ///< a value may also be a list, one number a feature (ARD length scales)
  std::vector<std::string> words;       ///< rules a number may be given by (`scale`, `iqr`); the i-th is held as -1 - i
  std::vector<std::string> categories;  ///< of a category; the first is the default. A value is the index here
  std::string help;                     ///< one sentence with the unit
  std::vector<std::string> foreign_names;  ///< other tools' names of it, for hints (MinLeafSize, min_child_samples)
};

/// Parameter values under one name, such as an application's "medium tree". Any of them may be written beside it.
struct PresetSchema {
  std::string name;
  std::vector<std::pair<std::string, double>> values;  ///< parameter, value
};

/// A model as the parser sees it.
struct ModelSchema {
  std::string name;  ///< as written after `model:`
  std::string help;
  std::vector<ParameterSchema> parameters;
  bool random = false;  ///< fits draw random numbers: `model_seed` is an axis of this model
  std::vector<std::string> tuned_by = {"mae", "rmse", "r2"};  ///< what `tune: {by: ...}` takes here
  bool tuned_by_gradient = false;                             ///< `tune: {search: lbfgs}` is possible
  std::vector<PresetSchema> presets = {};                     ///< of the key `preset`
  /// What of `tune:` this model does not offer: `bounds`.
  std::vector<std::string> tune_lacks = {};

  /// The parameters into which `tune: {search: lbfgs}` is written, so that it is part of a trial like any other: a
  /// category whose value 1 is lbfgs, and the number of starts less one.
  struct Tuner {
    std::string search;
    std::string restarts;
  };
  Tuner tuner = {};

  bool lacks(std::string_view what) const { return std::ranges::find(tune_lacks, what) != tune_lacks.end(); }
};

/// One hyperparameter's values in the order written. Never empty; distinct where the axis stands alone in its factor.
struct ParameterAxis {
  std::string name;
  std::vector<double> values;  ///< numbers, category indices, or +infinity for `none`; `width` of them a point
  Place place;
  std::vector<std::string> text;  ///< names of category values, in their order; empty for numbers
  std::int32_t width = 1;         ///< 1, or the number of features where points are lists, one number a feature

  std::int64_t size() const { return static_cast<std::int64_t>(values.size()) / width; }
};

/// Axes that move together: row i takes the i-th point of each (zip, random search). Most factors are one axis.
struct ParameterFactor {
  std::vector<ParameterAxis> axes;  ///< of equal size; no row comes twice

  std::int64_t size() const { return axes.front().size(); }
};

/// A product of factors, the last fastest, in which every parameter of the schema occurs once: with one value, its
/// default, where it is not written.
struct ParameterBlock {
  std::vector<ParameterFactor> factors;

  /// The axis of a parameter. Requires that there is one.
  const ParameterAxis& axis(std::string_view parameter) const;
  ParameterAxis& axis(std::string_view parameter);
};

/// Hyperparameters chosen inside each training fold: `tune:`.
struct TuneSpec {
  struct Bounds {
    std::string parameter;
    double lower;
    double upper;
  };

  std::string by;                ///< log_marginal_likelihood, or a metric on inner folds: mae | rmse | r2
  std::string search = "grid";   ///< grid | lbfgs
  std::int32_t inner_folds = 5;  ///< of a metric
  std::int32_t starts = 1;       ///< of lbfgs
  std::vector<Bounds> bounds;    ///< of lbfgs
  Place place;
};

/// The one setting of a published study, fixed before any run.
struct PublishedTrial {
  ParameterBlock block;  ///< one trial
  std::optional<TuneSpec> tune;
  Place place;
};

/// One entry of `models:`. Its trials are the union of its blocks' trials, in their order, and the published one; a
/// trial that comes twice is one trial. Without `parameters:` the published trial stands alone: no block.
struct ModelSpec {
  std::string name;   ///< unique within the study; default: the model's name
  std::string model;  ///< a registered model
  std::vector<ParameterBlock> blocks;
  Place place;
  std::optional<PublishedTrial> as_published = {};
  std::optional<TuneSpec> tune = {};

  /// An entry of one trial, chosen from its blocks inside every training set. The parser makes it beside the entry that
  /// `tune:` stands in, under the name of that with `.tuned` appended.
  bool is_tuned() const { return tune && tune->search == "grid"; }
};

struct CrossValidation {
  std::vector<std::int32_t> folds = {5};  ///< a list is an axis; empty until `complete` where the table decides
  std::vector<std::int64_t> seeds = {0};
  Splitting splitting = {};
  Place folds_place = {};
};

/// What becomes of predictions once their metrics are known.
struct OutputSpec {
  std::string file;                 ///< as written, relative to the working directory; default results/<name>.h5
  std::string predictions = "all";  ///< all | best | none
  std::int32_t keep = 100;          ///< trials of each entry and seed whose predictions `best` keeps
};

/// Machine hints: no part of the study's identity.
struct RunSpec {
  std::string device = "auto";  ///< auto | cpu | cuda | cuda:K
  std::int32_t threads = 0;     ///< 0 = all cores
  double checkpoint_seconds = 30;
  double fit_time_limit = std::numeric_limits<double>::infinity();  ///< seconds a fit may take; infinity = no limit
  double memory = 0.8;  ///< share of the device's free memory that a batch may take, in (0, 1]
};

/// One entry of `importance:`. Lists ask for every combination.
struct ImportanceSpec {
  std::string method;                            ///< mrmr | ftest | rrelieff
  std::vector<std::string> schemes = {"mid"};    ///< of mrmr: mid, miq
  std::vector<std::string> estimators = {"mi"};  ///< of mrmr: mi, f
  std::int32_t bins = 10;                        ///< of mrmr and ftest
  std::vector<std::int32_t> neighbors = {10};    ///< of rrelieff
  double sigma = 50;                             ///< of rrelieff
  std::string per = "table";                     ///< table | fold: the training rows of each fold
  Place place;
};

/// Results of an earlier study to print beside ours; never used in fitting.
struct ReferenceSpec {
  struct Result {
    std::string name;  ///< of an entry of `models`
    std::vector<std::pair<std::string, double>> metrics;
  };

  std::string source;
  std::vector<Result> results;
};

/// The study as plain values. Everything that the numbers depend on, and what only the reader sees.
struct Spec {
  std::string path;  ///< the YAML file
  std::string text;  ///< verbatim
  std::string name;
  std::string description;
  DataSource data;  ///< file already resolved against the YAML file's folder
  CrossValidation cv;
  Scaling feature_scaling = Scaling::zscore;  ///< none, zscore or minmax
  Scaling target_scaling = Scaling::zscore;   ///< none, zscore or center, fitted on the training rows of each fold
  std::vector<FitOn> fit_on = {FitOn::fold};  ///< rows that feature scaling is fitted on; a list is an axis
  std::vector<std::string> metrics = {"mae", "rmse", "r2"};  ///< order of the report's columns
  std::vector<std::uint32_t> model_seeds = {0};              ///< axis of models that draw random numbers
  bool jitter = true;                                        ///< `numerics: {jitter: none}` = false
  Flavour flavour = Flavour::canonical;                      ///< `numerics.flavour`; no part of the study's identity
  std::vector<ModelSpec> models;
  std::vector<ImportanceSpec> importance;
  OutputSpec output;
  std::vector<std::string> plots;  ///< of the report, in this order; empty = its own choice
  ReferenceSpec reference;
  RunSpec run;
};

/// One `--set key=value` of the command line: a dotted path into the YAML and a YAML flow value.
using Override = std::pair<std::string, std::string>;

/// A spec with mistakes.
class SpecError : public InputError {
 public:
  SpecError(std::vector<Problem> problems, Spec spec, bool names_table)
      : InputError(std::move(problems)), spec_(std::move(spec)), names_table_(names_table) {}

  /// What could be read.
  const Spec& spec() const { return spec_; }
  /// True when the mistakes lie outside `data`, so that the table's own can be told with them.
  bool names_table() const { return names_table_; }

 private:
  Spec spec_;
  bool names_table_;
};

/// Parse a spec (grammar v1; docs/spec.md).
///
/// Errors    SpecError with every problem in the text, each with line, column, caret, reason and the nearest legal
///           name
/// Cost      refuses texts over 1 MiB, nesting over 32, more than 1e5 values; under 10 ms for any legal study
Spec parse_spec(std::string_view text, const std::string& path, std::span<const ModelSchema> models,
                std::span<const Override> overrides = {});

/// Read a file and parse it.
Spec read_spec(const std::string& path, std::span<const ModelSchema> models, std::span<const Override> overrides = {});

/// Fill in what only the table decides, the fold counts of `leave_one_out` and `file`, and check the spec against it.
///
/// Errors    InputError: more folds, or inner folds, than rows or groups
void complete(Spec& spec, const Dataset& data);

/// The grammar as a JSON Schema (draft 07), for editors: share/kilofold/spec-v1.schema.json. The parser refuses more:
/// what needs arithmetic, the table, or two places of the text.
std::string json_schema(std::span<const ModelSchema> models);

/// The keys of the grammar as a table in Markdown, and the parameters of one model: the tables of docs/spec.md.
std::string key_table();
std::string parameter_table(const ModelSchema& model);

/// The study's identity as one canonical JSON text: data hash and columns, cv, scaling, and each model's axes; no
/// names, labels, paths, metrics order or machine hints. Two specs that must give the same numbers have the same text.
std::string canonical_json(const Spec& spec, const Dataset& data);

/// The part of it that one entry is.
std::string canonical_json(const ModelSpec& entry);

}  // namespace kilofold
