// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <hdf5.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/exit_codes.hpp"
#include "cli/folder.hpp"
#include "cli/machine.hpp"
#include "cli/progress.hpp"
#include "cli/table.hpp"
#include "cli/verbs.hpp"
#include "cpu/isa.hpp"
#include "kilofold/version.hpp"

namespace kilofold::cli {
namespace {

using Json = nlohmann::ordered_json;

/// Everything doctor found out.
struct Findings {
  Processor processor = read_processor();
  Memory memory = read_memory();
  std::string hdf5;
  bool cuda = false;
  std::string cuda_text;  ///< what the module says of its device, or why it cannot be used
  bool vendor = false;
  std::string vendor_text;  ///< the library of the CPU's flavour vendor, or why there is none
  FolderProbe folder;
  std::string temporary;
  double temporary_free = 0;
  std::vector<std::pair<std::string, std::string>> environment;
};

std::string hdf5_version() {
  std::array<unsigned, 3> part{};
  H5get_libversion(&part[0], &part[1], &part[2]);
  return fmt::format("{}", fmt::join(part, "."));
}

Findings examine(const std::string& folder) {
  Findings found;
  found.hdf5 = hdf5_version();
  const auto cuda = open_cuda(0, Flavour::canonical);
  found.cuda = std::holds_alternative<Device>(cuda);
  found.cuda_text = found.cuda ? std::get<Device>(cuda).description : std::get<std::string>(cuda);
  const auto vendor = open_cpu(cpu_backend(), Flavour::vendor);
  found.vendor = std::holds_alternative<Device>(vendor);
  found.vendor_text = found.vendor ? std::get<Device>(vendor).library : std::get<std::string>(vendor);
  std::error_code error;
  const std::string here = std::filesystem::current_path(error).string();
  found.folder = probe_folder(!folder.empty() ? folder : here.empty() ? "." : here);  // here: none once it is removed
  found.temporary = std::filesystem::temp_directory_path(error).string();
  found.temporary_free = bytes_free(found.temporary).value_or(0);
  for (const Meaning& variable : environment_variables())
    if (const char* value = std::getenv(variable.name)) found.environment.emplace_back(variable.name, value);
  return found;
}

std::string gibibytes(double bytes) { return fmt::format("{:.1f} GiB", bytes / (1 << 30)); }

std::string isa_text(const Processor& processor) {
  const std::string now = cpu::isa();
  std::string text = fmt::format("{} (can run: {})", now, fmt::join(cpu::available_isas(), ", "));
  if (!processor.missing_avx2.empty())
    text += fmt::format("; avx2 needs {}", fmt::join(processor.missing_avx2, " "));
  else if (!processor.missing_avx512.empty())
    text += fmt::format("; avx512 needs {}", fmt::join(processor.missing_avx512, " "));
  return text;
}

std::string folder_text(const FolderProbe& probe) {
  if (!probe.write.empty()) return fmt::format("{}: cannot write there: {}", probe.folder, probe.write);
  const auto word = [](const char* what, const std::string& wrong) {
    return wrong.empty() ? std::string(what) : fmt::format("NO {} ({})", what, wrong);
  };
  return fmt::format("{}: {} free; {} in {:.1f} ms, {}, {}", probe.folder, gibibytes(probe.bytes_free),
                     word("fsync", probe.sync), 1e3 * probe.sync_seconds, word("rename", probe.rename),
                     word("locks", probe.lock));
}

void put_text_report(const Findings& found) {
  const auto row = [](const char* what, const std::string& text) { put("{:<14}{}\n", what, text); };
  row("kilofold", fmt::format("{} ({})", build_info::version, build_info::commit));
  row("compiler", fmt::format("{}, {}", build_info::compiler, build_info::build_type));
  row("processor", fmt::format("{}, {} cores", found.processor.model, found.processor.cores));
  row("instructions", isa_text(found.processor));
  row("memory", fmt::format("{}, {} available", gibibytes(found.memory.total), gibibytes(found.memory.available)));
  row("HDF5", found.hdf5);
  row("CUDA", found.cuda ? found.cuda_text : "not usable: " + found.cuda_text);
  row("LAPACK", found.vendor ? found.vendor_text : "not usable: " + found.vendor_text);
  row("results", folder_text(found.folder));
  row("temporary", fmt::format("{}: {} free", found.temporary, gibibytes(found.temporary_free)));
  for (const auto& [name, value] : found.environment) row("environment", fmt::format("{}={}", name, value));
  if (!found.folder.safe())
    say("this folder cannot keep results: name another with `kilofold run -o`, and try it with `kilofold doctor "
        "FOLDER`\n");
  else if (!found.folder.lock.empty())
    say_text("without locks results are right, but merges leave the parts there\n");
}

std::int64_t whole(double bytes) { return static_cast<std::int64_t>(bytes); }

Json probe_json(const FolderProbe& probe) {
  const auto known = [](const std::string& wrong) { return wrong.empty() ? Json(nullptr) : Json(wrong); };
  return {{"folder", probe.folder},
          {"safe", probe.safe()},
          {"bytes_free", whole(probe.bytes_free)},
          {"write_error", known(probe.write)},
          {"sync_error", known(probe.sync)},
          {"sync_seconds", probe.sync_seconds},
          {"rename_error", known(probe.rename)},
          {"lock_error", known(probe.lock)}};
}

std::string report_json(const Findings& found) {
  Json environment = Json::object();
  for (const auto& [name, value] : found.environment) environment[name] = value;
  const Json report = {{"version", build_info::version},
                       {"commit", build_info::commit},
                       {"compiler", build_info::compiler},
                       {"build_type", build_info::build_type},
                       {"processor", found.processor.model},
                       {"cores", found.processor.cores},
                       {"isa", cpu::isa()},
                       {"available_isas", cpu::available_isas()},
                       {"missing_for_avx2", found.processor.missing_avx2},
                       {"missing_for_avx512", found.processor.missing_avx512},
                       {"memory_bytes", whole(found.memory.total)},
                       {"memory_available_bytes", whole(found.memory.available)},
                       {"hdf5", found.hdf5},
                       {"cuda", {{"usable", found.cuda}, {found.cuda ? "device" : "reason", found.cuda_text}}},
                       {"vendor", {{"usable", found.vendor}, {found.vendor ? "library" : "reason", found.vendor_text}}},
                       {"results", probe_json(found.folder)},
                       {"temporary", {{"folder", found.temporary}, {"bytes_free", whole(found.temporary_free)}}},
                       {"environment", environment}};
  return report.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

int doctor(const Options& options) {
  const Findings found = examine(options.folder);
  if (options.json)
    put_text(report_json(found));
  else
    put_text_report(found);
  return found.folder.safe() ? done : machine_failed;
}

void declare(Signature& takes) {
  takes.word("FOLDER", "folder to try writing results in (default: this one)", takes.options().folder, Need::optional);
  takes.json("the same as JSON");
}

}  // namespace

const Verb doctor_verb = {"doctor", "what this machine and this build can do; exit 4 if something fails", declare,
                          doctor};

}  // namespace kilofold::cli
