// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <functional>
#include <limits>

#include "cli/table.hpp"
#include "cli/values.hpp"
#include "kilofold/version.hpp"

namespace kilofold::cli {
namespace {

/// Reads a value into the options; empty when good, else what was expected.
using Read = std::function<std::string(const std::string&)>;

/// An option whose mistakes are worded by us; CLI11's own conversions only say "could not convert".
CLI::Option* add_value(CLI::App& verb, const std::string& names, const std::string& value, const std::string& help,
                       const Read& read) {
  return verb
      .add_option_function<std::vector<std::string>>(
          names,
          [names, read](const std::vector<std::string>& texts) {
            for (const std::string& text : texts)
              if (const std::string wrong = read(text); !wrong.empty())
                throw CLI::ValidationError(names.substr(names.find(',') + 1), wrong);
          },
          help)
      ->type_name(value)
      ->allow_extra_args(false)
      ->expected(1)
      ->take_all();
}

/// As add_value, by a function of values.hpp.
CLI::Option* add_value(CLI::App& verb, const std::string& names, const std::string& value, const std::string& help,
                       std::string (*read)(const std::string&, Options&), Options& options) {
  return add_value(verb, names, value, help, [read, &options](const std::string& text) { return read(text, options); });
}

/// A whole number from 1.
template <class Integer>
CLI::Option* add_count(CLI::App& verb, const std::string& names, const std::string& help, std::int64_t largest,
                       Integer& value) {
  return add_value(verb, names, "N", help, [&value, largest](const std::string& text) {
    std::int64_t read = 0;
    const std::string wrong = read_count(text, 1, largest, read);
    value = static_cast<Integer>(read);
    return wrong;
  });
}

void add_text(CLI::App& verb, const std::string& names, const std::string& value, const std::string& help,
              std::string& text) {
  verb.add_option(names, text, help)->type_name(value)->take_last();
}

void add_color(CLI::App& verb, Options& options) {
  add_value(verb, "--color", "auto|always|never", "colour of errors (default: auto, on a terminal)", read_color,
            options);
}

CLI::App& add_verb(CLI::App& app, const char* name, const char* help, Options& options) {
  CLI::App& verb = *app.add_subcommand(name, help);
  add_color(verb, options);
  return verb;
}

void add_study(CLI::App& verb, Options& options) {
  verb.add_option("SPEC", options.spec, "the study, a YAML file (docs/spec.md)")->required();
  add_value(verb, "--set", "KEY=VALUE", "change one value of the spec; KEY is a dotted path; may be repeated",
            read_override, options);
}

void add_switches(CLI::App& verb, Options& options) {
  add_value(verb, "--no-rule", "RULE", "switch one sharing rule off (docs/rules.md); may be repeated", read_rule,
            options);
  verb.add_flag_callback(
      "--no-sharing", [&options] { options.switches.sharing = false; },
      "run every fit on its own, as others do; same numbers, slower");
}

void add_json(CLI::App& verb, Options& options, const char* help) { verb.add_flag("--json", options.json, help); }

void add_planning(CLI::App& app, Options& options) {
  CLI::App& init = add_verb(app, "init", "write a commented starter spec for a table", options);
  init.add_option("CSV", options.table, "the table: comma-separated, with a header")->required();
  add_text(init, "-o,--output", "SPEC.yaml", "spec to write (default: named as the table, in this folder)",
           options.output);

  CLI::App& validate = add_verb(app, "validate", "check a spec and its data; every problem at once", options);
  add_study(validate, options);
  add_json(validate, options, "problems as a JSON array; empty when there is none");

  CLI::App& plan = add_verb(app, "plan", "what a study would compute; runs nothing", options);
  add_study(plan, options);
  add_switches(plan, options);
  plan.add_flag("--explain", options.explain, "axes, items one by one and shared, rules and what each saved");
  add_json(plan, options, "the explained plan as JSON");
}

void add_machine(CLI::App& run, Options& options) {
  constexpr std::int64_t any = std::numeric_limits<std::int64_t>::max();
  add_value(run, "--device", "auto|cpu|cuda", "where to compute (default: as the spec says, or auto)", read_device,
            options)
      ->envname("KILOFOLD_DEVICE");
  add_count(run, "-j,--threads", "CPU threads (default: as the spec says, or all cores)", 4096, options.execute.threads)
      ->envname("KILOFOLD_THREADS");
  add_value(run, "--shard", "i/N", "run the i-th of N parts, i from 0; `merge` joins them", read_shard, options);
  add_value(run, "--time-limit", "TIME", "stop, state saved, after TIME such as 3h55m (exit 75)", read_time_limit,
            options);
  add_count(run, "--limit", "stop, state saved, once about N (trial, seed) cells are computed (exit 75)", any,
            options.execute.limit);
  add_count(run, "--batch", "units of work a batch (default: as planned); never changes a bit", any,
            options.execute.units_per_batch);
}

void add_run(CLI::App& app, Options& options) {
  CLI::App& run = add_verb(app, "run", "run a study, or what is missing of it", options);
  add_study(run, options);
  add_text(run, "-o,--output", "FILE.h5", "results file (default: output.file of the spec)", options.output);
  run.add_flag("--fresh", options.fresh, "discard the results that are there and start over");
  add_machine(run, options);
  add_switches(run, options);
  add_text(run, "--log-json", "LOG.jsonl", "append one JSON object per event: start, progress, commit, end",
           options.event_log);
  CLI::Option* quiet = run.add_flag("-q,--quiet", options.quiet, "no progress, no summary");
  run.add_flag("-v,--verbose", options.verbose, "also the device's reason, the rules and every commit")
      ->excludes(quiet);
}

void add_results(CLI::App& app, Options& options) {
  const auto add_reader = [&](const char* name, const char* help) -> CLI::App& {
    CLI::App& verb = add_verb(app, name, help, options);
    verb.add_option("FILE", options.results, "the results file, merged or still in parts")->required();
    return verb;
  };
  CLI::App& status = add_reader("status", "how much of a study is done; exit 0 complete, 75 not yet");
  add_json(status, options, "the same as JSON");
  CLI::App& show = add_reader("show", "one trial: its parameters, and its metrics seed by seed");
  show.add_option("TRIAL", options.trial, "a model for its best trial, or the beginning of a trial id")->required();
  add_json(show, options, "the same as JSON, with full precision");
  CLI::App& report = add_reader("report", "write the results as one HTML page");
  add_text(report, "-o,--output", "PAGE.html", "page to write (default: beside FILE)", options.output);
  add_reader("merge", "join parts into one file");
}

void add_surroundings(CLI::App& app, Options& options) {
  CLI::App& doctor =
      add_verb(app, "doctor", "what this machine and this build can do; exit 4 if something fails", options);
  doctor.add_option("FOLDER", options.folder, "folder to try writing results in (default: this one)");
  add_json(doctor, options, "the same as JSON");
  CLI::App& completion = add_verb(app, "completion", "print a shell's completion script", options);
  add_value(completion, "SHELL", "bash|zsh|fish", "bash, zsh or fish", read_shell, options)->required();
  add_verb(app, "manual", "print the manual page", options).group("");
}

}  // namespace

std::shared_ptr<CLI::App> make_parser(Options& options) {
  auto app = std::make_shared<CLI::App>("kilofold: a whole regression study as one computation", "kilofold");
  app->formatter_fn([](const CLI::App* shown, const std::string&, CLI::AppFormatMode) {
    const CLI::App* top = shown->get_parent() == nullptr ? shown : shown->get_parent();
    return help_text(describe(*shown), describe_verbs(*top));
  });
  app->set_help_flag("-h,--help", "print help");
  app->set_version_flag("-V,--version", fmt::format("kilofold {} ({})", build_info::version, build_info::commit),
                        "print version and commit");
  add_color(*app, options);
  app->require_subcommand(1);
  add_planning(*app, options);
  add_run(*app, options);
  add_results(*app, options);
  add_surroundings(*app, options);
  return app;
}

}  // namespace kilofold::cli
