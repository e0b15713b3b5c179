// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kilofold/backend.hpp"

namespace kilofold::cpu {

/// The row set of all rows that the scaled inputs of the whole table belong to; its lists are not there.
RowSetView whole_table(const TableView& table);

/// Refuse scaled inputs that are not those of the whole table.
void check_whole_table(const TableView* table, const ScaledInputs& scaled, std::int64_t n_items);

}  // namespace kilofold::cpu
