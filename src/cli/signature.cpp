// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/signature.hpp"

#include <CLI/CLI.hpp>
#include <utility>

#include "cli/values.hpp"

namespace kilofold::cli {

void Signature::word(const std::string& name, const std::string& help, std::string& text, Need need) {
  verb_.add_option(name, text, help)->required(need == Need::required);
}

void Signature::word(const std::string& name, const std::string& value_name, const std::string& help,
                     const Read& read) {
  value(name, value_name, help, read);
  verb_.get_option(name)->required();
}

void Signature::flag(const std::string& names, const std::string& help, bool& given) {
  verb_.add_flag(names, given, help);
}

void Signature::text(const std::string& names, const std::string& value, const std::string& help, std::string& text) {
  verb_.add_option(names, text, help)->type_name(value)->take_last();
}

// Mistakes in values are worded by us: CLI11's own conversions only say "could not convert".
void Signature::value(const std::string& names, const std::string& value, const std::string& help, const Read& read,
                      const std::string& environment) {
  verb_
      .add_option_function<std::vector<std::string>>(
          names,
          [name = names.substr(names.find(',') + 1), read, &options = options_](const std::vector<std::string>& texts) {
            for (const std::string& text : texts)
              if (const std::string wrong = read(text, options); !wrong.empty())
                throw CLI::ValidationError(name, wrong);
          },
          help)
      ->type_name(value)
      ->allow_extra_args(false)
      ->expected(1)
      ->take_all()
      ->envname(environment);
}

void Signature::number(const std::string& names, const std::string& help, std::int64_t largest,
                       const std::string& environment, std::function<void(std::int64_t)> assign) {
  const auto read = [largest, assign = std::move(assign)](const std::string& text, Options&) {
    std::int64_t number = 0;
    const std::string wrong = read_count(text, 1, largest, number);
    if (wrong.empty()) assign(number);
    return wrong;
  };
  value(names, "N", help, read, environment);
}

void Signature::exclude(const std::string& one, const std::string& other, const std::string& hint) {
  options_.exclusions.push_back({one, other, hint});
}

void Signature::spec() {
  word("SPEC", "the study, a YAML file (docs/spec.md)", options_.spec);
  value("--set", "KEY=VALUE", "change one value of the spec; KEY is a dotted path; may be repeated", read_override);
}

void Signature::threads(const std::string& help) { value("-j,--threads", "N", help, read_threads, "KILOFOLD_THREADS"); }

void Signature::numerics() {
  value("--numerics", "canonical|vendor",
        "whose arithmetic: our own, the same bits everywhere, or a vendor's library (default: as the spec says)",
        read_numerics);
}

void Signature::switches() {
  value("--no-rule", "RULE", "switch one sharing rule off (docs/rules.md); may be repeated", read_rule);
  verb_.add_flag_callback(
      "--no-sharing", [&options = options_] { options.switches.sharing = false; },
      "run every fit on its own, as others do; same numbers, slower");
}

void Signature::results() { word("FILE", "the results file, merged or still in parts", options_.results); }

void Signature::json(const std::string& help) { flag("--json", help, options_.json); }

void Signature::color() {
  value("--color", "auto|always|never", "colour of errors (default: auto, on a terminal)", read_color);
}

}  // namespace kilofold::cli
