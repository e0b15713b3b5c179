// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <vector>

#include "execute/workspace.hpp"
#include "kilofold/backend.hpp"
#include "kilofold/data.hpp"
#include "kilofold/plan.hpp"

namespace kilofold {

/// What every item of a study shares, in the backend's memory: the table, its rank codes, and each fold's rows.
class StudyData {
 public:
  StudyData(const Plan& plan, const Dataset& data, const Backend& backend);

  const TableView& table() const { return table_; }
  const std::vector<double>& y() const { return y_; }

  /// The rows of one fold of one seed, or of another training set on `fold_axis`, the group's fold axis.
  const RowSetView& rows(AxisId fold_axis, std::int32_t seed, std::int32_t fold) const;
  /// Every row of the table as training row, none held out.
  const RowSetView& all_rows() const { return all_; }
  /// The same held-out rows on the host.
  const std::vector<std::int32_t>& held_out(AxisId fold_axis, std::int32_t seed, std::int32_t fold) const;
  /// Largest training and held-out sets over the folds.
  std::int64_t most_train(AxisId fold_axis) const { return at(fold_axis).most_train; }
  std::int64_t most_held_out(AxisId fold_axis) const { return at(fold_axis).most_held_out; }

 private:
  struct Splits {
    std::int64_t n_sets = 0;  ///< training sets a seed: folds, and inner folds of them
    std::int64_t most_train = 0;
    std::int64_t most_held_out = 0;
    std::vector<RowSetView> rows;  ///< seed slowest
    std::vector<std::vector<std::int32_t>> held_out;
  };
  const Splits& at(AxisId fold_axis) const;
  void add(RowSet rows, Splits& splits);
  RowSetView view(const std::vector<std::int32_t>& train, const std::vector<std::int32_t>& held_out);
  /// Where a list will lie in the backend's memory once all are uploaded.
  const std::int32_t* place(const std::vector<std::int32_t>& list);
  template <class T> const T* upload(const std::vector<T>& values);

  const Backend& backend_;
  std::vector<Buffer> buffers_;
  TableView table_{};
  std::vector<double> y_;
  std::vector<std::int32_t> equal_rows_;
  Buffer lists_;
  std::vector<std::int32_t> host_lists_;  ///< what goes to lists_, in one upload
  RowSetView all_{};
  std::map<AxisId, Splits> splits_;
};

}  // namespace kilofold
