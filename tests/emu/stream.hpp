// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>

/// What a stream has still to do, and host memory that copies reach behind the caller's back.
namespace kilofold::emu {

/// When the calls given to streams are carried out: those that a device may put off, as late as it may. Right code
/// gives the same bits at each pace.
enum class Pace {
  at_once,
  late,         ///< all when somebody waits for them
  copies_late,  ///< copies to the host when somebody waits for them, and the rest at once
};

/// Calls of one stream, carried out in their order.
class Calls {
 public:
  enum class Kind { kernel_or_upload, copy_to_host_or_wait };

  /// Give one more; by the pace of the options it, and those before it, may be carried out at once.
  void add(std::function<void()> call, Kind kind);
  /// Carry out the first `count` of all calls given, less those that are done.
  void run(std::int64_t count);
  std::int64_t given() const { return done_ + static_cast<std::int64_t>(waiting_.size()); }

 private:
  std::deque<std::function<void()>> waiting_;
  std::int64_t done_ = 0;
};

void* allocate_pinned(std::size_t bytes);
void release_pinned(void* memory);
/// Does the whole range lie in memory of allocate_pinned?
bool is_pinned(const void* begin, std::size_t bytes);

}  // namespace kilofold::emu
