// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "canonical_text.hpp"

#include <algorithm>
#include <initializer_list>
#include <nlohmann/json.hpp>

#include "hdf5.hpp"

namespace kilofold {
namespace {

using Json = nlohmann::json;

template <class Read> auto read_json(const std::string& canonical, Read read) try {
  return read(Json::parse(canonical));
} catch (const Json::exception& error) {
  throw hdf5::FormatError(std::string("/spec/canonical: ") + error.what());
}

/// The value of an enumeration with this name.
template <class Enum> Enum named(std::initializer_list<Enum> all, const std::string& wanted) {
  const auto found = std::ranges::find_if(all, [&](Enum value) { return wanted == name(value); });
  if (found == all.end()) throw hdf5::FormatError("/spec/canonical: unknown name " + wanted);
  return *found;
}

Scaling scaling(const Json& written, const char* key) {
  return named({Scaling::none, Scaling::zscore, Scaling::center, Scaling::minmax},
               written.value(key, std::string(name(Scaling::zscore))));
}

/// Is one point of an axis another? A number stands for itself at every feature.
bool same_point(const Json& a, const Json& b) {
  if (a.is_array() == b.is_array()) return a == b;
  const Json& list = a.is_array() ? a : b;
  const Json& one = a.is_array() ? b : a;
  return std::ranges::all_of(list, [&](const Json& value) { return value == one; });
}

/// Do some parameters, which move together, take the point in one of their rows?
bool holds(const Json& block, const Json& point, const std::vector<std::string>& tied) {
  const std::size_t rows = block.at(tied.front()).size();
  for (std::size_t row = 0; row < rows; ++row) {
    const auto agrees = [&](const std::string& parameter) {
      return same_point(block.at(parameter).at(row), point.at(parameter).at(0));
    };
    if (std::ranges::all_of(tied, agrees)) return true;
  }
  return false;
}

bool holds(const Json& block, const Json& point) {
  std::vector<std::vector<std::string>> factors;
  if (block.contains("zip")) factors = block.at("zip").get<std::vector<std::vector<std::string>>>();
  std::vector<std::string> zipped;
  for (const std::vector<std::string>& tied : factors) zipped.insert(zipped.end(), tied.begin(), tied.end());
  for (const auto& [parameter, values] : point.items()) {
    if (!block.contains(parameter)) return false;
    if (parameter != "zip" && std::ranges::find(zipped, parameter) == zipped.end()) factors.push_back({parameter});
  }
  return std::ranges::all_of(factors, [&](const auto& tied) { return holds(block, point, tied); });
}

}  // namespace

Preparation read_preparation(const std::string& canonical) {
  return read_json(canonical, [](const Json& study) {
    const Json cv = study.value("cv", Json::object()), scaled = study.value("scaling", Json::object());
    Preparation made;
    made.splitting.splitter = named({Splitter::kfold, Splitter::group_kfold, Splitter::leave_one_out, Splitter::file},
                                    cv.value("splitter", std::string(name(Splitter::kfold))));
    made.splitting.shuffle = cv.value("shuffle", true);
    made.column = cv.value("groups", cv.value("column", std::string()));
    made.feature_scaling = scaling(scaled, "features");
    made.target_scaling = scaling(scaled, "target");
    const Json fit_on = scaled.value("fit_on", Json(name(FitOn::fold)));
    made.fit_on.clear();
    for (const Json& rows : fit_on.is_array() ? fit_on : Json::array({fit_on}))
      made.fit_on.push_back(named({FitOn::fold, FitOn::all}, rows.get<std::string>()));
    return made;
  });
}

bool published_in_grid(const std::string& canonical, std::size_t entry) {
  return read_json(canonical, [entry](const Json& study) {
    const Json entries = study.value("models", Json::array());
    if (entry >= entries.size() || !entries.at(entry).contains("as_published")) return false;
    const Json& model = entries.at(entry);
    const Json blocks = model.value("parameters", Json::array());
    const auto has_point = [&](const Json& block) { return holds(block, model.at("as_published")); };
    return blocks.is_array() ? std::ranges::any_of(blocks, has_point) : has_point(blocks);
  });
}

}  // namespace kilofold
