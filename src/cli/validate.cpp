// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/exit_codes.hpp"
#include "cli/json.hpp"
#include "cli/paths.hpp"
#include "cli/study.hpp"
#include "cli/verbs.hpp"
#include "kilofold/core/text.hpp"

namespace kilofold::cli {
namespace {

void declare(Signature& takes) {
  takes.spec();
  takes.json("problems as a JSON array; empty when there is none");
}

int validate(const Options& options) try {
  const Study study = read_study(options);
  const Lowered lowered = lower(study.spec, study.data);
  if (options.json) {
    put_text(problems_json({}));
    return done;
  }
  std::int64_t trials = 0;
  for (const Group& group : lowered.groups) trials += group.n_kept_trials();
  put("{}: good; {} trials x {} seeds on {} samples x {} features\n", options.spec, grouped(trials),
      grouped(std::ssize(study.spec.cv.seeds)), grouped(study.data.n_samples()), study.data.n_features());
  say("next: kilofold plan {}\n", shell_word(options.spec));
  return done;
} catch (const InputError& error) {
  if (!options.json) throw;
  put_text(problems_json(error.problems()));
  return bad_input;
}

}  // namespace

const Verb validate_verb = {"validate", "check a spec and its data; every problem at once", declare, validate};

}  // namespace kilofold::cli
