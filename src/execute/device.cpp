// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <dlfcn.h>
#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <variant>

#include "kilofold/execute.hpp"

namespace kilofold {
namespace {

namespace fs = std::filesystem;
constexpr const char* module_name = "libkilofold_cuda.so";

std::vector<fs::path> module_places() {
  if (const char* folder = std::getenv("KILOFOLD_MODULE_DIR")) return {fs::path(folder) / module_name};
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error).parent_path();
  return {program / module_name, program / ".." / "lib" / module_name};
}

bool offers(const Backend& backend, Op op) {
  switch (op) {
    case Op::standardize:
      return backend.standardize != nullptr;
    case Op::factor:
      return backend.factor != nullptr;
    case Op::invert:
      return backend.invert != nullptr;
    case Op::reduce:
      return backend.reduce != nullptr;
    case Op::posterior:
      return backend.posterior != nullptr;
    case Op::fold_posterior:
      return backend.fold_posterior != nullptr;
    case Op::maximize_lml:
      return backend.maximize_lml != nullptr;
    case Op::least_squares:
      return backend.least_squares != nullptr;
    case Op::grow_trees:
      return backend.grow_trees != nullptr;
    case Op::boost:
      return backend.boost != nullptr;
    case Op::read_trees:
      return backend.read_trees != nullptr;
    case Op::svr_path:
      return backend.svr_path != nullptr;
  }
  return false;
}

/// The CUDA backend, or why it cannot run this plan.
std::variant<const Backend*, std::string> open_cuda(const Plan& plan) {
  // The driver first: without one the module and its libraries need not even be looked for.
  if (dlopen("libcuda.so.1", RTLD_LAZY | RTLD_LOCAL) == nullptr) return "no NVIDIA driver (libcuda.so.1)";
  std::string why = fmt::format("no {} beside the program", module_name);
  void* module = nullptr;
  for (const fs::path& place : module_places()) {
    if (!fs::exists(place)) continue;
    module = dlopen(place.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (module != nullptr) break;
    why = dlerror();
  }
  if (module == nullptr) return why;
  const auto entry = reinterpret_cast<const Backend* (*)()>(dlsym(module, "kilofold_backend"));
  if (entry == nullptr) return fmt::format("{} does not export kilofold_backend", module_name);
  const Backend* backend = entry();
  if (backend->abi != backend_abi)
    return fmt::format("{} speaks ABI {}, this program {}", module_name, backend->abi, backend_abi);
  std::array<char, 256> reason{};
  if (backend->probe(reason.data(), reason.size()) != 0) return std::string(reason.data());
  for (const PlanNode& node : plan.nodes)
    if (!offers(*backend, node.node.op)) return fmt::format("the cuda backend has no {} yet", name(node.node.op));
  return backend;
}

std::string describe(const Backend& backend) {
  std::array<char, 512> text{};
  backend.describe(text.data(), text.size());
  return text.data();
}

}  // namespace

Device open_device(const std::string& wanted, const Plan& plan, const Backend& cpu) {
  if (wanted == "cpu") return {&cpu, describe(cpu), "asked for"};
  const auto cuda = open_cuda(plan);
  if (const auto* backend = std::get_if<const Backend*>(&cuda)) return {*backend, describe(**backend), "available"};
  const std::string& why = std::get<std::string>(cuda);
  if (wanted != "auto") throw InputError("device cuda cannot run here: " + why, "use --device auto or --device cpu");
  return {&cpu, describe(cpu), "cuda: " + why};
}

}  // namespace kilofold
