// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "kilofold/core/error.hpp"
#include "kilofold/core/matrix.hpp"

/// Face of the data stage: a CSV file becomes a Dataset; a fold seed becomes a Split; a fold of a split, a RowSet.
namespace kilofold {

/// A column the study uses, as the spec names it. `place` is where the spec names it, for messages.
struct ColumnName {
  std::string column;  ///< header in the CSV file
  std::string label;   ///< long name for tables and plots; empty = column
  std::string units;   ///< as in the spec; empty = not given
  Place place;
};

/// Which columns of which file a study reads.
struct DataSource {
  std::string file;  ///< path as opened
  std::vector<ColumnName> features;
  ColumnName target;
  std::optional<ColumnName> groups;
  std::optional<ColumnName> folds = {};  ///< fold ids of the splitter `file`
};

/// The table of a study, whole and finite: no missing, infinite or text values in features and target.
///
/// Shapes    X (n, d) · y (n) · group (n) codes in order of first appearance, empty without `groups:` · n >= 2, d >= 1
/// Units     as the columns say; values exactly as in the file (nearest double)
struct Dataset {
  DataSource source;
  std::string sha256;  ///< of the file's bytes, 64 hex digits
  Matrix<double> X;
  std::vector<double> y;
  std::vector<std::int32_t> group;
  std::vector<std::string> group_name;      ///< by code
  std::vector<std::int32_t> fold = {};      ///< (n) fold ids of `source.folds`, numbered from 0; empty without
  std::vector<std::string> fold_name = {};  ///< by number

  std::int64_t n_samples() const { return X.rows(); }
  std::int64_t n_features() const { return X.cols(); }
};

/// Read a CSV table (RFC 4180, UTF-8 with or without BOM, LF or CRLF, header row).
///
/// Errors    InputError with every problem found, each with file:line:column, the text and a hint: unreadable file,
///           missing or repeated column, ragged row, empty, text or non-finite number, constant target, fewer than two
///           rows
/// Cost      one pass; about 100 MB/s
Dataset read_csv(const DataSource& source);

/// Each feature's distinct values in ascending order, and every sample's rank among them.
///
/// Trees see ranks only, so one table of codes serves every fold, seed, trial and boosting round.
/// Shapes    code (n, d) · level: feature f's distinct values at [level_begin[f], level_begin[f + 1])
struct RankCodes {
  Matrix<std::int32_t> code;
  std::vector<double> level;
  std::vector<std::int64_t> level_begin;
};
RankCodes rank_codes(const Matrix<double>& X);

/// Each sample's number of the set of samples with equal features, sets numbered by first appearance. Shape (n).
std::vector<std::int32_t> equal_rows(const Matrix<double>& X);

/// One fold seed's partition of the samples.
struct Split {
  std::int32_t n_folds = 0;
  std::int64_t seed = 0;
  std::vector<std::int32_t> fold;  ///< (n) in [0, n_folds)
};

/// How samples are dealt to folds.
enum class Splitter {
  kfold,          ///< scikit-learn's KFold
  group_kfold,    ///< scikit-learn's GroupKFold: a group's rows stay together
  leave_one_out,  ///< every sample a fold of its own
  file,           ///< as a column of the table says
};
const char* name(Splitter splitter);

struct Splitting {
  Splitter splitter = Splitter::kfold;
  bool shuffle = true;  ///< false: scikit-learn's splitters with shuffle=False; the seed is then only kept

  friend bool operator==(const Splitting&, const Splitting&) = default;
};

/// Split n samples as scikit-learn's `KFold(n_folds, shuffle=True, random_state=seed)`, fold for fold.
///
/// Errors    precondition: 2 <= n_folds <= n, 0 <= seed < 2^32
/// Accuracy  identical for every seed; 100 seeds are frozen in the tests
Split kfold(std::int64_t n, std::int32_t n_folds, std::int64_t seed);

/// Split by any splitter. leave_one_out and file only keep the seed.
///
/// GroupKFold: without shuffle the largest group goes to the lightest fold, equal ones the later first, in the sorted
/// order of groups (numbers by value where all are numbers, else text by code point); with it, the groups are permuted
/// by `RandomState(seed)` and cut into n_folds runs, scikit-learn 1.6 and later.
/// Errors    precondition: what `fold_limit` says
Split split(const Dataset& data, const Splitting& splitting, std::int32_t n_folds, std::int64_t seed);

/// The most folds a splitter can make of a table; what leave_one_out and file do make.
std::int32_t fold_limit(const Dataset& data, Splitter splitter);

/// The rows a fit trains on and the rows it predicts, each ascending.
struct RowSet {
  std::vector<std::int32_t> train;
  std::vector<std::int32_t> held_out;
};
RowSet row_set(const Split& split, std::int32_t fold);

/// A training set by one number: a fold's is the fold's number, that of an inner fold says all three, in 32 bits.
struct RowSetName {
  static constexpr std::int32_t most_folds = 4095, most_inner_folds = 1023;

  std::int32_t fold = 0;
  std::int32_t inner_folds = 0;  ///< 0: the fold's own training set
  std::int32_t inner_fold = 0;

  constexpr std::uint32_t number() const {
    return static_cast<std::uint32_t>(fold + (inner_fold << 12)) + (static_cast<std::uint32_t>(inner_folds) << 22);
  }
  static constexpr RowSetName of(std::uint32_t number) {
    if (number >> 22 == 0) return {static_cast<std::int32_t>(number), 0, 0};
    return {static_cast<std::int32_t>(number & 4095), static_cast<std::int32_t>(number >> 22),
            static_cast<std::int32_t>(number >> 12 & 1023)};
  }
};

/// A training set split again, for choosing hyperparameters inside it: by the study's splitter with the same seed, the
/// rows numbered as they stand in `rows`; leave_one_out and file by shuffled kfold. `rows` ascending.
///
/// Errors    precondition: 2 <= n_folds <= inner_fold_limit
std::vector<RowSet> inner_row_sets(const Dataset& data, const Splitting& splitting,
                                   const std::vector<std::int32_t>& rows, std::int32_t n_folds, std::int64_t seed);

/// The most inner folds that a training set can be split into.
std::int32_t inner_fold_limit(const Dataset& data, Splitter splitter, const std::vector<std::int32_t>& rows);

}  // namespace kilofold
