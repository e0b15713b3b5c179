// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <new>
#include <stdexcept>
#include <string>

#include "kilofold/backend.hpp"

namespace kilofold::cpu {

/// Keep why an op of this thread failed; `Backend::last_error` reads it.
void set_last_error(std::string text);
const char* last_error();

/// Refuse arguments that break the contract of backend.hpp.
inline void require(bool condition, const char* what) {
  if (!condition) throw std::invalid_argument(what);
}

/// Refuse a table without rows or features.
void check_table(const TableView* table);

/// Refuse an empty training set, and rows outside the table. Lists ascend, so their ends tell.
void check_rows(const TableView& table, const RowSetView& rows);

/// Training rows of an item as they are counted: its replicate sets where they are collapsed.
inline std::int64_t rows_used(const RowSetView& rows, Replicates replicates) {
  return replicates == Replicates::collapse ? rows.n_unique : rows.n_train;
}

/// Refuse inputs that do not fit the row set of their item.
void check_inputs(const TableView& table, const ScaledInputs& scaled, const RowSetView& rows, std::int64_t item);

/// A parameter's value for one item and lane.
inline double value(const Parameter& p, std::int64_t item, std::int64_t lane = 0) {
  return p.values[item * p.item_stride + lane];
}

/// Refuse a count that is not whole or below `least`; +infinity is one where the parameter may be unlimited.
enum class Infinite { refused, allowed };
void require_count(double value, double least, Infinite infinite, const char* what);

/// Run an op's body. Nothing may leave the binary interface by exception: a broken contract becomes a non-zero return,
/// lack of memory `out_of_memory`, with the reason kept.
template <class Body> int guarded(const char* op, Body body) {
  try {
    body();
    return 0;
  } catch (const std::bad_alloc&) {
    set_last_error(std::string(op) + ": out of memory");
    return out_of_memory;
  } catch (const std::exception& error) {
    set_last_error(std::string(op) + ": " + error.what());
  }
  return 1;
}

}  // namespace kilofold::cpu
