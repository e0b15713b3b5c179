// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kilofold::spec {

/// A JSON text under construction: one value, already written.
class Json {
 public:
  using Member = std::pair<std::string, Json>;

  static Json text(std::string_view value);
  /// The shortest decimal that reads back as the same double; infinity, which JSON lacks, is "none".
  static Json number(double value);
  static Json boolean(bool value) { return Json(value ? "true" : "false"); }
  static Json list(const std::vector<Json>& items);
  static Json texts(const std::vector<std::string>& items);
  static Json numbers(const auto& items) {
    std::vector<Json> list;
    for (const auto item : items) list.push_back(number(static_cast<double>(item)));
    return Json::list(list);
  }
  /// Members in the order given.
  static Json object(const std::vector<Member>& members);
  /// Members by ascending key.
  static Json sorted_object(std::vector<Member> members);

  const std::string& written() const { return written_; }

 private:
  explicit Json(std::string written) : written_(std::move(written)) {}
  static Json bracketed(char open, const std::vector<std::string>& parts, char close);

  std::string written_;
};

/// A JSON text with a line for every member that does not fit a short one.
std::string indented(const std::string& json);

}  // namespace kilofold::spec
