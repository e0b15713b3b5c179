// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/checkpoints.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace kilofold::cli {
namespace {

constexpr double longest_interval = 600;                      // seconds
constexpr std::size_t most_pending = std::size_t{256} << 20;  // bytes of predictions that may wait for a checkpoint

}  // namespace

Checkpoints::Checkpoints(Store& store, double seconds, std::function<void(const Commit&)> on_commit)
    : store_(store), on_commit_(std::move(on_commit)), interval_(seconds), next_(seconds) {}

void Checkpoints::add(std::vector<CellBlock> blocks) {
  for (CellBlock& block : blocks) {
    bytes_ += block.prediction.size() * sizeof(double);
    pending_.push_back(std::move(block));
  }
}

void Checkpoints::tick(double elapsed) {
  if (elapsed < next_ && bytes_ < most_pending) return;
  flush();
  interval_ = std::min(2 * interval_, longest_interval);
  next_ = elapsed + interval_;
}

void Checkpoints::flush() { commit(&Store::commit); }
void Checkpoints::finish() { commit(&Store::commit_last); }

void Checkpoints::commit(void (Store::*write)(std::span<const CellBlock>)) {
  if (pending_.empty()) return;
  Commit commit;
  for (const CellBlock& block : pending_) commit.cells += block.n_cells();
  commit.bytes = bytes_;
  const auto begin = std::chrono::steady_clock::now();
  (store_.*write)(pending_);
  commit.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  pending_.clear();
  bytes_ = 0;
  on_commit_(commit);
}

}  // namespace kilofold::cli
