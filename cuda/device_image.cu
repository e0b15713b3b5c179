// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "device_image.hpp"

namespace kilofold::cuda {
namespace {

__global__ void no_op() {}

}  // namespace

cudaError_t find_device_image() {
  cudaFuncAttributes attributes;
  return cudaFuncGetAttributes(&attributes, no_op);
}

}  // namespace kilofold::cuda
