// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>

#include "cpu/scratch.hpp"
#include "kilofold/backend.hpp"

namespace kilofold::cpu {

/// A member's nodes as a TreeBatch holds them, from its root on; `left` counts from `first_node`.
struct MemberNodes {
  const std::int32_t* feature;
  const std::int32_t* cut;
  const std::int32_t* left;
  const double* mean;
  std::int32_t first_node;
  std::int32_t n_nodes;
};

/// Sends rows of the table down trees, all rows a level at a time: their paths do not wait for each other, and no
/// branch has to be foreseen. A leaf is its own left child, and nothing goes right of it.
class Descent {
 public:
  /// Take the rows that will go down.
  void start(const TableView& table, std::span<const std::int32_t> rows) {
    n_rows_ = static_cast<std::int64_t>(rows.size());
    d_ = table.d;
    code_ = code_store_.get(n_rows_ * d_);
    at_ = at_store_.get(n_rows_);
    for (std::int64_t f = 0; f < d_; ++f)
      for (std::int64_t i = 0; i < n_rows_; ++i)
        code_[i * d_ + f] = table.code[f * table.n + rows[static_cast<std::size_t>(i)]];
  }

  /// Stand every row at the root of a member. cut: a flag a node, set where its branch is to be a leaf; null: nowhere.
  void enter(const MemberNodes& member, const std::uint8_t* cut = nullptr) {
    nodes_ = node_store_.get(member.n_nodes);
    for (std::int32_t k = 0; k < member.n_nodes; ++k) {
      const bool leaf = member.feature[k] < 0 || (cut != nullptr && cut[k] != 0);
      nodes_[k] = {leaf ? k : member.left[k] - member.first_node,
                   leaf ? std::numeric_limits<std::int32_t>::max() : member.cut[k], leaf ? 0 : member.feature[k]};
    }
    std::fill(at_, at_ + n_rows_, 0);
  }

  /// Move every row one level down; false when all of them were at leaves.
  bool step() {
    std::int32_t moved = 0;
    for (std::int64_t i = 0; i < n_rows_; ++i) {
      const Node& node = nodes_[at_[i]];
      const std::int32_t next = node.left + (code_[i * d_ + node.feature] > node.cut);
      moved |= next ^ at_[i];
      at_[i] = next;
    }
    return moved != 0;
  }

  /// Where row i stands: its node's number in the member.
  std::int32_t node(std::int64_t i) const { return at_[i]; }

 private:
  struct Node {
    std::int32_t left, cut, feature;
  };

  std::int64_t n_rows_ = 0, d_ = 0;
  std::int32_t *code_ = nullptr, *at_ = nullptr;
  Node* nodes_ = nullptr;
  Scratch<std::int32_t> code_store_, at_store_;
  Scratch<Node> node_store_;
};

}  // namespace kilofold::cpu
