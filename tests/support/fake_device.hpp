// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "kilofold/backend.hpp"

/// A device that is none: the CPU's ops in a memory of its own, of any size, that fails when told to.
namespace kilofold::testing {

struct FakeDevice {
  std::size_t memory = std::size_t{64} << 20;  ///< bytes
  std::int32_t n_devices = 2;
  std::string refusal = {};     ///< what `probe` says; empty: it can run
  std::int64_t failing_op = 0;  ///< the op call that fails, from 1; 0 = none
  int failure = 1;              ///< what it then returns
  bool has_trees = true;        ///< else it offers no grow_trees
  bool accepted = true;         ///< on hardware
  bool has_vendor = false;      ///< else it has no flavour vendor
  bool streams = true;          ///< downloads go on in the background, done when they are waited for

  // What has been seen.
  std::int64_t n_ops = 0;
  std::int64_t n_uploads = 0;
  std::int64_t n_downloads = 0;
  std::int64_t n_refused = 0;  ///< allocations
  std::size_t most_used = 0;   ///< bytes
  std::int32_t selected = 0;   ///< device
  bool used_by_two_at_a_time = false;
  std::int64_t n_ops_beside_copies = 0;  ///< calls while downloads were under way
  bool released_too_early = false;       ///< memory that a download still reads or writes
};

/// Begin anew with a device of this kind; everything allocated before is gone.
void reset_fake_device(const FakeDevice& kind);
const FakeDevice& fake_device();

/// Its op table. The memory can be read and written while an op, an upload or a download runs, and by nobody at any
/// other time: the program dies where host code follows a device pointer.
const Backend& fake_backend();

}  // namespace kilofold::testing
