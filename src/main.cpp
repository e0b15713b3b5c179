// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <exception>
#include <map>
#include <string>

#include "cli/options.hpp"
#include "cli/verbs.hpp"
#include "cpu/isa.hpp"
#include "kilofold/core/error.hpp"

namespace {

enum ExitCode { bug = 1, bad_input = 2, machine_failed = 4 };

/// Run one verb; every way it can fail has its exit code.
int run_verb(const kilofold::cli::Options& options) {
  using namespace kilofold;
  const std::map<std::string, int (*)(const cli::Options&)> verbs = {
      {"validate", cli::validate}, {"plan", cli::plan},     {"run", cli::run},    {"status", cli::status},
      {"show", cli::show},         {"report", cli::report}, {"merge", cli::merge}};
  try {
    cpu::force_isa_from_environment();
    return verbs.at(options.verb)(options);
  } catch (const InputError& error) {
    fmt::print(stderr, "{}\n", error.what());
    return bad_input;
  } catch (const MachineError& error) {
    fmt::print(stderr, "kilofold: the machine failed: {}\nwhat was committed is safe; run again to go on\n",
               error.what());
    return machine_failed;
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "kilofold: out of memory\nwhat was committed is safe; run again to go on\n");
    return machine_failed;
  } catch (const std::exception& error) {
    fmt::print(stderr, "kilofold: this is a bug, please report it: {}\n", error.what());
    return bug;
  }
}

}  // namespace

int main(int argc, char** argv) {
  const kilofold::cli::Parsed command = kilofold::cli::parse_command_line(argc, argv);
  return command.run ? run_verb(command.options) : command.exit_code;
}
