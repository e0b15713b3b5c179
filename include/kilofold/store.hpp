// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "kilofold/core/cells.hpp"
#include "kilofold/data.hpp"
#include "kilofold/spec.hpp"

/// Face of the store: HDF5 files that survive a kill at any moment, grow, and open in xarray with labelled dimensions.
///
/// While a study runs, finished cells are written as *parts*: complete, immutable HDF5 files in `OUT.h5.parts/`,
/// renamed into place once closed and synced. *Committed* means renamed. `merge` joins parts into `OUT.h5`. Layout:
/// docs/store.md.
namespace kilofold {

/// OUT.h5.parts, where the parts of results at `path` lie: beside the file that symbolic links at `path` lead to.
std::string parts_directory(const std::string& path);

/// Everything about a study that a file records besides the cells.
struct StudyHeader {
  Spec spec;
  Dataset data;
  std::string canonical;           ///< canonical_json(spec, data)
  std::vector<Split> splits;       ///< every (k, seed), k slowest, in the order of spec.cv
  std::vector<TrialTable> models;  ///< one an entry of spec.models, in its order
  std::vector<FeatureScoreTable> importance;
  std::vector<std::pair<std::string, std::string>>
      provenance;  ///< root attributes: version, commit, host, device, rules, ...

  std::int32_t largest_fold_count() const;
};

/// Which (trial, seed) cells are committed: one bit a cell of each model entry.
class CellSet {
 public:
  using Cell = std::tuple<ModelId, std::int64_t, std::int32_t>;  ///< model, trial, seed

  explicit CellSet(const StudyHeader& study);

  bool contains(ModelId model, std::int64_t trial, std::int32_t seed) const;
  void insert(ModelId model, std::int64_t trial, std::int32_t seed);
  void erase(ModelId model, std::int64_t trial, std::int32_t seed);
  std::int64_t size() const { return size_; }    ///< cells held
  std::int64_t total() const { return total_; }  ///< cells of the study

 private:
  std::size_t bit(ModelId model, std::int64_t trial, std::int32_t seed) const;

  std::vector<std::int64_t> begin_;
  std::int64_t n_seeds_ = 0;
  std::vector<bool> bits_;
  std::int64_t size_ = 0;
  std::int64_t total_ = 0;
};

/// What to do with cells there that were computed with another numerics id.
enum class OtherNumerics { refuse, keep };

/// What to do with cells there of trials or seeds that the study does not have: open nothing, leave the files that have
/// any, or drop them at the next merge.
enum class OtherCells { refuse, leave, drop };

/// What a merge did and what it found in its way. Cells of trials or seeds that the study does not have never go
/// without the user's word (OtherCells::drop): where the merged file has any, it stays, and so do parts that have any.
struct Merged {
  std::int64_t cells = 0;        ///< of the study, wherever they are
  bool published = true;         ///< false: the merged file stays, and with it the parts
  bool at_once = false;          ///< commit_last had written all of the study already, to where nothing was
  std::int64_t parts_left = 0;   ///< with cells that the study does not have
  std::int64_t other_cells = 0;  ///< that the study does not have, in all of these
  /// What of the spec the merged file said otherwise before: "name", "metrics", ...; empty where it was not there.
  std::vector<std::string> says_anew;
};

/// One study's results on disk, for writing.
///
/// Safe to have several writers on one study at a time (shards, a requeued twin): every file gets a name of its own,
/// and equal cells are equal bit for bit.
class Store {
 public:
  /// Open the results at `path` for a study, creating nothing yet.
  ///
  /// Reads the headers of the merged file and of every part; a trial that still occurs keeps its cells by its id.
  /// Errors    InputError when what is there belongs to other data, cv or scaling (naming the differing keys), to
  ///           another numerics id, or to trials or seeds that the study does not have; MachineError on I/O. A damaged
  ///           part is renamed to *.damaged, named on stderr, and its cells count as missing
  /// `threads`: most that compress and check at once, 0 = as many as there are cores; no bit depends on it.
  Store(std::string path, StudyHeader study, OtherNumerics other = OtherNumerics::refuse, std::int32_t threads = 0,
        OtherCells other_cells = OtherCells::refuse);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// Cells that were there when the study was opened or refreshed, and those committed since.
  const CellSet& committed() const;

  /// Those of them that were there with a fit whose status is time_limit, on every try so far.
  const CellSet& timed_out() const;

  /// Failed fits of what was there when the study was opened, refreshed or merged.
  std::int64_t failed_fits() const;

  /// What of OtherCells::drop the next merge drops: "3,900 of DT, 120 at seeds 3 to 9"; empty where nothing.
  const std::string& to_drop() const;

  /// See what other processes have committed meanwhile. Errors: as the constructor, which also hashes every part
  void refresh();

  /// Write blocks as one part: O_EXCL temporary name, every close checked, fsync, rename, fsync of the directory. When
  /// this returns, the cells are safe. Errors: MachineError, and nothing new is visible.
  void commit(std::span<const CellBlock> blocks);

  /// Commit a run's last blocks. Where they are the whole study and nothing of it is on disk yet, they become the
  /// merged file at once, by the same steps and under the lock of `merge`, which then has nothing left to do; else a
  /// part.
  void commit_last(std::span<const CellBlock> blocks);

  /// Join the merged file and all parts into `path` with the same discipline, read it back, then remove the parts.
  /// Cells held twice must agree bit for bit; of two with different numerics this study's own is kept, and stderr hears
  /// how far they are apart; of two tries at a cell with fits that ended as time_limit, the one with fewer of them. The
  /// merged file may be incomplete (missing cells are NaN, status -1). Of cells that the study does not have only those
  /// are dropped that to_drop() named: what another spec's run has written since stays.
  Merged merge();

  /// Forget everything stored: removes the merged file and the parts (`run --fresh`).
  static void remove(const std::string& path);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Join the merged file and all parts at `path` by what they say of themselves, without the spec and the table at hand:
/// for the youngest study there that has every cell, else the youngest that has all of the merged file's.
/// Errors: as Store's constructor and `merge`; InputError when there is nothing at `path`
Merged merge_parts(const std::string& path, OtherNumerics other = OtherNumerics::refuse);

/// Read the merged file at `path` whole and compare it with its payload hash. Returns what is wrong; nothing where all
/// is well or there is no merged file. Errors: MachineError where it cannot be read
std::optional<std::string> payload_error(const std::string& path);

/// How a study makes training and held-out rows of its table.
struct Preparation {
  Splitting splitting;
  std::string column;  ///< that the splitter goes by: groups, or folds; empty = none
  Scaling feature_scaling = Scaling::zscore;
  Scaling target_scaling = Scaling::zscore;
  std::vector<FitOn> fit_on = {FitOn::fold};
};

/// A study's results for reading: the merged file, its parts, or both, seen as one.
///
/// Trials are those of the file's own spec. Cells not yet computed read as NaN with status -1.
class StudyReader {
 public:
  /// Open `path` (merged file) and/or `path.parts/`. Errors: InputError when neither exists or the file is not
  /// kilofold's.
  explicit StudyReader(const std::string& path);
  ~StudyReader();
  StudyReader(const StudyReader&) = delete;
  StudyReader& operator=(const StudyReader&) = delete;

  const std::string& path() const;
  const std::string& attribute(const std::string& name) const;  ///< root attribute; empty when absent
  std::vector<std::pair<std::string, std::string>> attributes() const;
  const std::string& spec_text() const;
  const std::string& canonical() const;
  const std::vector<double>& y() const;
  const Dataset& data() const;  ///< the whole table; `source.file` is empty
  const std::vector<std::int64_t>& seeds() const;
  const ColumnName& target() const;
  const std::vector<Split>& splits() const;
  const std::vector<TrialTable>& models() const;  ///< columns include cv.folds

  /// Splitter and scaling, read from the canonical text.
  Preparation preparation() const;
  /// Is the published setting of an entry one of its grid's own trials, or one more beside it? False without one.
  bool published_in_grid(ModelId model) const;

  const std::vector<FeatureScoreTable>& importance() const;

  std::int64_t n_committed() const;
  std::int64_t n_cells() const;

  /// All seeds of one trial. Shapes: as CellBlock with one cell a seed.
  CellBlock trial(ModelId model, std::int64_t trial) const;
  /// One cell. Cost: neighbours in the order of the file are read together once and kept.
  CellBlock cell(ModelId model, std::int64_t trial, std::int32_t seed) const;
  /// Pooled metrics of every cell. Shape (trials, seeds, 4), row-major; NaN where missing.
  std::vector<double> metrics(ModelId model) const;
  /// Fits per status: index = FitStatus, last = missing.
  std::vector<std::int64_t> status_counts(ModelId model) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Fits whose status says that they failed, of StudyReader::status_counts.
std::int64_t n_failed(const std::vector<std::int64_t>& status_counts);

}  // namespace kilofold
