// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "cells.hpp"
#include "kilofold/store.hpp"

/// Files as sources of a study's cells: whatever the trials and seeds a file has, it is seen through the study's own.
namespace kilofold {

/// Finds a study's trials by id and seeds by value.
class StudyIndex {
 public:
  struct Trial {
    std::uint64_t id;
    ModelId model;
    std::int64_t trial;
  };

  explicit StudyIndex(const StudyHeader& study);

  /// Every place where a trial occurs: two entries of `models:` may share one.
  std::pair<std::vector<Trial>::const_iterator, std::vector<Trial>::const_iterator> find(const std::string& id) const;
  std::optional<std::int32_t> seed(std::int64_t value) const;

  /// Number of a numerics id among a model's: 0 = its own. An id not seen before gets the next number.
  std::int32_t numerics_number(ModelId model, const std::string& id);
  /// Ids of a model by number.
  const std::vector<std::string>& numerics(ModelId model) const { return numerics_[model.value]; }

  const std::string& name(ModelId model) const { return names_[model.value]; }
  std::size_t n_models() const { return names_.size(); }
  std::size_t n_seeds() const { return seeds_.size(); }

 private:
  std::vector<std::string> names_;  ///< of the entries
  std::vector<Trial> trials_;
  std::vector<std::pair<std::int64_t, std::int32_t>> seeds_;
  std::vector<std::vector<std::string>> numerics_;  ///< by model and number
};

/// Cells that two files hold with different numerics.
struct MixedCells {
  std::int64_t count = 0;
  double worst = 0;  ///< largest difference of a prediction, in the target's unit
};

/// Cell datasets of files, kept open while in use; at most a few dozen files at a time.
class OpenTables {
 public:
  MixedCells mixed;  ///< met so far
  UnpackedChunks chunks;

  const CellTable& table(const std::string& path, const std::string& model_name);

 private:
  struct Entry {
    std::string path;
    std::string model_name;
    hdf5::Object file;
    CellTable table;
  };
  std::list<Entry> entries_;  ///< most recently used first
};

/// One file, as far as it concerns a study.
class Source {
 public:
  /// Ids of numerics that the study does not know yet are added to `index`.
  Source(std::string path, const StudyHeader& file, StudyIndex& index);

  const std::string& path() const { return path_; }
  /// Are predictions missing only where there is no cell or its fits failed?
  bool keeps_all_predictions() const { return keeps_all_predictions_; }

  /// What a file says of a cell that it holds.
  struct Held {
    const std::string& numerics;
    bool timed_out;            ///< a fit of it has the status time_limit
    std::int32_t failed_fits;  ///< that one among them
  };
  /// Call `visit(model, trial, seed, held)` for every cell the file holds, in the study's indices.
  using VisitCell = std::function<void(ModelId, std::int64_t, std::int32_t, const Held&)>;
  void for_each_cell(OpenTables& tables, const VisitCell& visit) const;

  /// A cell of a trial or a seed that the study does not have.
  struct Outside {
    const std::string& model_name;  ///< of the entry in the file
    std::uint64_t trial;            ///< its id
    std::int64_t seed;              ///< its value
    bool of_known_trial;            ///< only the seed is another
  };
  /// Call `visit` for every cell that the file holds and for_each_cell cannot name.
  void for_each_outside(OpenTables& tables, const std::function<void(const Outside&)>& visit) const;

  /// Add this file's cells to a chunk. Errors: MachineError when a cell already there has other bits, naming it.
  void overlay(OpenTables& tables, ModelId model, std::int64_t first_trial, std::int32_t seed, CellChunk& chunk,
               Detail detail) const;

  /// Has this file a cell of trials [first_trial, first_trial + rows) at a seed?
  bool holds_any(OpenTables& tables, ModelId model, std::int64_t first_trial, std::int64_t rows,
                 std::int32_t seed) const;
  /// Where these trials are one chunk of this file and of a file of `layout` alike: put all but their samples into a
  /// chunk that arrives clear, and return those as they are stored.
  std::optional<StoredCells> take_over(OpenTables& tables, ModelId model, std::int64_t first_trial, std::int32_t seed,
                                       const CellLayout& layout, CellChunk& chunk) const;

 private:
  /// Study trial <-> row of one of the file's models.
  struct Link {
    std::int64_t trial;
    std::int32_t file_model;
    std::int64_t row;
  };
  /// The links of trials [first_trial, first_trial + rows).
  std::span<const Link> links(ModelId model, std::int64_t first_trial, std::int64_t rows) const;
  /// How many links from the first on are of neighbours in the study that are neighbours in the file too.
  static std::int64_t run_length(std::span<const Link> links);
  void overlay_run(OpenTables& tables, ModelId model, const Link* first, std::int64_t count, std::int64_t chunk_row,
                   std::int32_t column, CellChunk& chunk, Detail detail) const;

  std::string path_;
  bool keeps_all_predictions_;
  std::vector<std::string> model_names_;
  std::vector<std::vector<std::string>> numerics_;  ///< by model of the file and number there
  /// The study's number of a file's numerics: by study model, model of the file, number there.
  std::vector<std::vector<std::vector<std::int32_t>>> numerics_number_;
  std::vector<std::int64_t> seeds_;
  std::vector<bool> knows_seed_;                ///< by column of the file: is it one of the study's?
  std::vector<std::vector<std::uint64_t>> id_;  ///< by model of the file and row
  std::vector<std::vector<bool>> knows_trial_;  ///< likewise
  std::vector<std::vector<Link>> links_;        ///< by study model, ascending in trial
  std::vector<std::int32_t> file_column_;       ///< by study seed; -1 = not in this file
};

}  // namespace kilofold
