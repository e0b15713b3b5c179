// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kilofold/backend.hpp"
#include "kilofold/backend/leave.hpp"

namespace kilofold::cuda {

int upload(void* to, const void* from_host, std::size_t bytes);
int download(void* to_host, const void* from, std::size_t bytes);
void* allocate_host(std::size_t bytes);
void release_host(void* memory);
int begin_download(void* to_host, const void* from, std::size_t bytes, std::int64_t* number);
int wait_download(std::int64_t number);
/// Wait for every op that this thread has called.
int finish_ops();

int standardize(const StandardizeArgs* args);

std::int64_t factor_doubles(std::int64_t u, std::int64_t n_rhs);
int factor(const FactorArgs* args);
std::int64_t reduced_doubles(Factorized form, std::int64_t u, std::int64_t n_rhs);
int reduce(const ReduceArgs* args);
int posterior(const PosteriorArgs* args);

std::int64_t inverse_doubles(std::int64_t u);
int invert(const InvertArgs* args);
int fold_posterior(const FoldPosteriorArgs* args);

int maximize_lml(const MaximizeLmlArgs* args);

// In the flavour vendor.
/// The library and its version; returns 0, or another number with the reason why it cannot be used.
int vendor_library(char* text, std::size_t size);
int vendor_factor(const FactorArgs* args);
int vendor_invert(const InvertArgs* args);
int vendor_maximize_lml(const MaximizeLmlArgs* args);

/// A backend's table with the copies and ops of this folder. Ops that are null are not offered: studies that need them
/// stay on the CPU.
constexpr Backend with_ops(Backend backend) {
  backend.stop_when = stop_when;
  backend.upload = upload;
  backend.download = download;
  backend.allocate_host = allocate_host;
  backend.release_host = release_host;
  backend.begin_download = begin_download;
  backend.wait_download = wait_download;
  backend.factor_doubles = factor_doubles;
  backend.reduced_doubles = reduced_doubles;
  backend.standardize = standardize;
  backend.factor = factor;
  backend.reduce = reduce;
  backend.posterior = posterior;
  backend.inverse_doubles = inverse_doubles;
  backend.invert = invert;
  backend.fold_posterior = fold_posterior;
  backend.maximize_lml = maximize_lml;
  return backend;
}

/// The same with the cubic work done by a vendor's library: rounding, no promise of bits.
constexpr Backend with_vendor_ops(Backend backend) {
  backend.factor = vendor_factor;
  backend.invert = vendor_invert;
  backend.maximize_lml = vendor_maximize_lml;
  return backend;
}

}  // namespace kilofold::cuda
