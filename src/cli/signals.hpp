// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

namespace kilofold::cli {

/// From now on SIGINT, SIGTERM, SIGUSR1 and SIGHUP end the process with 75 at once: a run that prepares itself has
/// nothing to save, and a batch system must be told to try again. SIGPIPE is ignored: a reader that goes away ends no
/// run.
void exit_on_signals();

/// From now on a write beyond the limit of file sizes (`ulimit -f`) fails, as on a full disk, instead of ending the
/// process without a word.
void fail_at_file_size_limit();

/// From now on the four signals of exit_on_signals ask the run to stop; a SIGINT after the first of them ends the
/// process with 130 at once. Returns the flag they set.
const std::atomic<bool>* stop_on_signals();

/// Set that flag, as the first signal would.
void request_stop();

}  // namespace kilofold::cli
