// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "kilofold/execute.hpp"

namespace kilofold::cli {

/// What happens in a run, as one JSON object a line, for machines that watch it (`--log-json`). Every object has
/// `event` and `time` (UTC); lines are appended, so that a resumed run goes on in the same file.
class EventLog {
 public:
  /// `path` empty: every call does nothing. Errors: InputError when the file cannot be opened
  explicit EventLog(const std::string& path);
  ~EventLog();
  EventLog(const EventLog&) = delete;
  EventLog& operator=(const EventLog&) = delete;

  /// Append one event. A disk that fails here must not end a run, so it is told once on stderr.
  void write(const char* event, nlohmann::ordered_json fields);
  /// Append where the run stands, every ten seconds.
  void progress(const Progress& progress);

 private:
  std::string path_;
  int fd_ = -1;
  bool failed_ = false;
  double next_progress_ = 0;  ///< seconds into the run
};

}  // namespace kilofold::cli
