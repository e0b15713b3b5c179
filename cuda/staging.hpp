// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

#include "dev.hpp"

namespace kilofold::cuda {

/// Pinned memory by which arguments reach the device: the caller's may go at once, and the copy waits behind earlier
/// calls of the stream without holding up the host, as one from other memory would.
class Staging {
 public:
  template <class T> void copy(T* to, const T* from, std::size_t n, const dev::Stream& stream) {
    if (n == 0) return;
    Place& place = places_[next_];
    next_ = (next_ + 1) % places_.size();
    place.sent.synchronize();
    const std::size_t bytes = n * sizeof(T);
    if (place.memory.size() < bytes) place.memory = dev::Pinned(std::max(bytes, least_bytes));
    std::memcpy(place.memory.data(), from, bytes);
    dev::copy_to_device(to, static_cast<const T*>(place.memory.data()), n, stream);
    place.sent.record(stream);
  }

 private:
  static constexpr std::size_t n_places = 16;  // more copies than the ops of a tile make: two tiles may be under way
  static constexpr std::size_t least_bytes = 4096;
  struct Place {
    dev::Pinned memory;
    dev::Event sent;
  };
  std::array<Place, n_places> places_;
  std::size_t next_ = 0;
};

}  // namespace kilofold::cuda
