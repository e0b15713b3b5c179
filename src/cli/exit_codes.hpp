// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace kilofold::cli {

/// How a command ended. `stopped_early` is EX_TEMPFAIL: the code on which batch systems try again.
enum ExitCode : int {
  done = 0,
  our_bug = 1,
  bad_input = 2,
  some_fits_failed = 3,
  machine_failed = 4,
  mismatch = 5,
  stopped_early = 75,
  second_interrupt = 130,
};

}  // namespace kilofold::cli
