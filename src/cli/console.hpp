// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kilofold/core/error.hpp"

/// The two streams of a command: results on stdout, which must arrive, and words for people on stderr, which may not.
namespace kilofold::cli {

enum class Color { automatic, always, never };

/// Settle whether errors are coloured. `automatic`: where stderr is a terminal, unless NO_COLOR is set or TERM is dumb;
/// CLICOLOR_FORCE, unless 0, colours them anywhere.
void set_color(Color color);

/// Is stderr a terminal that can move its cursor?
bool is_terminal();

/// Columns of that terminal; 80 where it does not tell.
int terminal_columns();

/// Write results to stdout. Errors: MachineError, except for a reader that has gone, who wants nothing more
void put_text(std::string_view text);
/// Make sure that everything put has left. Errors: as put_text
void flush_results();

/// Write the path of a results file, absolute, as a line to stdout. Errors: as put_text
void put_path(const std::string& path);

/// Write words to stderr. A closed terminal or pipe must not stop a run, so failures are ignored.
void say_text(std::string_view text);

template <class... Values> void put(fmt::format_string<Values...> format, Values&&... values) {
  put_text(fmt::format(format, std::forward<Values>(values)...));
}

template <class... Values> void say(fmt::format_string<Values...> format, Values&&... values) {
  say_text(fmt::format(format, std::forward<Values>(values)...));
}

/// "error: MESSAGE", its first word coloured.
std::string error_text(std::string_view message);

/// Every problem as the terminal shows it: `file:line:column: error: message`, carets and notes; the word and the
/// carets are coloured. Several problems end with their number.
std::string problems_text(std::vector<Problem> problems);

}  // namespace kilofold::cli
