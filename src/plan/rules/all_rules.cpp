// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "plan/rules/band_shift.hpp"
#include "plan/rules/depth_prefix.hpp"
#include "plan/rules/fold_block_inverse.hpp"
#include "plan/rules/leaf_prefix.hpp"
#include "plan/rules/noise_shift.hpp"
#include "plan/rules/replicate_collapse.hpp"
#include "plan/rules/stage_prefix.hpp"
#include "plan/rules/svr_path.hpp"

namespace kilofold {

std::span<const Rule> all_rules() {
  static const Rule rules[] = {depth_prefix, stage_prefix, leaf_prefix,        replicate_collapse,
                               noise_shift,  band_shift,   fold_block_inverse, svr_path};
  return rules;
}

}  // namespace kilofold
