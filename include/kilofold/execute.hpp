// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "kilofold/backend.hpp"
#include "kilofold/core/cells.hpp"
#include "kilofold/data.hpp"
#include "kilofold/plan.hpp"

/// Face of the execute stage: run a plan on a backend, batch by batch, and hand finished cells to a callback.
namespace kilofold {

/// Which part of the plan to run, and how. Nothing here changes a bit of any number; a fit that reaches its time limit
/// has none.
struct ExecuteOptions {
  std::int32_t threads = 0;      ///< 0 = all cores
  std::int32_t shard_index = 0;  ///< this process runs batches b with b mod shard_count = shard_index
  std::int32_t shard_count = 1;
  std::int64_t limit = 0;            ///< stop once this many cells are computed; 0 = no limit
  std::int64_t units_per_batch = 0;  ///< 0 = as planned
  std::int32_t device = 0;           ///< number of the backend's device
  double memory = 0.8;               ///< share of that device's free memory to use
  /// CPU seconds a fit of `svr` may take, its kernel matrix aside; infinity = no limit. One that takes longer ends as
  /// time_limit.
  double fit_time_limit = std::numeric_limits<double>::infinity();
  /// Seconds that an operation may go on after a stop, so that what is nearly done is not lost.
  double patience = 5;
};

/// Where a run stands. Seconds are planned ones, so that progress weighs cost, not counts.
struct Progress {
  std::int64_t cells_done = 0;   ///< computed by this call
  std::int64_t cells_total = 0;  ///< to compute by this call
  std::int64_t fits_done = 0;
  std::int64_t inner_fits_done = 0;  ///< further ones that tuned cells were chosen by
  double planned_done = 0;
  double planned_total = 0;
  double elapsed = 0;  ///< wall seconds
};

/// What a run did.
struct Executed {
  bool complete = false;  ///< every requested cell was computed
  std::int64_t cells = 0;
  std::int64_t fits = 0;        ///< of these cells
  std::int64_t inner_fits = 0;  ///< further ones that tuned cells were chosen by
  std::int64_t failed_fits = 0;
  std::vector<std::int64_t> items;  ///< by plan node: items evaluated
  double seconds = 0;
};

struct ExecuteHooks {
  /// Is this cell stored already? Then it is not computed. Called from any thread; the answer must not change
  /// meanwhile.
  std::function<bool(ModelId, std::int64_t trial, std::int32_t seed)> is_done;
  /// Finished cells. Called from the thread that called `execute`, as soon as they are there.
  std::function<void(std::vector<CellBlock>)> on_cells;
  /// Called from the same thread, at least five times a second.
  std::function<void(const Progress&)> on_progress;
  /// Set from a signal handler or another thread: stop at the next tile, or in the middle of one that takes longer than
  /// the patience of the options, and hand over what is whole.
  const std::atomic<bool>* stop = nullptr;
};

/// Run a plan.
///
/// Threads take batches; within a batch, tiles of units run depth first through the graph, so intermediate values stay
/// in cache. A device is fed by one thread, with tiles as large as its memory holds; a tile that it does not hold is
/// halved. Metrics are computed here, from core/metrics.
///
/// Errors    MachineError from the backend or the callbacks, after the other threads have stopped. What was whole
/// before
///           the backend failed has been handed over
/// Accuracy  the same bits for any options, less the fits that end as time_limit
Executed execute(const Plan& plan, const Dataset& data, const Backend& backend, const ExecuteOptions& options,
                 const ExecuteHooks& hooks);

/// Does a backend have this op?
bool offers(const Backend& backend, Op op);

/// A backend, its device, and why.
struct Device {
  const Backend* backend;
  std::int32_t number = 0;
  std::string name = {};         ///< "cpu", "cuda:1": as --device names it
  std::string description = {};  ///< the backend's own line on itself
  std::string reason = {};       ///< why not another one; kept in the file
  std::string library = {};      ///< of the flavour vendor, as Backend::library; empty: canonical
};

/// Open device `number` of the CUDA module in a flavour, or say why it cannot be used. The module is opened at run time
/// from $KILOFOLD_MODULE_DIR, else beside the program or in ../lib; a machine without driver or module costs a failed
/// dlopen.
std::variant<Device, std::string> open_cuda(std::int32_t number, Flavour flavour);

/// The CPU in a flavour, or why it cannot have it.
std::variant<Device, std::string> open_cpu(const Backend& cpu, Flavour flavour);

/// How the results of a study began.
struct Began {
  std::string device;  ///< as --device names it
  std::string reason;
  std::string plan;  ///< its hash
  PricedFor priced_for = PricedFor::cpu;
};

/// A device and the plan that it runs.
struct Placed {
  Device device;
  Plan plan;
  bool stays = false;  ///< where the results began
};

/// Choose a device for a study, and its plan: priced for that device, or as the results of it began, so that their
/// numerics stay the same wherever they go on. `wanted` is as is_device tells; cuda alone means cuda:0.
///
/// `auto` stays with the device on which results of the same plan began; else it takes what advise_device says, and the
/// CPU where the module, the driver, the device, its flavour or an op of the plan is missing.
///
/// Errors    InputError when a cuda device is asked for and cannot run the plan, or the CPU lacks the flavour, with the
///           reason
Placed place(const std::string& wanted, Flavour flavour, const std::function<Plan(PricedFor)>& plan_for,
             const Backend& cpu, const std::optional<Began>& began = {});

}  // namespace kilofold
