// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace kilofold {

/// Is it a device as `run.device` and --device name one: auto, cpu, cuda, or cuda:K with K below 1000?
bool is_device(std::string_view text);

}  // namespace kilofold
