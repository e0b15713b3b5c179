// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/console.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <tuple>

namespace kilofold::cli {
namespace {

constexpr std::string_view bold_red = "\033[1;31m";
constexpr std::string_view plain = "\033[0m";
bool colored = false;

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

std::string red(std::string_view text) {
  return colored ? fmt::format("{}{}{}", bold_red, text, plain) : std::string(text);
}

int results_error = 0;  ///< errno of the first write to stdout that failed

void note_results(bool written) {
  if (!written && results_error == 0) results_error = errno;
}

void check_results(bool written) {
  note_results(written);
  if (results_error != 0 && results_error != EPIPE)
    throw MachineError(fmt::format("cannot write to standard output: {}", std::strerror(results_error)));
}

/// Colour the carets of one line, where it holds nothing else besides the frame.
std::string with_red_carets(std::string_view line) {
  const std::size_t caret = line.find('^');
  if (caret == std::string_view::npos || line.find_first_not_of(" |^") != std::string_view::npos)
    return std::string(line);
  return std::string(line.substr(0, caret)) + red(line.substr(caret));
}

std::string problem_text(const Problem& problem) {
  const std::string text = format({problem});
  const std::size_t message = text.find(problem.message);  // follows the place
  std::string shown = text.substr(0, message) + red("error:") + " ";
  for (std::size_t at = message; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    shown += with_red_carets(std::string_view(text).substr(at, end - at));
    if (end < text.size()) shown += '\n';
    at = end + 1;
  }
  return shown;
}

}  // namespace

void set_color(Color color) {
  const bool forced = is_set("CLICOLOR_FORCE") && std::string_view(std::getenv("CLICOLOR_FORCE")) != "0";
  const bool wanted = forced || is_terminal();
  colored = color == Color::always || (color == Color::automatic && !is_set("NO_COLOR") && wanted);
}

bool is_terminal() {
  const char* term = std::getenv("TERM");
  return isatty(STDERR_FILENO) == 1 && term != nullptr && std::string_view(term) != "dumb";
}

int terminal_columns() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

void put_text(std::string_view text) { check_results(std::fwrite(text.data(), 1, text.size(), stdout) == text.size()); }

void flush_results() { check_results(std::fflush(stdout) == 0); }

void put_path(const std::string& path) { put("{}\n", std::filesystem::absolute(path).lexically_normal().string()); }

void say_text(std::string_view text) {
  note_results(std::fflush(stdout) == 0);  // so that both streams keep their order in one file
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

std::string error_text(std::string_view message) { return fmt::format("{} {}", red("error:"), message); }

std::string problems_text(std::vector<Problem> problems) {
  std::ranges::stable_sort(problems, {}, [](const Problem& problem) {
    return std::tie(problem.place.file, problem.place.line, problem.place.column);
  });
  std::string text;
  for (const Problem& problem : problems) {
    text += problem_text(problem) + "\n";
    if (problems.size() > 1) text += "\n";
  }
  if (problems.size() > 1) text += fmt::format("{} problems\n", problems.size());
  return text;
}

}  // namespace kilofold::cli
