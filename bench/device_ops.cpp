// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <string_view>

#include "kilofold/backend/arguments.hpp"
#include "kilofold/execute.hpp"
#include "support/runs.hpp"

/// kilofold_device_bench [--device cpu|cuda|cuda:K] [--scale N] [--output FILE.json]: time every op of a backend on
/// whole small studies of 656 rows, N times as many trials, beside the floor of the device's arithmetic and bandwidth.
///
/// The plan and the executor feed the ops as they do in a run. Each op's time ends with a small download, which waits
/// for what a device still has queued. JSON: one object an op and study.
namespace kilofold {
namespace {

using testing::make_data;
using testing::make_entry;
using testing::make_spec;
using Clock = std::chrono::steady_clock;

struct Work {
  double flops = 0;
  double bytes = 0;
};

struct Timing {
  std::int64_t calls = 0;
  std::int64_t items = 0;
  double seconds = 0;
  Work work;  ///< least; zero where nobody has counted it
};

const Backend* timed = nullptr;         // whose ops are timed
void* scratch = nullptr;                // of its memory, for the download that waits
std::map<std::string, Timing> timings;  // by op

double training_rows(const RowSetView& rows, Replicates replicates) {
  return replicates == Replicates::collapse ? rows.n_unique : rows.n_train;
}

Work work_of(const FactorArgs& args, std::int64_t i) {
  const double u = training_rows(args.rows[i], args.scaled.replicates), rhs = args.rows[i].n_held_out + 1;
  return {u * u * u / 3 + u * u * rhs, 16 * (u * u / 2 + u * rhs)};
}

Work work_of(const ReduceArgs& args, std::int64_t i) {
  const double u = training_rows(args.rows[i], args.scaled.replicates), rhs = args.rows[i].n_held_out + 1;
  const double flops = 4 * u * u * u / 3 + 2 * u * u * rhs, pass = 8 * u * u * u / 6;  // a triangle a column
  // every column reads what is left of the matrix; of a band every step of 32 does, and updates it
  return {flops, args.form == Factorized::band ? 3 * pass / static_cast<double>(band_width) : pass};
}

Work work_of(const InvertArgs& args, std::int64_t) {
  const auto n = static_cast<double>(args.table->n);
  return {n * n * n, 16 * n * n};
}

Work work_of(const PosteriorArgs& args, std::int64_t i) {
  const double u = training_rows(args.rows[i], args.scaled.replicates), m = args.rows[i].n_held_out;
  const auto lanes = static_cast<double>(args.n_lanes), b = static_cast<double>(band_width);
  const double bytes = 8 * u * (m + 1);
  if (args.form == Factorized::cholesky) return {2 * u * m, bytes};
  return {lanes * u * (args.form == Factorized::band ? b * b + 2 * b * m + 4 * m : 10 * m), bytes};
}

Work work_of(const FoldPosteriorArgs& args, std::int64_t i) {
  Work work;
  for (std::int64_t lane = 0; lane < args.n_lanes; ++lane) {
    const double m = args.rows[i * args.n_lanes + lane].n_held_out;
    work.flops += m * m * m / 3 + m * m * m;
    work.bytes += 8 * m * static_cast<double>(args.table->n);
  }
  return work;
}

/// An evaluation an iteration at least: a factor, its inverse and the sums over pairs.
Work work_of(const MaximizeLmlArgs& args, std::int64_t i) {
  std::int32_t iterations = 0;
  timed->download(&iterations, args.iterations.data + i * args.iterations.stride, sizeof iterations);
  const double u = training_rows(args.rows[i], args.scaled.replicates), n = iterations + value(args.n_restarts, i) + 1;
  const auto d = static_cast<double>(args.table->d);
  return {n * (u * u * u + 2 * u * u * d), n * 16 * u * u};
}

template <class Args> Work work_of(const Args&, std::int64_t) { return {}; }

template <auto op, class Args> int timed_call(const char* name, const Args* args) {
  double waited = 0;
  timed->download(&waited, scratch, sizeof waited);
  const Clock::time_point begin = Clock::now();
  const int code = (timed->*op)(args);
  timed->download(&waited, scratch, sizeof waited);
  Timing& timing = timings[name];
  timing.seconds += std::chrono::duration<double>(Clock::now() - begin).count();
  ++timing.calls;
  timing.items += args->n_items;
  for (std::int64_t i = 0; i < args->n_items; ++i) {
    const Work work = work_of(*args, i);
    timing.work.flops += work.flops;
    timing.work.bytes += work.bytes;
  }
  return code;
}

Backend with_timed_ops(const Backend& backend) {
  Backend table = backend;
#define KILOFOLD_TIMED(op, Args) \
  if (backend.op != nullptr) table.op = [](const Args* args) { return timed_call<&Backend::op>(#op, args); }
  KILOFOLD_TIMED(standardize, StandardizeArgs);
  KILOFOLD_TIMED(factor, FactorArgs);
  KILOFOLD_TIMED(invert, InvertArgs);
  KILOFOLD_TIMED(reduce, ReduceArgs);
  KILOFOLD_TIMED(posterior, PosteriorArgs);
  KILOFOLD_TIMED(fold_posterior, FoldPosteriorArgs);
  KILOFOLD_TIMED(maximize_lml, MaximizeLmlArgs);
  KILOFOLD_TIMED(svr_path, SvrPathArgs);
  KILOFOLD_TIMED(grow_trees, GrowTreesArgs);
  KILOFOLD_TIMED(boost, BoostArgs);
  KILOFOLD_TIMED(read_trees, ReadTreesArgs);
  KILOFOLD_TIMED(least_squares, LeastSquaresArgs);
#undef KILOFOLD_TIMED
  return table;
}

/// Peaks of a device, from its data sheet; zero where it is not listed.
struct Peaks {
  double flops = 0;  ///< double precision, without matrix units
  double bytes = 0;  ///< a second
};

Peaks peaks_of(std::string_view description) {
  const auto is = [&](std::string_view name) { return description.find(name) != std::string_view::npos; };
  if (is("H200")) return {33.5e12, 4.8e12};
  if (is("H100")) return {33.5e12, 3.35e12};
  if (is("A100")) return {9.7e12, 2.0e12};
  return {};
}

struct BenchStudy {
  const char* name;
  Spec spec;
  Switches switches;
  std::vector<std::string> rules = {};  ///< these fire, and no others, whatever they cost; none: the planner chooses

  Plan plan(const Dataset& data) const {
    return rules.empty() ? make_plan(lower(spec, data), all_rules(), switches) : testing::plan_by(rules, spec, data);
  }
};

std::vector<double> geomspace(double from, double to, int n) {
  std::vector<double> values;
  for (int i = 0; i < n; ++i) values.push_back(from * std::pow(to / from, n == 1 ? 0.0 : i / (n - 1.0)));
  return values;
}

std::vector<BenchStudy> studies(const Dataset& data, int scale) {
  const Spec plain = make_spec(data);
  std::vector<BenchStudy> all;
  const auto add = [&](const char* name, std::vector<ModelSpec> models, bool sharing = true) -> Spec& {
    all.push_back({name, plain, {sharing, {}}});
    all.back().spec.cv.seeds = {0};
    all.back().spec.models = std::move(models);
    return all.back().spec;
  };
  const std::vector<double> scales = geomspace(0.3, 3, 2 * scale), noises = geomspace(1e-3, 1, 16);
  const auto gpr = [&](std::vector<double> noise) {
    return make_entry("GPR", "gpr", {{"length_scale", scales}, {"noise_variance", std::move(noise)}});
  };
  add("gpr_naive", {gpr({1e-2, 1e-1})}, false);
  add("gpr_shared", {gpr(noises)});
  add("gpr_band", {gpr(noises)});
  all.back().rules = {"band_shift"};
  Spec& seeds = add("gpr_seeds", {gpr({1e-2})});
  seeds.fit_on = {FitOn::all};
  for (std::int64_t seed = 1; seed < 8; ++seed) seeds.cv.seeds.push_back(seed);
  add("gpr_tuned", {make_entry("GPR", "gpr", {{"length_scale", geomspace(0.5, 2, scale)}, {"optimizer", {1}}})});
  add("kernel_ridge",
      {make_entry("KRR", "kernel_ridge", {{"kernel", {1}}, {"gamma", geomspace(0.1, 3, scale)}, {"alpha", noises}})});
  add("svr",
      {make_entry("SVR", "svr", {{"gamma", geomspace(0.1, 3, scale)}, {"C", {1, 10, 100}}, {"epsilon", {0.1}}})});
  std::vector<double> leaves;
  for (int leaf = 1; leaf <= 4 * scale; ++leaf) leaves.push_back(leaf);
  add("trees", {make_entry("DT", "tree", {{"max_depth", {2, 4, 8}}, {"min_samples_leaf", leaves}}),
                make_entry("BDT", "adaboost", {{"n_estimators", {10, 30}}, {"min_samples_leaf", leaves}})});
  add("linear", {make_entry("Ridge", "linear", {{"alpha", geomspace(1e-4, 100, 25)}})});
  return all;
}

double floor_seconds(const Timing& timing, const Peaks& peaks) {
  return peaks.flops > 0 ? std::max(timing.work.flops / peaks.flops, timing.work.bytes / peaks.bytes) : 0;
}

std::string known(double value) { return value > 0 ? fmt::format("{:.4g}", value) : "null"; }

/// Lines of the table go to stdout as they come; the JSON is returned.
std::string run(const BenchStudy& study, const Dataset& data, const Device& device) {
  const Plan plan = study.plan(data);
  const Backend table = with_timed_ops(*device.backend);
  std::string json;
  for (const bool warm : {false, true}) {  // the first round pays for memory and for loading code
    timings.clear();
    const Executed executed = execute(plan, data, table, {.threads = 1, .device = device.number}, {});
    if (!warm) continue;
    for (const auto& [op, timing] : timings) {
      const double least = floor_seconds(timing, peaks_of(device.description));
      fmt::print(
          "{:<12}{:<16}{:>9} items{:>7} calls{:>12.3f} ms{:>12.3f} us an item{}{}\n", study.name, op, timing.items,
          timing.calls, 1e3 * timing.seconds, 1e6 * timing.seconds / static_cast<double>(timing.items),
          timing.work.flops > 0 ? fmt::format("{:>10.2f} GF/s", 1e-9 * timing.work.flops / timing.seconds) : "",
          least > 0 ? fmt::format("  floor {:.3f} ms, {:.0f} %", 1e3 * least, 100 * least / timing.seconds) : "");
      fmt::format_to(std::back_inserter(json),
                     "{}  {{\"study\": \"{}\", \"op\": \"{}\", \"calls\": {}, \"items\": {}, \"seconds\": {:.6g}, "
                     "\"flops\": {}, \"bytes\": {}, \"floor_seconds\": {}, \"study_seconds\": {:.6g}}}",
                     json.empty() ? "" : ",\n", study.name, op, timing.calls, timing.items, timing.seconds,
                     known(timing.work.flops), known(timing.work.bytes), known(least), executed.seconds);
    }
  }
  return json;
}

bool runs_on(const Backend& backend, const BenchStudy& study, const Dataset& data) {
  const Backend table = with_timed_ops(backend);
  const Plan plan = study.plan(data);
  for (const PlanNode& node : plan.nodes)
    if (!offers(table, node.node.op)) {
      fmt::print("{:<12}skipped: {} has no {}\n", study.name, backend.name, name(node.node.op));
      return false;
    }
  return true;
}

int bench(const std::string& wanted, int scale, const std::string& output) {
  const Dataset data = make_data(656, 4, 1);
  const auto no_plan = [](PricedFor) { return Plan{}; };
  const Device device = place(wanted, Flavour::canonical, no_plan, cpu_backend()).device;
  timed = device.backend;
  scratch = timed->allocate(sizeof(double));
  fmt::print("{}: {}\n", device.name, device.description);
  std::string json;
  for (const BenchStudy& study : studies(data, scale)) {
    if (!runs_on(*device.backend, study, data)) continue;
    json += (json.empty() ? "" : ",\n") + run(study, data, device);
  }
  timed->release(scratch);
  if (!output.empty())
    std::ofstream(output) << fmt::format("{{\"device\": \"{}\", \"scale\": {}, \"ops\": [\n{}\n]}}\n",
                                         device.description, scale, json);
  return 0;
}

int run_command(int argc, char** argv) try {
  std::map<std::string, std::string> options = {{"--device", "cpu"}, {"--scale", "1"}, {"--output", ""}};
  for (int i = 1; i < argc; i += 2) {
    if (!options.contains(argv[i]) || i + 1 == argc) {
      fmt::print(stderr, "usage: kilofold_device_bench [--device cpu|cuda|cuda:K] [--scale N] [--output FILE.json]\n");
      return 2;
    }
    options[argv[i]] = argv[i + 1];
  }
  return bench(options["--device"], std::max(1, std::atoi(options["--scale"].c_str())), options["--output"]);
} catch (const InputError& error) {
  fmt::print(stderr, "{}", format(error.problems()));
  return 2;
} catch (const std::exception& error) {
  fmt::print(stderr, "error: {}\n", error.what());
  return 4;
}

}  // namespace
}  // namespace kilofold

int main(int argc, char** argv) { return kilofold::run_command(argc, argv); }
