// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstdio>

#include "kilofold/core/text.hpp"
#include "kilofold/version.hpp"

namespace kilofold::cli {
namespace {

constexpr int usage_error = 2;

template <class T> bool read_number(std::string_view text, T& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

/// "i/N", i from 0; empty when good, else what is wrong.
std::string read_shard(const std::string& text, ExecuteOptions& execute) {
  const std::size_t slash = text.find('/');
  if (slash != std::string::npos && read_number(std::string_view(text).substr(0, slash), execute.shard_index) &&
      read_number(std::string_view(text).substr(slash + 1), execute.shard_count) && execute.shard_index >= 0 &&
      execute.shard_index < execute.shard_count)
    return "";
  return "expected i/N with 0 <= i < N, such as 0/4, got " + text;
}

std::string read_override(const std::string& text, std::vector<Override>& overrides) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) return "expected key=value, such as cv.folds=10, got " + text;
  overrides.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  return "";
}

std::string known_rule(const std::string& wanted) {
  std::vector<std::string> names;
  for (const Rule& rule : all_rules()) names.emplace_back(rule.name);
  if (std::ranges::find(names, wanted) != names.end()) return "";
  return fmt::format("there is no rule '{}'; rules: {}", wanted, fmt::join(names, ", "));
}

std::string known_device(const std::string& wanted) {
  if (wanted == "auto" || wanted == "cpu" || wanted == "cuda") return "";
  return fmt::format("'{}' is no device: write auto, cpu or cuda", wanted);
}

void add_study(CLI::App& verb, Options& options) {
  verb.add_option("SPEC", options.spec, "the study, a YAML file (docs/spec.md)")->required();
  verb.add_option_function<std::vector<std::string>>(
          "--set",
          [&options](const std::vector<std::string>& texts) {
            for (const std::string& text : texts)
              if (const std::string wrong = read_override(text, options.overrides); !wrong.empty())
                throw CLI::ValidationError("--set", wrong);
          },
          "change one value of the spec: KEY=VALUE, KEY a dotted path")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
}

void add_switches(CLI::App& verb, Options& options) {
  verb.add_flag_callback(
      "--no-sharing", [&options] { options.switches.sharing = false; },
      "run every fit on its own, as others do; same numbers, slower");
  verb.add_option("--no-rule", options.switches.disabled_rules, "switch one sharing rule off (docs/rules.md)")
      ->type_name("NAME")
      ->allow_extra_args(false)
      ->check(CLI::Validator(known_rule, "", ""));
}

void add_run(CLI::App& app, Options& options) {
  CLI::App* run = app.add_subcommand("run", "run a study, or what is missing of it");
  add_study(*run, options);
  add_switches(*run, options);
  run->add_option("-o,--output", options.output, "results file (default: output.file of the spec)")
      ->type_name("FILE.h5");
  run->add_flag("--fresh", options.fresh, "discard the results that are there and start over");
  run->add_option("--device", options.device, "auto, cpu or cuda (default: run.device of the spec, else auto)")
      ->envname("KILOFOLD_DEVICE")
      ->check(CLI::Validator(known_device, "auto|cpu|cuda", ""));
  run->add_option("-j,--threads", options.execute.threads, "CPU threads (default: all cores)")
      ->envname("KILOFOLD_THREADS")
      ->type_name("N")
      ->check(CLI::Range(1, 4096));
  run->add_option("--limit", options.execute.limit, "stop, state saved, once about N (trial, seed) cells are computed")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
  run->add_option_function<std::string>(
         "--shard",
         [&options](const std::string& text) {
           if (const std::string wrong = read_shard(text, options.execute); !wrong.empty())
             throw CLI::ValidationError("--shard", wrong);
         },
         "run the i-th of N parts, i from 0; `merge` joins them")
      ->type_name("i/N");
  run->add_option("--batch", options.execute.units_per_batch,
                  "units of work a batch (default: planned); never changes a bit")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
  run->add_flag("-q,--quiet", options.quiet, "no progress");
}

void add_readers(CLI::App& app, Options& options) {
  const auto add_file = [&options](CLI::App* verb) {
    verb->add_option("FILE", options.results, "results: FILE.h5, whether merged or still in parts")->required();
    return verb;
  };
  add_file(app.add_subcommand("status", "how much of a study is done; exit 0 complete, 75 not yet"));
  CLI::App* show = add_file(app.add_subcommand("show", "one trial: parameters and metrics, seed by seed"));
  show->add_option("TRIAL", options.trial, "trial id, or the beginning of one; or MODEL for its best trial")
      ->required();
  CLI::App* report = add_file(app.add_subcommand("report", "write the results as one HTML page"));
  report->add_option("-o,--output", options.output, "page to write (default: beside FILE)")->type_name("PAGE.html");
  add_file(app.add_subcommand("merge", "join parts into one file"));
}

/// Name the verb that was probably meant: CLI11 itself only says that one is required.
std::string suggest_verb(const CLI::App& app, int argc, const char* const* argv) {
  if (argc < 2 || argv[1][0] == '-') return "";
  std::vector<std::string> verbs;
  for (const CLI::App* verb : app.get_subcommands([](const CLI::App*) { return true; }))
    verbs.push_back(verb->get_name());
  if (std::ranges::find(verbs, argv[1]) != verbs.end()) return "";
  const auto near = closest_name(argv[1], verbs);
  return fmt::format("there is no verb '{}'{}; verbs: {}", argv[1],
                     near ? fmt::format(", did you mean '{}'?", *near) : "", fmt::join(verbs, ", "));
}

}  // namespace

Parsed parse_command_line(int argc, const char* const* argv) {
  Parsed parsed;
  CLI::App app("kilofold: a whole regression study as one computation", "kilofold");
  app.set_version_flag("--version", fmt::format("kilofold {} ({})", build_info::version, build_info::commit));
  app.require_subcommand(1);
  app.option_defaults()->always_capture_default(false);

  CLI::App* validate = app.add_subcommand("validate", "check a spec and its data; every problem at once");
  add_study(*validate, parsed.options);
  CLI::App* plan = app.add_subcommand("plan", "what a study would compute; runs nothing");
  add_study(*plan, parsed.options);
  add_switches(*plan, parsed.options);
  plan->add_flag("--explain", parsed.options.explain, "axes, items one by one and shared, rules and what each saved");
  add_run(app, parsed.options);
  add_readers(app, parsed.options);
  app.footer(
      "Exit codes: 0 done, 1 our bug, 2 usage, spec or data, 3 done but some fits failed, 4 machine failed,\n"
      "75 stopped early with state saved, 130 second Ctrl-C.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const bool asked = error.get_exit_code() == 0;
    const std::string verb = asked ? "" : suggest_verb(app, argc, argv);
    if (!verb.empty())
      fmt::print(stderr, "kilofold: {}\n", verb);
    else
      app.exit(error);
    parsed.exit_code = asked ? 0 : usage_error;
    return parsed;
  }
  parsed.options.verb = app.get_subcommands().front()->get_name();
  parsed.run = true;
  return parsed;
}

}  // namespace kilofold::cli
