// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "kilofold/spec.hpp"
#include "spec/schemas.hpp"

/// Any bytes as a spec: it is accepted, and then a second reading gives the same study, or it is refused with problems
/// that can be shown. Anything else is a find. The models are the stand-ins of the parser's tests, with every feature
/// that a table of hyperparameters can have.
namespace {

using namespace kilofold;

const std::vector<ModelSchema>& schemas() {
  static const std::vector<ModelSchema> all = test::schemas_with_kernel_methods();
  return all;
}

void require(bool condition) {
  if (!condition) std::abort();
}

/// A table with the columns that the spec names: twelve rows in three groups and folds.
Dataset table_of(const Spec& spec) {
  Dataset data;
  data.source = spec.data;
  data.sha256.assign(64, '0');
  data.X = Matrix<double>(12, static_cast<std::int64_t>(spec.data.features.size()));
  for (std::int32_t i = 0; i < 12; ++i) {
    for (std::int64_t f = 0; f < data.X.cols(); ++f) data.X(i, f) = static_cast<double>((i * 7 + f * 3) % 5);
    data.y.push_back(i);
    data.group.push_back(i / 4);
    data.fold.push_back(i / 4);
  }
  data.group_name = data.fold_name = {"a", "b", "c"};
  return data;
}

void check_problems(const InputError& error, std::string_view text) {
  const auto lines = static_cast<int>(std::ranges::count(text, '\n')) + 1;
  require(!error.problems().empty() && !std::string_view(error.what()).empty());
  for (const Problem& problem : error.problems()) {
    require(!problem.message.empty());
    require(problem.place.line >= 0 && problem.place.line <= lines && problem.place.column >= 0);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  try {
    Spec spec = parse_spec(text, "study.yaml", schemas());
    Spec again = parse_spec(text, "study.yaml", schemas());
    constexpr std::size_t most_features = 100;
    if (spec.data.features.size() > most_features) return 0;
    const Dataset data = table_of(spec);
    complete(spec, data);
    complete(again, data);
    require(canonical_json(spec, data) == canonical_json(again, data));
  } catch (const InputError& error) {
    check_problems(error, text);
  }
  return 0;
}
