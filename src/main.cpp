// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <exception>
#include <map>
#include <new>
#include <string>

#include "cli/console.hpp"
#include "cli/exit_codes.hpp"
#include "cli/options.hpp"
#include "cli/verbs.hpp"
#include "cpu/isa.hpp"
#include "kilofold/core/error.hpp"

namespace {

/// What becomes of a study whose run the machine ended.
const char* reassurance(const kilofold::cli::Options& options) {
  const bool writes = options.verb == "run" || options.verb == "merge";
  return writes ? "what was committed is safe; the same command goes on with it\n" : "";
}

/// Run one verb; every way it can fail has its exit code.
int run_verb(const kilofold::cli::Options& options) {
  using namespace kilofold;
  using namespace kilofold::cli;
  const std::map<std::string, int (*)(const Options&)> verbs = {
      {"init", init},    {"validate", validate}, {"plan", plan},   {"run", run},       {"status", status},
      {"show", show},    {"report", report},     {"merge", merge}, {"doctor", doctor}, {"completion", completion},
      {"manual", manual}};
  try {
    set_color(options.color);
    cpu::force_isa_from_environment();
    const int code = verbs.at(options.verb)(options);
    flush_results();
    return code;
  } catch (const InputError& error) {
    say_text(problems_text(error.problems()));
    return bad_input;
  } catch (const MachineError& error) {
    say("{}\n{}", error_text(error.what()), reassurance(options));
    return machine_failed;
  } catch (const std::bad_alloc&) {
    say("{}\n{}", error_text("out of memory"), reassurance(options));
    return machine_failed;
  } catch (const std::exception& error) {
    say("{}\n", error_text(error.what()));
    say_text("this is a bug in kilofold; please report it with the output of kilofold doctor\n");
    return our_bug;
  }
}

}  // namespace

int main(int argc, char** argv) {
  const kilofold::cli::Parsed command = kilofold::cli::parse_command_line(argc, argv);
  return command.run ? run_verb(command.options) : command.exit_code;
}
