// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>

namespace kilofold::dev {

/// The device failed: which call, and what it said.
struct Error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace kilofold::dev
