// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "execute/workspace.hpp"

namespace kilofold {

/// A tile's results on their way from the backend's memory to the host's: in the background where the backend can, so
/// that ops called meanwhile need not wait. What is copied must not be given back before it has arrived.
class Downloads {
 public:
  /// `pool`: of host_memory_of(backend).
  Downloads(const Backend& backend, BufferPool& pool) : backend_(backend), pool_(pool) {}
  Downloads(const Downloads&) = delete;
  Downloads& operator=(const Downloads&) = delete;
  ~Downloads();  ///< waits for what is on its way, and gives the memory back

  /// Host memory that lives as long as this. Errors: OutOfMemory
  void* place(std::size_t bytes);
  /// Begin to copy to such a place. Returns as a backend's functions do.
  int begin(void* to, const void* from, std::size_t bytes);
  /// Wait until all of it has arrived. Returns likewise.
  int finish();

 private:
  const Backend& backend_;
  BufferPool& pool_;
  std::vector<Buffer> places_;
  std::int64_t last_ = 0;  ///< number of the latest copy on its way; 0: none is
};

}  // namespace kilofold
