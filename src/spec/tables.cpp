// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cmath>

#include "axes.hpp"
#include "grammar.hpp"

namespace kilofold {
namespace spec {
namespace {

/// What a key takes, for the table of docs/spec.md.
std::string form_in_words(const Key& key) {
  switch (key.takes) {
    case Takes::text:
      return "text";
    case Takes::name:
      return "letters, digits, `_`, `-`, `.`";
    case Takes::word:
      return fmt::format("`{}`", fmt::join(key.words, "`, `"));
    case Takes::words:
      return fmt::format("`{}`, or a list of them", fmt::join(key.words, "`, `"));
    case Takes::word_list:
      return fmt::format("list of `{}`", fmt::join(key.words, "`, `"));
    case Takes::boolean:
      return "`true`, `false`";
    case Takes::number:
    case Takes::integer:
      return expected(as_parameter(key));
    case Takes::integers:
      return fmt::format("[axis](#axes) of integers from {} to {}", key.minimum, key.maximum);
    case Takes::column:
      return "[column](#columns)";
    case Takes::columns:
      return "list of [columns](#columns)";
    case Takes::duration:
      return "`30` or `30s`, `5m`, `1h`";
    case Takes::device:
      return "`auto`, `cpu`, `cuda`, `cuda:K`";
    case Takes::version:
      return "1";
    case Takes::section:
      return "keys";
    case Takes::sections:
      return "list of keys";
    case Takes::own:
      return "see its meaning";
  }
  return {};
}

}  // namespace
}  // namespace spec

std::string key_table() {
  std::string table = "| key | value | default | meaning |\n|---|---|---|---|\n";
  for (const spec::Key& key : spec::all_keys())
    table += fmt::format("| `{}` | {} | {} | {} |\n", key.path, spec::form_in_words(key), key.fallback, key.help);
  return table;
}

std::string parameter_table(const ModelSchema& model) {
  std::string table = "| parameter | values | default | meaning |\n|---|---|---|---|\n";
  for (const ParameterSchema& parameter : model.parameters) {
    const bool category = parameter.kind == ParameterSchema::Kind::category;
    const double value = parameter.default_value;
    const std::string otherwise = category            ? parameter.categories.front()
                                  : std::isinf(value) ? "none"
                                  : value < 0 && !parameter.words.empty()
                                      ? parameter.words[static_cast<std::size_t>(-1 - value)]
                                      : fmt::format("{}", value);
    table +=
        fmt::format("| `{}` | {} | {} | {} |\n", parameter.name, spec::expected(parameter), otherwise, parameter.help);
  }
  return table;
}

}  // namespace kilofold
