// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <malloc.h>

#include <exception>
#include <new>
#include <system_error>

#include "cli/console.hpp"
#include "cli/exit_codes.hpp"
#include "cli/options.hpp"
#include "cli/signals.hpp"
#include "cli/verbs.hpp"
#include "cpu/isa.hpp"
#include "kilofold/core/error.hpp"

namespace {

using namespace kilofold;
using namespace kilofold::cli;

/// What becomes of a study whose run the machine ended.
const char* reassurance(const Verb& verb) {
  const bool writes_results = &verb == &run_verb || &verb == &merge_verb;
  return writes_results ? "what was committed is safe: once the cause is gone, the same command goes on from there\n"
                        : "";
}

/// Each stage of a study wants as much memory as the one before: have the allocator keep what is freed, from the start
/// as it does later on, instead of fetching pages anew.
void keep_freed_memory() {
#ifdef M_MMAP_THRESHOLD
  mallopt(M_MMAP_THRESHOLD, 16 << 20);
  mallopt(M_TRIM_THRESHOLD, 64 << 20);
#endif
}

/// Do what a verb does; every way it can fail has its exit code.
int act(const Verb& verb, const Options& options) try {
  cpu::force_isa_from_environment();
  const int code = verb.act(options);
  flush_results();
  return code;
} catch (const InputError& error) {
  say_text(problems_text(error.problems()));
  return bad_input;
} catch (const MachineError& error) {
  say("{}\n{}", error_text(error.what()), reassurance(verb));
  return machine_failed;
} catch (const std::system_error& error) {  // of the standard library's files and threads
  say("{}\n{}", error_text(error.what()), reassurance(verb));
  return machine_failed;
} catch (const std::bad_alloc&) {
  say("{}\n{}", error_text("out of memory"), reassurance(verb));
  return machine_failed;
} catch (const std::exception& error) {
  say("{}\n", error_text(error.what()));
  say_text("this is a bug in kilofold; please report it with the output of kilofold doctor\n");
  return our_bug;
}

}  // namespace

int main(int argc, char** argv) {
  keep_freed_memory();
  fail_at_file_size_limit();
  const Parsed command = parse_command_line(argc, argv);
  return command.verb == nullptr ? command.exit_code : act(*command.verb, command.options);
}
