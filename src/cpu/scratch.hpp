// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>

namespace kilofold::cpu {

/// An array that a thread keeps between items: 64-byte aligned, grows when asked for more, never shrinks.
template <class T> class Scratch {
 public:
  /// At least n elements, contents undefined; earlier pointers are void when it had to grow.
  T* get(std::int64_t n) {
    const auto wanted = static_cast<std::size_t>(n > 0 ? n : 1);
    if (wanted > size_) {
      data_.reset();
      size_ = 0;
      data_.reset(static_cast<T*>(::operator new(wanted * sizeof(T), alignment)));
      size_ = wanted;
    }
    return data_.get();
  }

 private:
  static constexpr std::align_val_t alignment{64};
  struct Free {
    void operator()(T* p) const { ::operator delete(p, alignment); }
  };
  std::unique_ptr<T, Free> data_;
  std::size_t size_ = 0;
};

/// Rows padded to whole blocks of eight.
constexpr std::int64_t padded(std::int64_t n) { return (n + 7) / 8 * 8; }

}  // namespace kilofold::cpu
