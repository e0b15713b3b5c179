// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "execute/workspace.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace kilofold {

Buffer::Buffer(const Backend& backend, std::size_t bytes)
    : backend_(&backend), data_(backend.allocate(std::max<std::size_t>(bytes, 1))), size_(bytes) {
  if (data_ == nullptr) throw OutOfMemory(fmt::format("{}: no memory for {} bytes", backend.name, bytes));
}

Buffer BufferPool::acquire(std::size_t bytes) {
  auto best = free_.end();
  for (auto buffer = free_.begin(); buffer != free_.end(); ++buffer)
    if (buffer->size() >= bytes && (best == free_.end() || buffer->size() < best->size())) best = buffer;
  if (best == free_.end()) {
    try {
      return Buffer(backend_, bytes);
    } catch (const OutOfMemory&) {
      if (free_.empty()) throw;
      free_.clear();
      return Buffer(backend_, bytes);
    }
  }
  Buffer found = std::move(*best);
  free_.erase(best);
  return found;
}

void BufferPool::give_back(Buffer buffer) { free_.push_back(std::move(buffer)); }

}  // namespace kilofold
