// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "cpu/svr_face.hpp"
#include "cpu/svr_state.hpp"

namespace kilofold::cpu {

/// How far the path may go for one C and epsilon.
struct SvrLimits {
  std::int64_t steps = std::numeric_limits<std::int64_t>::max();  ///< of one solve: faces and exchanges
  double until = std::numeric_limits<double>::infinity();         ///< by the thread's clock (thread_seconds)
};

/// The answer of one C and epsilon and what vouches for it; lengths in the scaled target's unit.
struct SvrAnswer {
  bool certified = false;  ///< every sign condition holds strictly
  bool optimal = false;    ///< or at least the KKT gap is closed
  bool timed_out = false;  ///< the time was over first: no answer
  bool clear = false;      ///< certified, with a margin far above rounding
  double b = 0;
  double gap = 0;         ///< largest violation of the KKT conditions
  double margin = 0;      ///< least distance from a strict condition's bound: coefficients relative to C, residuals
  double condition = 1;   ///< of the free block, from its pivots
  double correction = 0;  ///< largest of the refinement
};

/// Finds the active set of one problem and answers from it; keeps it for the next C of the same epsilon.
class SvrSolver {
 public:
  void bind(const SvrProblem& problem);

  /// Solve from scratch.
  SvrAnswer solve_cold(double C, const SvrLimits& limits = {});
  /// Solve from the last solution: where its states also answer this C, that is all, and where none of them holds a
  /// multiple of C, even the answer is known.
  SvrAnswer solve_warm(double C, const SvrLimits& limits = {});

  const std::vector<double>& beta() const { return state_.beta; }
  std::int64_t steps() const { return steps_; }  ///< of the last solve: faces and exchanges

 private:
  SvrAnswer solve(std::int64_t exchanges);
  SvrAnswer answer_by_same_states();
  bool settle_faces(double tolerance);
  void exchange_pairs(std::int64_t limit, double tolerance);
  bool out_of_time() const;
  bool at_limit() const { return steps_ >= limits_.steps || out_of_time(); }
  double rounding() const;
  SvrAnswer answer();
  bool solve_free(SvrAnswer& out, std::int64_t fixed_sum);
  void certify(SvrAnswer& out);
  SvrAnswer without_certificate();

  const SvrProblem* problem_ = nullptr;
  SvrLimits limits_;
  SvrState state_;
  FreeBlock free_;
  SvrFace face_{free_};
  Scratch<double> vector_store_;
  std::vector<std::int32_t> support_;
  std::vector<double> weight_, refined_, last_beta_, last_h_;
  SvrAnswer last_;  ///< of the states as they are, where certified
  std::int64_t steps_ = 0, faces_left_ = 0;
};

}  // namespace kilofold::cpu
