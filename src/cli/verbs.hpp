// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/options.hpp"

/// One function a verb; each prints results to stdout, words for people to stderr, and returns the exit code.
namespace kilofold::cli {

int init(const Options& options);
int validate(const Options& options);
int plan(const Options& options);
int run(const Options& options);
int status(const Options& options);
int show(const Options& options);
int report(const Options& options);
int merge(const Options& options);
int doctor(const Options& options);
int completion(const Options& options);
int manual(const Options& options);

}  // namespace kilofold::cli
