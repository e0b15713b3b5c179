// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <tuple>
#include <vector>

#include "execute/study_data.hpp"
#include "execute/tile.hpp"
#include "kilofold/plan.hpp"

namespace kilofold {

/// One candidate of a tuned trial with one seed: its fits in a tile, one a training set in the order of the fold axis.
struct Candidate {
  GroupId group;
  std::int64_t trial;  ///< within the group
  std::int32_t seed;
  std::size_t first_fit;
};

/// The best candidate so far of every fold of the tuned trials of a batch.
///
/// The order in which candidates are shown decides nothing: of equal scores the first in the entry's order stays, and
/// one without a score, because a fit of it failed, only where no other has one. A candidate's score is made of its
/// training set alone. Where a fit that a score needs ended as time_limit, nothing is chosen and the chosen fit is one
/// too: else the machine's speed would choose.
class Selection {
 public:
  struct Fit {
    double merit = 0;  ///< the larger, the better; NaN: a fit failed
    std::int64_t candidate = -1;
    bool open = false;  ///< the machine's speed would choose: nothing is chosen
    std::int32_t status = 0;
    std::vector<double> prediction;
    std::vector<double> sd;  ///< empty where the model gives none
    std::vector<float> diagnostic;
  };
  struct Chosen {
    GroupId group;
    std::vector<Fit> folds;
  };
  using Key = std::tuple<ModelId, std::int64_t, std::int32_t>;  ///< model, trial of the entry, seed

  Selection(const Plan& plan, const StudyData& study) : plan_(plan), study_(study) {}

  void consider(const Tile& tile, const Candidate& candidate);
  const std::map<Key, Chosen>& chosen() const { return chosen_; }

 private:
  double score(const Tile& tile, const Candidate& candidate, const Group& group, std::int32_t fold);
  /// Did a fit behind the score end as time_limit?
  static bool timed_out(const Tile& tile, const Candidate& candidate, const Group& group, std::int32_t fold);
  static void leave_open(Fit& fit);
  void take(const Tile& tile, const Candidate& candidate, const Group& group, std::int32_t fold, double score,
            Fit& best) const;

  const Plan& plan_;
  const StudyData& study_;
  std::map<Key, Chosen> chosen_;
  std::vector<double> truth_, predicted_;
};

}  // namespace kilofold
