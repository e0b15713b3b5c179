// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/standardize.cuh"

#include <algorithm>
#include <bit>
#include <limits>
#include <optional>

#include "kilofold/backend/arguments.hpp"
#include "ops.hpp"
#include "segmented_sort.hpp"
#include "session.hpp"

namespace kilofold::cuda {
namespace {

void check(const StandardizeArgs& a) {
  check_table(a.table);
  require(a.n_items >= 0, "n_items must not be negative");
  for (std::int64_t i = 0; i < a.n_items; ++i) {
    check_counts(a.rows[i]);
    require(a.rows[i].n_train <= a.ld_train, "ld_train must hold every training row");
    require(a.rows[i].n_held_out <= a.ld_held_out, "ld_held_out must hold every held-out row");
    require(a.replicates == Replicates::keep || a.rows[i].replicate, "collapsing needs the replicate sets");
  }
}

/// Item i of an array, null where that is not wanted.
double* item_of(const Batch<double>& batch, std::int64_t i) {
  return batch.data == nullptr ? nullptr : batch.data + i * batch.stride;
}

StandardizeItem item_of(const StandardizeArgs& a, std::int64_t i) {
  const RowSetView& rows = a.rows[i];
  return {.train = rows.train,
          .held_out = rows.held_out,
          .replicate = rows.replicate,
          .n_train = rows.n_train,
          .n_held_out = rows.n_held_out,
          .n_unique = rows.n_unique,
          .X_train = item_of(a.X_train, i),
          .X_held_out = item_of(a.X_held_out, i),
          .y_train = item_of(a.y_train, i),
          .count = item_of(a.count, i),
          .within = item_of(a.within, i),
          .mean = nullptr,
          .set_begin = nullptr,
          .first = 0,
          .centre = item_of(a.centre, i),
          .scale = item_of(a.scale, i),
          .status = a.status + i};
}

/// Memory of the items of a call whose rows are collapsed, and their order by replicate set.
class Collapse {
 public:
  Collapse(const StandardizeArgs& a, Session& s) : session_(s), ld_(a.ld_train) {
    std::int64_t n = 0, most_sets = 1;
    for (std::int64_t i = 0; i < a.n_items; ++i) {
      begin_.push_back(static_cast<std::int32_t>(n));
      n += a.rows[i].n_train;
      most_sets = std::max<std::int64_t>(most_sets, a.rows[i].n_unique);
      require(n <= std::numeric_limits<std::int32_t>::max(), "the items of a call have too many rows to be collapsed");
    }
    begin_.push_back(static_cast<std::int32_t>(n));
    n_ = static_cast<int>(n);
    key_bits_ = std::max(1, static_cast<int>(std::bit_width(static_cast<std::uint64_t>(most_sets - 1))));
    doubles_ = s.work.get<double>(static_cast<std::size_t>(2 * ld_ * a.n_items));
    ints_ = s.kept.get<std::int32_t>(static_cast<std::size_t>(5 * n + 2 * a.n_items + 1));
  }

  /// Give item i its memory.
  void prepare(StandardizeItem& item, std::int64_t i) const {
    double* const own = doubles_ + 2 * ld_ * i;
    item.mean = own;
    if (item.count == nullptr) item.count = own + ld_;
    item.first = begin_[static_cast<std::size_t>(i)];
    item.set_begin = ints_ + 4 * n_ + item.first + i;
  }
  ReplicateRows listed() const { return {ints_, ints_ + n_}; }
  ReplicateRows sorted() const { return {ints_ + 2 * n_, ints_ + 3 * n_}; }

  /// Sort what is listed.
  void sort() {
    if (n_ == 0) return;
    const SegmentedPairs pairs{.n = n_,
                               .n_segments = static_cast<int>(begin_.size()) - 1,
                               .begin = session_.upload(begin_, session_.shared_items),
                               .key = listed().set,
                               .value = listed().row,
                               .sorted_key = sorted().set,
                               .sorted_value = sorted().row,
                               .key_bits = key_bits_};
    const std::size_t bytes = sort_work_bytes(pairs, session_.stream);
    sort_segments(pairs, session_.sort_work.get<unsigned char>(bytes), bytes, session_.stream);
  }

 private:
  Session& session_;
  std::int64_t ld_;
  int n_ = 0;
  int key_bits_ = 1;
  std::vector<std::int32_t> begin_;  ///< (n_items + 1) places of the items' first rows, the end
  double* doubles_ = nullptr;
  std::int32_t* ints_ = nullptr;  ///< two lists of n_ rows, sets and rows each; the beginnings of the items' sets
};

}  // namespace

int standardize(const StandardizeArgs* args) {
  return guarded("standardize", [&] {
    const StandardizeArgs& a = *args;
    check(a);
    Session& s = session();
    std::optional<Collapse> collapse;
    if (a.replicates == Replicates::collapse) collapse.emplace(a, s);
    std::vector<StandardizeItem> items;
    for (std::int64_t i = 0; i < a.n_items; ++i) {
      items.push_back(item_of(a, i));
      if (collapse) collapse->prepare(items.back(), i);
    }
    const StandardizeItem* const on_device = s.upload(items, s.items);
    const StandardizeStudy study{.X = a.table->X,
                                 .y = a.table->y,
                                 .n = static_cast<int>(a.table->n),
                                 .d = static_cast<int>(a.table->d),
                                 .features = a.features,
                                 .target = a.target,
                                 .fit_on = a.fit_on,
                                 .replicates = a.replicates,
                                 .ld_train = a.ld_train,
                                 .ld_held_out = a.ld_held_out,
                                 .listed = collapse ? collapse->listed() : ReplicateRows{},
                                 .sorted = collapse ? collapse->sorted() : ReplicateRows{}};
    const auto n = static_cast<unsigned>(items.size());
    if (collapse) {
      dev::launch(list_replicates, {"list_replicates", n, standardize_threads, 0}, s.stream, study, on_device);
      collapse->sort();
    }
    dev::launch(standardize_items, {"standardize_items", n, standardize_threads, 0}, s.stream, study, on_device);
  });
}

}  // namespace kilofold::cuda
