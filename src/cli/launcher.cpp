// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/launcher.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstdlib>
#include <limits>
#include <optional>
#include <string_view>

namespace kilofold::cli {
namespace {

/// A launcher's variables do not fit together; the text says how.
struct Misfit {
  std::string text;
};

/// A variable as a number from 0; nothing where it is not set.
std::optional<std::int64_t> number(const char* name) {
  const char* text = std::getenv(name);
  if (text == nullptr || *text == '\0') return std::nullopt;
  const std::string_view digits = text;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error == std::errc() && end == digits.data() + digits.size() && value >= 0) return value;
  throw Misfit{fmt::format("{} is '{}', not a number from 0", name, text)};
}

std::int64_t needed(const char* name, const char* beside) {
  const std::optional<std::int64_t> value = number(name);
  if (!value) throw Misfit{fmt::format("{} is set, but {} is not", beside, name)};
  return *value;
}

struct Place {
  std::int64_t index = 0;
  std::int64_t count = 1;
};

/// A process's rank and how many there are; nothing where there is no such rank.
std::optional<Place> ranked(const char* rank, const char* size) {
  const std::optional<std::int64_t> index = number(rank);
  if (!index) return std::nullopt;
  const Place place{*index, needed(size, rank)};
  if (place.index >= place.count)
    throw Misfit{fmt::format("{}={} is not below {}={}", rank, place.index, size, place.count)};
  return place;
}

/// A task of a job array. Its ids must be regular, as in `--array=0-9` or `1-19:2`: then each has a place from 0.
std::optional<Place> array_task() {
  constexpr const char* id_name = "SLURM_ARRAY_TASK_ID";
  const std::optional<std::int64_t> id = number(id_name);
  if (!id) return std::nullopt;
  const std::int64_t first = needed("SLURM_ARRAY_TASK_MIN", id_name);
  const std::int64_t count = needed("SLURM_ARRAY_TASK_COUNT", id_name);
  const std::int64_t step = number("SLURM_ARRAY_TASK_STEP").value_or(1);
  const bool regular = step > 0 && *id >= first && (*id - first) % step == 0 && (*id - first) / step < count;
  const std::optional<std::int64_t> last = number("SLURM_ARRAY_TASK_MAX");
  if (regular && (!last || *last == first + (count - 1) * step)) return Place{(*id - first) / step, count};
  throw Misfit{
      fmt::format("SLURM_ARRAY_TASK_ID={} has no place among _COUNT={} ids from _MIN={} in steps of _STEP={}{}; "
                  "use a regular array such as --array=0-9",
                  *id, count, first, step, last ? fmt::format(" to _MAX={}", *last) : "")};
}

/// A process of an srun step. A batch script has SLURM_NTASKS too, but is one process.
std::optional<Place> step_process() {
  const std::optional<Place> place = ranked("SLURM_PROCID", "SLURM_NTASKS");
  if (place && place->count > 1 && std::getenv("SLURM_STEP_ID") == nullptr)
    throw Misfit{fmt::format("SLURM_NTASKS={}, but this is one process, not a step: start it with srun", place->count)};
  return place;
}

std::string assign(const std::optional<Place>& place, const std::string& looked_for, ExecuteOptions& options) {
  if (!place) return "found no " + looked_for + " in the environment";
  if (place->count > std::numeric_limits<std::int32_t>::max())
    return fmt::format("{} shards are too many", place->count);
  options.shard_index = static_cast<std::int32_t>(place->index);
  options.shard_count = static_cast<std::int32_t>(place->count);
  return "";
}

}  // namespace

std::string shard_of_slurm(ExecuteOptions& options) try {
  std::optional<Place> place = array_task();
  if (!place || std::getenv("SLURM_STEP_ID") != nullptr) {
    const std::optional<Place> process = step_process();
    if (place && process) place = Place{place->index * process->count + process->index, place->count * process->count};
    if (!place) place = process;
  }
  return assign(place, "SLURM_ARRAY_TASK_ID (of sbatch --array) and no SLURM_PROCID (of srun)", options);
} catch (const Misfit& misfit) {
  return misfit.text;
}

std::string shard_of_mpi(ExecuteOptions& options) try {
  struct Launcher {
    const char* rank;
    const char* size;
  };
  // A launcher's own before what it may have inherited from the job around it.
  constexpr std::array<Launcher, 5> launchers = {{{"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"},
                                                  {"MV2_COMM_WORLD_RANK", "MV2_COMM_WORLD_SIZE"},
                                                  {"PMI_RANK", "PMI_SIZE"},
                                                  {"PMIX_RANK", "SLURM_NTASKS"},
                                                  {"SLURM_PROCID", "SLURM_NTASKS"}}};
  std::string looked_for;
  for (const Launcher& launcher : launchers) {
    const bool slurm = std::string_view(launcher.rank) == "SLURM_PROCID";
    const std::optional<Place> place = slurm ? step_process() : ranked(launcher.rank, launcher.size);
    if (place) return assign(place, "", options);
    looked_for += fmt::format("{}{}", looked_for.empty() ? "" : slurm ? " or " : ", ", launcher.rank);
  }
  return assign(std::nullopt, looked_for, options);
} catch (const Misfit& misfit) {
  return misfit.text;
}

}  // namespace kilofold::cli
