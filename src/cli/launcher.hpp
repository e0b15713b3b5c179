// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "kilofold/execute.hpp"

/// Which shard this process is, by what a launcher has put into its environment. Nothing here links MPI or Slurm.
namespace kilofold::cli {

/// Slurm: the task's place in the job array; within it, or without an array, the process's place in the srun step.
/// Empty when set, else what was looked for and what is there.
std::string shard_of_slurm(ExecuteOptions& options);

/// MPI: the rank and size that mpirun, mpiexec or srun gives each process. Empty when set, else as above.
std::string shard_of_mpi(ExecuteOptions& options);

}  // namespace kilofold::cli
