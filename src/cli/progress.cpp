// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/progress.hpp"

#include <algorithm>

#include "cli/console.hpp"
#include "kilofold/core/text.hpp"

namespace kilofold::cli {
namespace {

constexpr double terminal_interval = 0.2;  // seconds between two drawings
constexpr double plain_interval = 30;

}  // namespace

std::string duration_text(double seconds) {
  if (seconds < 10) return fmt::format("{:.2g} s", std::max(seconds, 0.0));
  const auto whole = static_cast<std::int64_t>(seconds + 0.5);
  if (whole < 120) return fmt::format("{} s", whole);
  if (whole < 7200) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

std::string progress_text(const Progress& progress) {
  const double share = progress.planned_total > 0 ? std::min(1.0, progress.planned_done / progress.planned_total) : 1;
  std::string text = fmt::format("{:3.0f} % | {} of {} cells", 100 * share, grouped(progress.cells_done),
                                 grouped(std::max(progress.cells_total, progress.cells_done)));
  if (progress.elapsed > 0 && progress.fits_done > 0) {
    text += fmt::format(" | {} fits/s",
                        grouped(static_cast<std::int64_t>(static_cast<double>(progress.fits_done) / progress.elapsed)));
    if (share > 0 && share < 1) text += " | " + duration_text(progress.elapsed * (1 - share) / share) + " left";
  }
  return text;
}

ProgressLine::ProgressLine(const std::string& name, bool quiet)
    : name_(name), quiet_(quiet), terminal_(is_terminal()) {}

void ProgressLine::show(const Progress& progress) {
  if (quiet_ || progress.elapsed - last_shown_ < (terminal_ ? terminal_interval : plain_interval)) return;
  last_shown_ = progress.elapsed;
  std::string text = fmt::format("{}: {}", name_, progress_text(progress));
  if (terminal_) {
    // A line as wide as the terminal would wrap, and the next one could not be drawn over it.
    const std::size_t fits = static_cast<std::size_t>(std::max(terminal_columns() - 1, 1));
    say("\r\033[K{}", text.substr(0, fits));
  } else {
    say("{}\n", text);
  }
  drawn_ = terminal_;
}

void ProgressLine::clear() {
  if (drawn_) say_text("\r\033[K");
  drawn_ = false;
}

}  // namespace kilofold::cli
