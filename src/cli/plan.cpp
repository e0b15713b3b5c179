// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/exit_codes.hpp"
#include "cli/file_size.hpp"
#include "cli/json.hpp"
#include "cli/paths.hpp"
#include "cli/study.hpp"
#include "cli/values.hpp"
#include "cli/verbs.hpp"
#include "execute/cuda_lacks.hpp"

namespace kilofold::cli {
namespace {

void declare(Signature& takes) {
  Options& options = takes.options();
  takes.spec();
  takes.value("--device", "auto|cpu|cuda[:K]",
              "for which device to plan; no GPU is needed for it (default: as the spec says, or auto)", read_device,
              "KILOFOLD_DEVICE");
  takes.numerics();
  takes.switches();
  takes.flag("--explain", "axes, items one by one and shared, rules and what each saved", options.explain);
  takes.json("the explained plan as JSON");
}

/// What a run with this device would compute. A GPU is not looked for: plans for a cluster are made on a laptop. Where
/// no GPU could run it, the plan is the CPU's.
Placed place_plan(const std::string& wanted, const Study& study, const Options& options) {
  const Flavour flavour = options.flavour.value_or(study.spec.flavour);
  const auto plan_for = plans_of(study, options.switches);
  if (wanted == "auto" || wanted == "cpu") return place(wanted, flavour, plan_for, cpu_backend());
  Device device{
      .backend = nullptr, .name = wanted == "cuda" ? "cuda:0" : wanted, .reason = "asked for; no GPU was looked for"};
  Plan planned = plan_for(PricedFor::cuda);
  const std::string missing = cuda_lacks(planned);
  if (missing.empty()) return {device, std::move(planned)};
  device.reason = fmt::format("{}, so that run refuses --device {}", missing, wanted);
  device.name = "cpu";
  return {device, plan_for(PricedFor::cpu)};
}

int plan(const Options& options) {
  const Study study = read_study(options);
  const std::string& wanted = options.device.empty() ? study.spec.run.device : options.device;
  const auto [device, planned, stays] = place_plan(wanted, study, options);
  const double bytes = file_size(study, planned);
  if (options.json) {
    put_text(plan_json(planned, study.spec, bytes, wanted, device));
    return done;
  }
  put_text(options.explain ? explain(planned, study.spec) : summary(planned, study.spec));
  put("results: {} {} in {}\n", study.spec.output.predictions == "best" ? "at most" : "about", size_text(bytes),
      study.spec.output.file);
  put("device {}{}; {}\n", wanted == "auto" ? "auto takes: " : "", device.name, device.reason);
  if (!device.library.empty()) put("numerics vendor are of: {}\n", device.library);
  const std::string device_switch = options.device.empty() ? "" : "--device " + options.device + " ";
  say("next: kilofold {} {}{}\n", options.explain ? "run" : "plan --explain", device_switch, shell_word(options.spec));
  return done;
}

}  // namespace

const Verb plan_verb = {"plan", "what a study would compute; runs nothing", declare, plan};

}  // namespace kilofold::cli
