// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "emu/fiber.hpp"
#include "emu/stream.hpp"

/// One CUDA block on one OS thread: every CUDA thread is a fiber that runs until it waits for others.
namespace kilofold::emu {

/// What a device would answer by a wrong number, a hang or a crash.
struct Fault : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The order in which the threads of a block take turns. Right kernels give the same bits in every order.
enum class Order { forward, reverse, random };

struct Options {
  Order order = Order::forward;
  std::uint64_t seed = 1;  ///< of the random order
  Pace pace = Pace::at_once;
};
inline Options options;

struct Dim3 {
  unsigned x, y, z;
  constexpr Dim3(unsigned a = 1, unsigned b = 1, unsigned c = 1) : x(a), y(b), z(c) {}
};

/// Where a kernel waits.
struct CallSite {
  const char* file = "";
  int line = 0;
};

enum class Wait : std::uint8_t { none, block, warp, ended };

inline constexpr unsigned lanes_a_warp = 32;
inline std::size_t most_shared_bytes = 163 * 1024;  ///< what a block may have: that of sm_80
inline constexpr std::size_t most_static_bytes = 48 * 1024;
inline constexpr unsigned char void_byte = 0xA5;  ///< what memory holds that nobody wrote

/// One CUDA thread. A value handed to other lanes lies in one of two slots in turn, so that the next one cannot
/// overwrite what a slower lane has still to read.
struct Lane {
  Dim3 place;
  unsigned number = 0;
  Wait wait = Wait::none;
  CallSite site;
  const char* op = "";
  std::uint32_t mask = 0;
  std::array<std::array<unsigned char, 16>, 2> slot{};
  unsigned next_slot = 0;
  unsigned read_slot = 0;
  Fiber fiber;
};

class Block {
 public:
  explicit Block(Dim3 size);

  /// Run `body` once on every thread, with that many bytes of dynamic shared memory.
  ///
  /// Errors    Fault: a deadlock, threads at different barriers, a mask that names a thread that is not there, too much
  ///           shared memory, or whatever the body threw
  void run(const std::function<void()>& body, std::size_t dynamic_bytes, std::mt19937_64& random);

  Dim3 size() const { return size_; }
  Lane* warp_of(const Lane& lane) { return &lanes_[lane.number / lanes_a_warp * lanes_a_warp]; }
  unsigned char* dynamic_shared() const { return dynamic_.get(); }
  /// The static shared object of a declaration, made when its first thread comes by.
  unsigned char* static_shared(const void* declaration, std::size_t bytes);

  /// Wait for other threads; called on a fiber.
  static void wait(Wait what, const char* op, CallSite site, std::uint32_t mask);

 private:
  struct Shared {
    const void* declaration;
    std::unique_ptr<unsigned char[]> memory;
  };

  static void entry();
  void prepare();
  bool run_lanes();
  bool release_warps();
  bool release_warp(unsigned first);
  bool is_complete(unsigned first, const Lane& waiting);
  bool release_block();
  void fail_if_stuck();
  [[noreturn]] void unwind();

  Dim3 size_;
  std::vector<Lane> lanes_;
  std::vector<unsigned> order_;
  const std::function<void()>* body_ = nullptr;
  std::unique_ptr<unsigned char[]> dynamic_;
  std::size_t dynamic_bytes_ = 0;
  std::size_t static_bytes_ = 0;
  std::vector<Shared> static_;
  std::string fault_;
  Origin origin_;
};

// What runs on this OS thread now.
inline constinit thread_local Block* block = nullptr;
inline constinit thread_local Lane* lane = nullptr;
inline constinit thread_local Dim3 grid_size;
inline constinit thread_local Dim3 block_place;

/// Hand `value` to the lanes of `mask` and read what they hand over. `read(own lane, get)` may call get(lane) for the
/// lanes of the mask.
template <class T, class Read> auto exchange(std::uint32_t mask, const char* op, T value, Read read, CallSite site) {
  static_assert(sizeof(T) <= 16 && std::is_arithmetic_v<T>);
  Lane* const own = lane;
  const unsigned number = own->number % lanes_a_warp;
  if ((mask >> number & 1U) == 0) throw Fault(std::string(op) + ": the caller is not in its mask");
  own->next_slot ^= 1U;
  std::memcpy(own->slot[own->next_slot].data(), &value, sizeof value);
  Block::wait(Wait::warp, op, site, mask);
  const Lane* const warp = block->warp_of(*own);
  const auto get = [&](unsigned from) {
    if ((mask >> from & 1U) == 0) throw Fault(std::string(op) + ": reads a lane that is not in the mask");
    T other;
    std::memcpy(&other, warp[from].slot[warp[from].read_slot].data(), sizeof other);
    return other;
  };
  return read(number, get);
}

}  // namespace kilofold::emu
