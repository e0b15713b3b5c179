// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>

#include "cli/table.hpp"
#include "cli/verbs.hpp"
#include "kilofold/version.hpp"

namespace kilofold::cli {

std::shared_ptr<CLI::App> make_parser(Options& options) {
  auto app = std::make_shared<CLI::App>("kilofold: a whole regression study as one computation", "kilofold");
  app->formatter_fn([](const CLI::App* shown, const std::string&, CLI::AppFormatMode) {
    const CLI::App* top = shown->get_parent() == nullptr ? shown : shown->get_parent();
    return help_text(describe(*shown), describe_verbs(*top));
  });
  app->set_help_flag("-h,--help", "print help");
  app->set_version_flag("-V,--version", fmt::format("kilofold {} ({})", build_info::version, build_info::commit),
                        "print version and commit");
  Signature(*app, options).color();
  app->require_subcommand(1);
  for (const Verb* verb : all_verbs) {
    Signature takes(*app->add_subcommand(verb->name, verb->help), options);
    takes.color();
    verb->declare(takes);
  }
  return app;
}

}  // namespace kilofold::cli
