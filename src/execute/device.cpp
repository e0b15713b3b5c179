// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <variant>

#include "execute/cuda_lacks.hpp"
#include "kilofold/backend/cuda_ops.hpp"
#include "kilofold/execute.hpp"
#include "plan/device_advice.hpp"

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

/// What the module exports, or why there is nothing.
std::variant<const Backend*, std::string> open_module() {
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
  return backend;
}

std::string describe(const Backend& backend) {
  std::array<char, 512> text{};
  backend.describe(text.data(), text.size());
  return text.data();
}

/// The same device in a flavour, or why it has none such.
std::variant<Device, std::string> in_flavour(Device device, Flavour flavour) {
  if (flavour == Flavour::canonical) return device;
  if (device.backend->vendor == nullptr)
    return fmt::format("the {} backend has no flavour vendor yet", device.backend->name);
  std::array<char, 512> reason{};
  device.backend = device.backend->vendor(reason.data(), reason.size());
  if (device.backend == nullptr) return std::string(reason.data());
  device.library = device.backend->library;
  device.description += ", " + device.library;
  return device;
}

Device on_cpu(const Backend& cpu, Flavour flavour, std::string reason) {
  auto opened = open_cpu(cpu, flavour);
  if (const std::string* why = std::get_if<std::string>(&opened))
    throw InputError(fmt::format("the CPU has no numerics of flavour {} here: {}", name(flavour), *why),
                     "use --numerics canonical, or install libopenblas0, or name a LAPACK by KILOFOLD_LAPACK");
  std::get<Device>(opened).reason = std::move(reason);
  return std::get<Device>(opened);
}

/// The first op of a plan that is not offered, as a reason; empty where all are.
template <class Offered> std::string lacks(const Plan& plan, const Offered& is_offered) {
  for (const PlanNode& node : plan.nodes)
    if (!is_offered(node.node.op)) return fmt::format("the cuda backend has no {} yet", name(node.node.op));
  return "";
}

/// The device, or why it cannot run the plan.
std::variant<Device, std::string> open_cuda_for(const std::string& wanted, Flavour flavour, const Plan& plan) {
  std::int32_t number = 0;
  const std::size_t colon = wanted.find(':');
  if (colon != std::string::npos) std::from_chars(wanted.data() + colon + 1, wanted.data() + wanted.size(), number);
  std::variant<Device, std::string> cuda = open_cuda(number, flavour);
  if (const Device* device = std::get_if<Device>(&cuda))
    if (std::string missing = lacks(plan, [&](Op op) { return offers(*device->backend, op); }); !missing.empty())
      return missing;
  return cuda;
}

/// What `auto` does on results that have begun.
Device stay_with(const Began& began, Flavour flavour, const Plan& plan, const Backend& cpu) {
  if (began.device == "cpu") return on_cpu(cpu, flavour, began.reason);
  auto cuda = open_cuda_for(began.device, flavour, plan);
  if (const std::string* why = std::get_if<std::string>(&cuda))
    return on_cpu(cpu, flavour, fmt::format("these results began on {}, but here: {}", began.device, *why));
  std::get<Device>(cuda).reason = began.reason;
  return std::get<Device>(cuda);
}

/// What `auto` takes where nothing has begun; the plan is priced for the device, or for `kept`.
Placed choose(Flavour flavour, const std::function<Plan(PricedFor)>& plan_for, const Backend& cpu,
              std::optional<PricedFor> kept) {
  Plan for_cpu = plan_for(PricedFor::cpu);
  const auto on_the_cpu = [&](std::string reason) -> Placed {
    return {on_cpu(cpu, flavour, std::move(reason)), kept == PricedFor::cuda ? plan_for(*kept) : std::move(for_cpu)};
  };
  std::optional<Plan> for_cuda;
  const DeviceAdvice advice =
      advise_device(for_cpu, [&]() -> const Plan& { return for_cuda.emplace(plan_for(PricedFor::cuda)); });
  if (!advice.cuda) return on_the_cpu(advice.reason);
  Plan& plan = kept == PricedFor::cpu ? for_cpu : *for_cuda;
  auto cuda = open_cuda_for("cuda", flavour, plan);
  if (const std::string* why = std::get_if<std::string>(&cuda)) {
    const std::string missing = cuda_lacks(plan);  // then no GPU's seconds are told: none would run it
    return on_the_cpu(missing.empty() ? fmt::format("{}, but cuda: {}", advice.reason, *why)
                                      : fmt::format("{}, but cuda: {}", advice.on_cpu, missing));
  }
  Device& device = std::get<Device>(cuda);
  if (device.backend->accepted == 0)
    return on_the_cpu(advice.reason +
                      ", but the cuda backend has not passed its acceptance on a GPU yet (docs/gpu.md); "
                      "--device cuda takes it all the same");
  device.reason = advice.reason;
  return {device, std::move(plan)};
}

}  // namespace

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

std::string cuda_lacks(const Plan& plan) {
  return lacks(plan, [](Op op) { return std::ranges::find(cuda_ops, name(op)) != cuda_ops.end(); });
}

std::variant<Device, std::string> open_cuda(std::int32_t number, Flavour flavour) {
  const auto module = open_module();
  if (const std::string* why = std::get_if<std::string>(&module)) return *why;
  const Backend& backend = *std::get<const Backend*>(module);
  std::array<char, 256> reason{};
  if (backend.select(number, reason.data(), reason.size()) != 0) return std::string(reason.data());
  if (backend.probe(reason.data(), reason.size()) != 0) return std::string(reason.data());
  return in_flavour({&backend, number, fmt::format("cuda:{}", number), describe(backend), "available"}, flavour);
}

std::variant<Device, std::string> open_cpu(const Backend& cpu, Flavour flavour) {
  return in_flavour({&cpu, 0, "cpu", describe(cpu), "available"}, flavour);
}

Placed place(const std::string& wanted, Flavour flavour, const std::function<Plan(PricedFor)>& plan_for,
             const Backend& cpu, const std::optional<Began>& began) {
  if (wanted == "auto" && !began) return choose(flavour, plan_for, cpu, {});
  const PricedFor machine = began ? began->priced_for : wanted == "cpu" ? PricedFor::cpu : PricedFor::cuda;
  Plan plan = plan_for(machine);
  if (wanted == "cpu") return {on_cpu(cpu, flavour, "asked for"), std::move(plan)};
  if (wanted == "auto") {
    if (began->plan != plan_hash(plan)) return choose(flavour, plan_for, cpu, machine);
    Device device = stay_with(*began, flavour, plan, cpu);
    const bool stays = device.name == began->device;
    return {std::move(device), std::move(plan), stays};
  }
  auto cuda = open_cuda_for(wanted, flavour, plan);
  if (const std::string* why = std::get_if<std::string>(&cuda))
    throw InputError(fmt::format("device {} cannot run here: {}", wanted, *why), "use --device auto or --device cpu");
  std::get<Device>(cuda).reason = "asked for";
  return {std::get<Device>(cuda), std::move(plan)};
}

}  // namespace kilofold
