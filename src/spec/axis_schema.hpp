// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "json.hpp"
#include "kilofold/spec.hpp"

/// JSON Schema of what axes take, from the table that the parser reads.
namespace kilofold::spec {

inline Json any_of(const std::vector<Json>& schemas) { return Json::object({{"anyOf", Json::list(schemas)}}); }
inline Json one_of_words(const std::vector<std::string>& words) { return Json::object({{"enum", Json::texts(words)}}); }
inline Json reference(const std::string& definition) {
  return Json::object({{"$ref", Json::text("#/definitions/" + definition)}});
}
/// A list of at least one.
Json list_of(const Json& item);
/// A mapping of exactly these keys.
Json mapping(const std::vector<Json::Member>& properties, const std::vector<std::string>& required);

/// A number in a parameter's range, whole for integers.
Json number_schema(const ParameterSchema& schema);

/// The definitions of a schema: `<name>` (grid axis), `<name>.value`, `<name>.one` (a single point), `<name>.search`
/// for each parameter. Parameters that take the same values share theirs.
class Definitions {
 public:
  void add(std::string name, Json schema) { members_.emplace_back(std::move(name), std::move(schema)); }
  /// Define an axis where none takes the same values. Returns the name it has. Vectors are checked for their numbers,
  /// not for their length.
  std::string axis(const std::string& name, const ParameterSchema& schema);
  Json written() const { return Json::object(members_); }

 private:
  std::vector<Json::Member> members_;
  std::vector<std::pair<std::string, std::string>> known_;  ///< what an axis takes, its name
};

}  // namespace kilofold::spec
