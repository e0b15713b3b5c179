// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "support/fake_device.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>

namespace kilofold::testing {
namespace {

constexpr std::size_t alignment = 64;
constexpr std::size_t page = 4096;

FakeDevice state;
char* arena = nullptr;
std::size_t arena_bytes = 0;
std::map<std::size_t, std::size_t> blocks;  // offset: bytes, in use
struct Copy {
  char* to;
  const char* from;
  std::size_t bytes;
};
std::deque<Copy> copies;  // begun and not waited for
std::int64_t n_copied = 0;
std::atomic<bool> busy = false;
thread_local std::string error_text;

/// While it lives, the device's memory can be touched.
class Access {
 public:
  Access() {
    if (busy.exchange(true)) state.used_by_two_at_a_time = true;
    protect(PROT_READ | PROT_WRITE);
  }
  ~Access() {
    protect(PROT_NONE);
    busy = false;
  }
  Access(const Access&) = delete;
  Access& operator=(const Access&) = delete;

 private:
  static void protect(int rights) {
    if (mprotect(arena, arena_bytes, rights) != 0) std::abort();
  }
};

int say(const std::string& text, char* reason, std::size_t size) {
  std::snprintf(reason, size, "%s", text.c_str());
  return text.empty() ? 0 : 1;
}

int select(std::int32_t device, char* reason, std::size_t size) {
  if (device < 0 || device >= state.n_devices)
    return say("there is no device " + std::to_string(device) + " among " + std::to_string(state.n_devices), reason,
               size);
  state.selected = device;
  return 0;
}

int probe(char* reason, std::size_t size) { return say(state.refusal, reason, size); }

int describe(char* text, std::size_t size) {
  std::snprintf(text, size, "no GPU: a fake one on the CPU, device %d", static_cast<int>(state.selected));
  return 0;
}

const char* last_error() { return error_text.empty() ? cpu_backend().last_error() : error_text.c_str(); }

std::size_t used() {
  std::size_t bytes = 0;
  for (const auto& [begin, size] : blocks) bytes += size;
  return bytes;
}

int memory(std::size_t* free_bytes, std::size_t* total_bytes) {
  *total_bytes = state.memory;
  *free_bytes = state.memory - used();
  return 0;
}

void* allocate(std::size_t bytes) {
  const std::size_t wanted = (std::max<std::size_t>(bytes, 1) + alignment - 1) / alignment * alignment;
  std::size_t begin = 0;  // first fit
  for (const auto& [other, size] : blocks) {
    if (other - begin >= wanted) break;
    begin = other + size;
  }
  if (begin + wanted > state.memory) {
    ++state.n_refused;
    error_text = "the fake device is full";
    return nullptr;
  }
  blocks[begin] = wanted;
  state.most_used = std::max(state.most_used, used());
  return arena + begin;
}

/// Does a download still need the memory that begins here?
void check_free(const void* begin) {
  for (const Copy& copy : copies)
    if (copy.from == begin || copy.to == begin) state.released_too_early = true;
}

void release(void* pointer) {
  check_free(pointer);
  if (pointer != nullptr) blocks.erase(static_cast<std::size_t>(static_cast<char*>(pointer) - arena));
}

int upload(void* to, const void* from_host, std::size_t bytes) {
  const Access access;
  ++state.n_uploads;
  if (bytes > 0) std::memcpy(to, from_host, bytes);
  return 0;
}

int download(void* to_host, const void* from, std::size_t bytes) {
  const Access access;
  ++state.n_downloads;
  if (bytes > 0) std::memcpy(to_host, from, bytes);
  return 0;
}

void release_host(void* pointer) {
  check_free(pointer);
  std::free(pointer);
}

int begin_download(void* to_host, const void* from, std::size_t bytes, std::int64_t* number) {
  copies.push_back({static_cast<char*>(to_host), static_cast<const char*>(from), bytes});
  *number = n_copied + static_cast<std::int64_t>(copies.size());
  return 0;
}

int wait_download(std::int64_t number) {
  for (; n_copied < number; ++n_copied) {
    download(copies.front().to, copies.front().from, copies.front().bytes);
    copies.pop_front();
  }
  return 0;
}

template <auto op, class Args> int run(const Args* args) {
  error_text.clear();
  if (!copies.empty()) ++state.n_ops_beside_copies;
  if (++state.n_ops == state.failing_op) {
    error_text = "the fake device fails at op " + std::to_string(state.n_ops);
    return state.failure;
  }
  const Access access;
  return (cpu_backend().*op)(args);
}

Backend of_vendor{};

const Backend* vendor(char*, std::size_t) { return &of_vendor; }

Backend table() {
  Backend fake = cpu_backend();
  fake.name = "cuda";
  fake.accepted = state.accepted ? 1 : 0;
  fake.select = select;
  fake.probe = probe;
  fake.describe = describe;
  fake.vendor = state.has_vendor ? vendor : nullptr;
  fake.last_error = last_error;
  fake.memory = memory;
  fake.allocate = allocate;
  fake.release = release;
  fake.upload = upload;
  fake.download = download;
  fake.allocate_host = state.streams ? std::malloc : nullptr;
  fake.release_host = state.streams ? release_host : nullptr;
  fake.begin_download = state.streams ? begin_download : nullptr;
  fake.wait_download = state.streams ? wait_download : nullptr;
  fake.standardize = run<&Backend::standardize>;
  fake.factor = run<&Backend::factor>;
  fake.invert = run<&Backend::invert>;
  fake.reduce = run<&Backend::reduce>;
  fake.posterior = run<&Backend::posterior>;
  fake.fold_posterior = run<&Backend::fold_posterior>;
  fake.maximize_lml = run<&Backend::maximize_lml>;
  fake.svr_path = run<&Backend::svr_path>;
  fake.grow_trees = state.has_trees ? run<&Backend::grow_trees, GrowTreesArgs> : nullptr;
  fake.boost = run<&Backend::boost>;
  fake.read_trees = run<&Backend::read_trees>;
  fake.least_squares = run<&Backend::least_squares>;
  return fake;
}

Backend current{};

}  // namespace

void reset_fake_device(const FakeDevice& kind) {
  if (arena != nullptr) munmap(arena, arena_bytes);
  state = kind;
  blocks.clear();
  copies.clear();
  n_copied = 0;
  arena_bytes = (state.memory + page - 1) / page * page;
  void* mapped = mmap(nullptr, arena_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped == MAP_FAILED) std::abort();
  arena = static_cast<char*>(mapped);
  current = table();
  of_vendor = current;
  of_vendor.library = "a made-up library";
}

const FakeDevice& fake_device() { return state; }
const Backend& fake_backend() { return current; }

}  // namespace kilofold::testing
