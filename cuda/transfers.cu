// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <deque>
#include <vector>

#include "kilofold/backend/arguments.hpp"
#include "ops.hpp"
#include "session.hpp"

namespace kilofold::cuda {
namespace {

/// A thread's copies to the host, on a stream beside that of its ops; numbered from 1.
class Downloads {
 public:
  std::int64_t begin(unsigned char* to, const unsigned char* from, std::size_t bytes, const dev::Stream& ops) {
    computed_.record(ops);
    stream_.wait(computed_);
    dev::copy_to_host(to, from, bytes, stream_);
    dev::Event copied;
    if (!spare_.empty()) {
      copied = std::move(spare_.back());
      spare_.pop_back();
    }
    copied.record(stream_);
    under_way_.push_back(std::move(copied));
    return done_ + std::ssize(under_way_);
  }

  void wait(std::int64_t number) {
    require(number <= done_ + std::ssize(under_way_), "no download of this number was begun");
    while (done_ < number) {
      under_way_.front().synchronize();
      spare_.push_back(std::move(under_way_.front()));
      under_way_.pop_front();
      ++done_;
    }
  }

 private:
  dev::Stream stream_;
  dev::Event computed_;
  std::deque<dev::Event> under_way_;
  std::vector<dev::Event> spare_;
  std::int64_t done_ = 0;
};

Downloads& downloads() {
  thread_local Downloads own;
  return own;
}

}  // namespace

int upload(void* to, const void* from_host, std::size_t bytes) {
  return guarded("upload", [&] {
    const dev::Stream& stream = session().stream;
    dev::copy_to_device(static_cast<unsigned char*>(to), static_cast<const unsigned char*>(from_host), bytes, stream);
    stream.synchronize();  // another thread's stream may read it next
  });
}

int download(void* to_host, const void* from, std::size_t bytes) {
  return guarded("download", [&] {
    const dev::Stream& stream = session().stream;
    dev::copy_to_host(static_cast<unsigned char*>(to_host), static_cast<const unsigned char*>(from), bytes, stream);
    stream.synchronize();
  });
}

void* allocate_host(std::size_t bytes) {
  void* memory = nullptr;
  guarded("allocate_host", [&] { memory = dev::allocate_pinned(bytes); });
  return memory;
}

void release_host(void* memory) { dev::release_pinned(memory); }

int begin_download(void* to_host, const void* from, std::size_t bytes, std::int64_t* number) {
  return guarded("begin_download", [&] {
    *number = downloads().begin(static_cast<unsigned char*>(to_host), static_cast<const unsigned char*>(from), bytes,
                                session().stream);
  });
}

int wait_download(std::int64_t number) {
  return guarded("wait_download", [&] { downloads().wait(number); });
}

int finish_ops() {
  return guarded("finish_ops", [&] { session().stream.synchronize(); });
}

}  // namespace kilofold::cuda
