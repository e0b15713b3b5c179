// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

namespace kilofold::cli {

/// From now on SIGINT, SIGTERM, SIGUSR1 and SIGHUP ask the run to stop; a second SIGINT ends the process with 130 at
/// once. SIGPIPE is ignored: a reader that goes away ends no run. Returns the flag they set.
const std::atomic<bool>* stop_on_signals();

/// Set that flag, as a signal would.
void request_stop();

}  // namespace kilofold::cli
