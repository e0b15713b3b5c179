// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include "study_fixture.hpp"

/// Writes a merged, incomplete file for open_in_xarray.py.
int main(int argc, char** argv) {
  using namespace kilofold;
  if (argc != 2) {
    std::fputs("usage: write_made_up_study FILE\n", stderr);
    return 2;
  }
  const StudyHeader study = test::make_study({.folds = {3, 5}});
  Store::remove(argv[1]);
  Store store(argv[1], study);
  const CellBlock trees = test::make_all_cells(study, ModelId(0));
  const CellBlock linears = test::make_cells(study, ModelId(1), {0, 2}, {1});
  store.commit({&trees, 1});
  store.commit({&linears, 1});
  store.merge();
  return 0;
}
