// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime_api.h>

namespace kilofold::cuda {

/// Ask the driver for a no-op kernel: success proves that the module holds code which the current device can run.
cudaError_t find_device_image();

}  // namespace kilofold::cuda
