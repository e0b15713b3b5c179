// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/values.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "cli/launcher.hpp"
#include "kilofold/core/text.hpp"
#include "spec/device_name.hpp"

namespace kilofold::cli {
namespace {

template <class T> bool read_number(std::string_view text, T& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

/// Empty where `wanted` is one of the names, else what was expected and the nearest one.
std::string one_of(const std::string& wanted, const std::vector<std::string>& names) {
  if (std::ranges::find(names, wanted) != names.end()) return "";
  const auto near = closest_name(wanted, names);
  return fmt::format("expected {}, got '{}'{}", fmt::join(names, ", "), wanted,
                     near ? fmt::format("; did you mean '{}'?", *near) : "");
}

}  // namespace

namespace {

/// Slurm's way of writing times, [days-]hours:minutes:seconds.
std::optional<double> clock_time(std::string_view text) {
  double days = 0;
  if (const std::size_t dash = text.find('-'); dash != std::string_view::npos) {
    if (!read_number(text.substr(0, dash), days)) return std::nullopt;
    text.remove_prefix(dash + 1);
  }
  std::array<std::uint32_t, 3> part{};
  for (std::size_t i = 0; i < part.size(); ++i) {
    const std::size_t end = i + 1 < part.size() ? text.find(':') : text.size();
    if (end == std::string_view::npos || !read_number(text.substr(0, end), part[i])) return std::nullopt;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (part[1] > 59 || part[2] > 59 || !(days >= 0)) return std::nullopt;
  return 86400 * days + 3600.0 * part[0] + 60.0 * part[1] + part[2];
}

}  // namespace

std::optional<double> read_duration(std::string_view text) {
  if (text.find(':') != std::string_view::npos) return clock_time(text);
  struct Unit {
    char name;
    double seconds;
  };
  constexpr std::array<Unit, 4> units = {{{'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}}};
  double total = 0;
  std::size_t next_unit = 0;  // units only get smaller
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    if (error != std::errc() || !std::isfinite(number) || number < 0) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const char name = text.empty() ? 's' : text.front();
    while (next_unit < units.size() && units[next_unit].name != name) ++next_unit;
    if (next_unit == units.size()) return std::nullopt;
    total += number * units[next_unit++].seconds;
    if (!text.empty()) text.remove_prefix(1);
  }
  return total;
}

std::string read_count(const std::string& text, std::int64_t smallest, std::int64_t largest, std::int64_t& value) {
  if (read_number(text, value) && value >= smallest && value <= largest) return "";
  const bool bounded = largest < std::numeric_limits<std::int64_t>::max();
  return fmt::format("expected a whole number from {} {}, got '{}'", smallest,
                     bounded ? fmt::format("to {}", largest) : "on", text);
}

std::string read_threads(const std::string& text, Options& options) {
  constexpr std::int64_t most_threads = 4096;  // as of run.threads
  std::int64_t threads = 0;
  const std::string wrong = read_count(text, 0, most_threads, threads);
  if (wrong.empty()) options.threads = static_cast<std::int32_t>(threads);
  return wrong;
}

std::string read_time_limit(const std::string& text, Options& options) {
  options.time_limit = read_duration(text).value_or(0);
  return options.time_limit > 0 ? ""
                                : fmt::format("expected a time such as 3h55m, 90m, 45s or 03:55:00, got '{}'", text);
}

std::string read_shard(const std::string& text, Options& options) {
  ExecuteOptions& execute = options.execute;
  if (text == "slurm") return shard_of_slurm(execute);
  if (text == "mpi") return shard_of_mpi(execute);
  const std::size_t slash = text.find('/');
  if (slash != std::string::npos && read_number(std::string_view(text).substr(0, slash), execute.shard_index) &&
      read_number(std::string_view(text).substr(slash + 1), execute.shard_count) && execute.shard_index >= 0 &&
      execute.shard_index < execute.shard_count)
    return "";
  return fmt::format("expected i/N with 0 <= i < N, such as 0/4, or slurm or mpi, got '{}'", text);
}

std::string read_override(const std::string& text, Options& options) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0)
    return fmt::format("expected KEY=VALUE, such as cv.folds=10, got '{}'", text);
  options.overrides.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  return "";
}

std::string read_rope(const std::string& text, Options& options) {
  double rope = 0;
  if (!read_number(std::string_view(text), rope) || !std::isfinite(rope) || rope < 0)
    return fmt::format("expected a number from 0 on, in the target's unit, got '{}'", text);
  options.rope = rope;
  return "";
}

std::string read_rule(const std::string& text, Options& options) {
  std::vector<std::string> names;
  for (const Rule& rule : all_rules()) names.emplace_back(rule.name);
  options.switches.disabled_rules.push_back(text);
  return one_of(text, names);
}

std::string read_device(const std::string& text, Options& options) {
  options.device = text;
  return is_device(text) ? "" : one_of(text, {"auto", "cpu", "cuda", "cuda:K"});
}

std::string read_numerics(const std::string& text, Options& options) {
  options.flavour = text == name(Flavour::vendor) ? Flavour::vendor : Flavour::canonical;
  return one_of(text, {name(Flavour::canonical), name(Flavour::vendor)});
}

std::string read_color(const std::string& text, Options& options) {
  options.color = text == "always" ? Color::always : text == "never" ? Color::never : Color::automatic;
  return one_of(text, {"auto", "always", "never"});
}

std::string read_shell(const std::string& text, Options& options) {
  options.shell = text;
  return one_of(text, {"bash", "zsh", "fish"});
}

}  // namespace kilofold::cli
