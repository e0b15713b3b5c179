// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/events.hpp"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/console.hpp"
#include "cli/text_file.hpp"

namespace kilofold::cli {
namespace {

constexpr double progress_interval = 10;  // seconds

}  // namespace

EventLog::EventLog(const std::string& path) : path_(path) {
  if (path.empty()) return;
  std::error_code unknown;
  const char* hint = "name another file with --log-json";
  if (std::filesystem::is_regular_file(path, unknown)) require_earlier(path, {"{\"event\":", "event log", {}}, hint);
  fd_ = open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
  if (fd_ < 0) throw InputError(fmt::format("cannot write the event log {}: {}", path, std::strerror(errno)), hint);
}

EventLog::~EventLog() {
  if (fd_ >= 0) ::close(fd_);
}

void EventLog::write(const char* event, nlohmann::ordered_json fields) {
  if (fd_ < 0 || failed_) return;
  nlohmann::ordered_json line = {{"event", event},
                                 {"time", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)))}};
  line.update(fields);
  const std::string text = line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  // One call a line: several runs may append to one file.
  if (::write(fd_, text.data(), text.size()) == static_cast<ssize_t>(text.size())) return;
  failed_ = true;
  say("warning: cannot write the event log {}: {}; the run goes on without it\n", path_, std::strerror(errno));
}

void EventLog::progress(const Progress& progress) {
  if (progress.elapsed < next_progress_) return;
  next_progress_ = progress.elapsed + progress_interval;
  const double share = progress.planned_total > 0 ? progress.planned_done / progress.planned_total : 1;
  write("progress", {{"share", share},
                     {"cells", progress.cells_done},
                     {"cells_to_compute", progress.cells_total},
                     {"fits", progress.fits_done},
                     {"inner_fits", progress.inner_fits_done},
                     {"seconds", progress.elapsed}});
}

}  // namespace kilofold::cli
