// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/exit_codes.hpp"
#include "cli/json.hpp"
#include "cli/progress.hpp"
#include "cli/study.hpp"
#include "cli/verbs.hpp"
#include "kilofold/core/text.hpp"

namespace kilofold::cli {

int validate(const Options& options) try {
  const Study study = read_study(options);
  const Lowered lowered = lower(study.spec, study.data);
  if (options.json) {
    put_text(problems_json({}));
    return done;
  }
  std::int64_t trials = 0;
  for (const Group& group : lowered.groups) trials += group.n_trials;
  put("{}: good; {} trials x {} seeds on {} samples x {} features\n", options.spec, grouped(trials),
      study.spec.cv.seeds.size(), grouped(study.data.n_samples()), study.data.n_features());
  say("next: kilofold plan {}\n", options.spec);
  return done;
} catch (const InputError& error) {
  if (!options.json) throw;
  put_text(problems_json(error.problems()));
  return bad_input;
}

int plan(const Options& options) {
  const Study study = read_study(options);
  const Plan planned = make_plan(lower(study.spec, study.data), all_rules(), options.switches);
  put_text(options.json      ? plan_json(planned, study.spec)
           : options.explain ? explain(planned, study.spec)
                             : summary(planned, study.spec));
  if (!options.json) say("next: kilofold {} {}\n", options.explain ? "run" : "plan --explain", options.spec);
  return done;
}

}  // namespace kilofold::cli
