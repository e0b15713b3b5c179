// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
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

/// A model as the parser sees it.
struct ModelSchema {
  std::string name;  ///< as written after `model:`
  std::string help;
  std::vector<ParameterSchema> parameters;
};

/// One hyperparameter's values, distinct, in the order written. Never empty.
struct ParameterAxis {
  std::string name;
  std::vector<double> values;  ///< numbers, category indices, or +infinity for `none`; `width` of them a point
  Place place;
  std::vector<std::string> text;  ///< names of category values, in their order; empty for numbers
  std::int32_t width = 1;         ///< 1, or the number of features where points are lists, one number a feature
};

/// One entry of `models:`. The trials are the product of the axes, last axis fastest; a parameter not written has one
/// value, its default, and every parameter of the schema is present, in the schema's order.
struct ModelSpec {
  std::string name;   ///< unique within the study; default: the model's name
  std::string model;  ///< a registered model
  std::vector<ParameterAxis> parameters;
  Place place;
};

struct CrossValidation {
  std::vector<std::int32_t> folds = {5};  ///< a list is an axis
  std::vector<std::int64_t> seeds = {0};
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
};

/// The study as plain values. Everything that the numbers depend on, and what only the reader sees.
struct Spec {
  std::string path;  ///< the YAML file
  std::string text;  ///< verbatim
  std::string name;
  std::string description;
  DataSource data;  ///< file already resolved against the YAML file's folder
  CrossValidation cv;
  Scaling feature_scaling = Scaling::zscore;  ///< none or zscore, fitted on the training rows of each fold
  Scaling target_scaling = Scaling::zscore;   ///< none, zscore or center, likewise
  std::vector<std::string> metrics = {"mae", "rmse", "r2"};  ///< order of the report's columns
  std::vector<ModelSpec> models;
  OutputSpec output;
  RunSpec run;
};

/// One `--set key=value` of the command line: a dotted path into the YAML and a YAML flow value.
using Override = std::pair<std::string, std::string>;

/// Parse a spec (grammar v1; docs/spec.md).
///
/// Errors    InputError with every problem in the text, each with line, column, caret, reason and the nearest legal
///           name
/// Cost      refuses texts over 1 MiB, nesting over 32, more than 1e5 values; under 10 ms for any legal study
Spec parse_spec(std::string_view text, const std::string& path, std::span<const ModelSchema> models,
                std::span<const Override> overrides = {});

/// Read a file and parse it.
Spec read_spec(const std::string& path, std::span<const ModelSchema> models, std::span<const Override> overrides = {});

/// The study's identity as one canonical JSON text: data hash and columns, cv, scaling, and each model's axes; no
/// names, labels, paths, metrics order or machine hints. Two specs that must give the same numbers have the same text.
std::string canonical_json(const Spec& spec, const Dataset& data);

}  // namespace kilofold
