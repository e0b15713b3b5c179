// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kilofold/backend/arguments.hpp"

namespace kilofold::cpu {

/// Refuse an empty training set, and rows outside the table. Lists ascend, so their ends tell.
void check_rows(const TableView& table, const RowSetView& rows);

/// Refuse inputs that do not fit the row set of their item.
void check_inputs(const TableView& table, const ScaledInputs& scaled, const RowSetView& rows, std::int64_t item);

/// Refuse a count that is not whole or below `least`; +infinity is one where the parameter may be unlimited.
enum class Infinite { refused, allowed };
void require_count(double value, double least, Infinite infinite, const char* what);

}  // namespace kilofold::cpu
