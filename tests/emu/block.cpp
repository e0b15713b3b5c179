// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "emu/block.hpp"

#include <algorithm>
#include <numeric>

namespace kilofold::emu {
namespace {

std::string place(const Lane& l) {
  const char* const name = std::strrchr(l.site.file, '/');
  return "thread " + std::to_string(l.number) + " at " + l.op + " (" + (name != nullptr ? name + 1 : l.site.file) +
         ":" + std::to_string(l.site.line) + ")";
}

bool same_site(const Lane& a, const Lane& b) {
  return a.site.line == b.site.line && std::strcmp(a.site.file, b.site.file) == 0;
}

std::unique_ptr<unsigned char[]> unwritten(std::size_t bytes) {
  std::unique_ptr<unsigned char[]> memory(new unsigned char[bytes]);  // exactly so long: its ends are watched
  std::memset(memory.get(), void_byte, bytes);
  return memory;
}

}  // namespace

Block::Block(Dim3 size) : size_(size), lanes_(std::size_t{size.x} * size.y * size.z), order_(lanes_.size()) {
  for (unsigned i = 0; i < lanes_.size(); ++i) {
    lanes_[i].number = i;
    lanes_[i].place = {i % size.x, i / size.x % size.y, i / (size.x * size.y)};
  }
}

void Block::run(const std::function<void()>& body, std::size_t dynamic_bytes, std::mt19937_64& random) {
  body_ = &body;
  dynamic_bytes_ = dynamic_bytes;
  static_bytes_ = 0;
  dynamic_ = dynamic_bytes > 0 ? unwritten(dynamic_bytes) : nullptr;
  prepare();
  for (;;) {
    if (options.order == Order::random) std::shuffle(order_.begin(), order_.end(), random);
    const bool all_ended = run_lanes();
    if (!fault_.empty()) unwind();
    if (all_ended) return;
    const bool warps = release_warps();
    if (!release_block() && !warps && fault_.empty()) fail_if_stuck();
    if (!fault_.empty()) unwind();
  }
}

void Block::prepare() {
  fault_.clear();
  static_.clear();
  std::iota(order_.begin(), order_.end(), 0U);
  if (options.order == Order::reverse) std::reverse(order_.begin(), order_.end());
  for (Lane& l : lanes_) {
    l.wait = Wait::none;
    l.next_slot = 0;
    l.fiber.prepare(&Block::entry);
  }
}

void Block::entry() {
  arrive(block->origin_);
  try {
    if (block->fault_.empty()) (*block->body_)();
  } catch (const std::exception& error) {
    if (block->fault_.empty()) block->fault_ = error.what();
  }
  lane->wait = Wait::ended;
  leave(block->origin_, lane->fiber, Leave::for_good);
}

void Block::wait(Wait what, const char* op, CallSite site, std::uint32_t mask) {
  Lane* const own = lane;
  if (!block->fault_.empty()) throw Fault(block->fault_);  // a destructor of the unwinding waits
  own->wait = what;
  own->op = op;
  own->site = site;
  own->mask = mask;
  leave(block->origin_, own->fiber, Leave::until_entered);
  if (!block->fault_.empty()) throw Fault(block->fault_);
}

/// Let every thread that need not wait run until it does. Returns whether all have ended.
bool Block::run_lanes() {
  for (const unsigned i : order_) {
    if (lanes_[i].wait != Wait::none) continue;
    lane = &lanes_[i];
    origin_.enter(lanes_[i].fiber);
  }
  return std::all_of(lanes_.begin(), lanes_.end(), [](const Lane& l) { return l.wait == Wait::ended; });
}

bool Block::release_warps() {
  bool released = false;
  for (unsigned first = 0; first < lanes_.size(); first += lanes_a_warp) {
    if (release_warp(first)) released = true;
  }
  return released;
}

/// Release the lanes of every mask whose lanes have all come to the same operation.
bool Block::release_warp(unsigned first) {
  const auto end = std::min<std::size_t>(first + lanes_a_warp, lanes_.size());
  bool released = false;
  for (unsigned i = first; i < end; ++i) {
    if (lanes_[i].wait != Wait::warp || !is_complete(first, lanes_[i])) continue;
    const std::uint32_t mask = lanes_[i].mask;
    for (unsigned b = 0; b < lanes_a_warp; ++b) {
      if ((mask >> b & 1U) == 0) continue;
      lanes_[first + b].wait = Wait::none;
      lanes_[first + b].read_slot = lanes_[first + b].next_slot;
    }
    released = true;
  }
  return released;
}

/// Have all lanes of a waiting lane's mask come to it?
bool Block::is_complete(unsigned first, const Lane& waiting) {
  bool complete = true;
  for (unsigned b = 0; b < lanes_a_warp; ++b) {
    if ((waiting.mask >> b & 1U) == 0) continue;
    if (first + b >= lanes_.size() || lanes_[first + b].wait == Wait::ended) {
      fault_ = "the mask names a lane that is not there: " + place(waiting);
      return false;
    }
    const Lane& other = lanes_[first + b];
    complete = complete && other.wait == Wait::warp && other.mask == waiting.mask;
  }
  for (unsigned b = 0; complete && b < lanes_a_warp; ++b) {
    if ((waiting.mask >> b & 1U) == 0 || std::strcmp(lanes_[first + b].op, waiting.op) == 0) continue;
    fault_ = "lanes of one mask at different operations: " + place(waiting) + " and " + place(lanes_[first + b]);
    return false;
  }
  return complete;
}

/// Release the barrier of the block once all threads that have not ended wait at it.
bool Block::release_block() {
  const Lane* first = nullptr;
  for (const Lane& l : lanes_) {
    if (l.wait != Wait::block && l.wait != Wait::ended) return false;
    if (l.wait == Wait::block && first == nullptr) first = &l;
  }
  if (first == nullptr) return false;
  for (Lane& l : lanes_) {
    if (l.wait != Wait::block) continue;
    if (!same_site(*first, l)) {
      fault_ = "threads at different barriers: " + place(*first) + " and " + place(l);
      return false;
    }
  }
  for (Lane& l : lanes_) {
    if (l.wait == Wait::block) l.wait = Wait::none;
  }
  return true;
}

void Block::fail_if_stuck() {
  fault_ = "deadlock:";
  int named = 0;
  for (const Lane& l : lanes_) {
    if (l.wait != Wait::ended && named++ < 4) fault_ += " " + place(l) + ";";
  }
}

/// Enter every thread that has not ended: it throws, so that its destructors run.
void Block::unwind() {
  for (Lane& l : lanes_) {
    if (l.wait == Wait::ended) continue;
    lane = &l;
    origin_.enter(l.fiber);
  }
  throw Fault(fault_);
}

unsigned char* Block::static_shared(const void* declaration, std::size_t bytes) {
  for (const Shared& s : static_) {
    if (s.declaration == declaration) return s.memory.get();
  }
  static_bytes_ += bytes;
  if (static_bytes_ > most_static_bytes) throw Fault("a block declares 48 KiB of static shared memory at most");
  if (static_bytes_ + dynamic_bytes_ > most_shared_bytes) throw Fault("a block has not so much shared memory");
  return static_.emplace_back(Shared{declaration, unwritten(bytes)}).memory.get();
}

}  // namespace kilofold::emu
