// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/progress.hpp"

#include <algorithm>
#include <array>

#include "cli/console.hpp"
#include "kilofold/core/text.hpp"

namespace kilofold::cli {
namespace {

constexpr double terminal_interval = 0.2;  // seconds between two drawings
constexpr double plain_interval = 30;
constexpr double shortest_left = 0.1;  // less is not worth a word, or a rest of rounding

/// A line as wide as the terminal would wrap, and the next one could not be drawn over it.
std::size_t line_columns() { return static_cast<std::size_t>(std::max(terminal_columns() - 1, 1)); }

}  // namespace

std::string duration_text(double seconds) {
  if (seconds < 0.1) return fmt::format("{:.0f} ms", 1000 * std::max(seconds, 0.0));
  if (seconds < 10) return fmt::format("{:.2g} s", seconds);
  const auto whole = static_cast<std::int64_t>(seconds + 0.5);
  if (whole < 120) return fmt::format("{} s", whole);
  if (whole < 7200) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

std::vector<std::string> progress_fields(const Progress& progress) {
  const double share = progress.planned_total > 0 ? std::min(1.0, progress.planned_done / progress.planned_total) : 1;
  std::vector<std::string> fields = {fmt::format("{:.0f} %", 100 * share),
                                     fmt::format("{} of {} cells", grouped(progress.cells_done),
                                                 grouped(std::max(progress.cells_total, progress.cells_done)))};
  const std::int64_t fits = progress.fits_done + progress.inner_fits_done;
  if (progress.elapsed <= 0 || fits == 0) return fields;
  const double speed = static_cast<double>(fits) / progress.elapsed;
  const double left = share > 0 ? progress.elapsed * (1 - share) / share : 0;
  if (left > shortest_left) fields.push_back(duration_text(left) + " left");
  fields.push_back(fmt::format("{} fits/s", grouped(static_cast<std::int64_t>(speed))));
  return fields;
}

std::string joined_fields(const std::string& name, std::span<const std::string> fields, std::size_t columns) {
  std::string text = name + ": ";
  const std::size_t begin = text.size();
  std::size_t width = split_characters(text).size();
  for (const std::string& field : fields) {
    const std::string next = (text.size() > begin ? " | " : "") + field;
    width += split_characters(next).size();
    if (text.size() > begin && width > columns) break;
    text += next;
  }
  return text;
}

ProgressLine::ProgressLine(const std::string& name, bool quiet)
    : name_(name), quiet_(quiet), terminal_(is_terminal()) {}

void ProgressLine::show(const Progress& progress, const std::function<std::string()>& best) {
  if (quiet_ || progress.elapsed - last_shown_ < (terminal_ ? terminal_interval : plain_interval)) return;
  last_shown_ = progress.elapsed;
  std::vector<std::string> fields = progress_fields(progress);
  if (!terminal_) return say("{}\n", joined_fields(name_, fields, std::string::npos));
  if (std::string leader = best(); !leader.empty()) fields.push_back(std::move(leader));
  draw(joined_fields(name_, fields, line_columns()));
}

void ProgressLine::note(const std::string& text) {
  if (!quiet_ && terminal_) draw(joined_fields(name_, std::array{text}, line_columns()));
}

void ProgressLine::draw(const std::string& text) {
  std::string line;
  for (const std::string_view character : split_characters(text))
    if (line.size() + character.size() <= line_columns()) line += character;
  say("\r\033[K{}", line);
  drawn_ = true;
}

void ProgressLine::clear() {
  if (drawn_) say_text("\r\033[K");
  drawn_ = false;
}

}  // namespace kilofold::cli
