// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "execute/workspace.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

namespace kilofold {

MemorySource memory_of(const Backend& backend) { return {backend.name, backend.allocate, backend.release}; }

MemorySource host_memory_of(const Backend& backend) {
  if (backend.allocate_host == nullptr) return {"host", std::malloc, std::free};
  return {"host", backend.allocate_host, backend.release_host};
}

Buffer::Buffer(const MemorySource& source, std::size_t bytes)
    : release_(source.release), data_(source.allocate(std::max<std::size_t>(bytes, 1))), size_(bytes) {
  if (data_ == nullptr) throw OutOfMemory(fmt::format("{}: no memory for {} bytes", source.name, bytes));
}

Buffer BufferPool::acquire(std::size_t bytes) {
  auto best = free_.end();
  for (auto buffer = free_.begin(); buffer != free_.end(); ++buffer)
    if (buffer->size() >= bytes && (best == free_.end() || buffer->size() < best->size())) best = buffer;
  if (best == free_.end()) {
    try {
      return Buffer(source_, bytes);
    } catch (const OutOfMemory&) {
      if (free_.empty()) throw;
      free_.clear();
      return Buffer(source_, bytes);
    }
  }
  Buffer found = std::move(*best);
  free_.erase(best);
  return found;
}

void BufferPool::give_back(Buffer buffer) { free_.push_back(std::move(buffer)); }

}  // namespace kilofold
