// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/exit_codes.hpp"
#include "cli/json.hpp"
#include "cli/paths.hpp"
#include "cli/study.hpp"
#include "cli/verbs.hpp"

namespace kilofold::cli {
namespace {

void declare(Signature& takes) {
  Options& options = takes.options();
  takes.spec();
  takes.numerics();
  takes.switches();
  takes.flag("--explain", "axes, items one by one and shared, rules and what each saved", options.explain);
  takes.json("the explained plan as JSON");
}

int plan(const Options& options) {
  const Study study = read_study(options);
  const Flavour flavour = options.flavour.value_or(study.spec.flavour);
  const auto [device, planned, stays] = place("auto", flavour, plans_of(study, options.switches), cpu_backend());
  if (options.json) {
    put_text(plan_json(planned, study.spec, device));
    return done;
  }
  put_text(options.explain ? explain(planned, study.spec) : summary(planned, study.spec));
  put("device auto takes: {}; {}\n", device.name, device.reason);
  if (!device.library.empty()) put("numerics vendor are of: {}\n", device.library);
  say("next: kilofold {} {}\n", options.explain ? "run" : "plan --explain", shell_word(options.spec));
  return done;
}

}  // namespace

const Verb plan_verb = {"plan", "what a study would compute; runs nothing", declare, plan};

}  // namespace kilofold::cli
