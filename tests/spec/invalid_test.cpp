// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "spec/schemas.hpp"

namespace kilofold {
namespace {

namespace fs = std::filesystem;

const fs::path folder = "tests/spec/invalid";

std::string contents(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

/// Every field of a problem, apart from the file's name and whatever dress the terminal gives it.
std::string rendered(const Problem& problem) {
  std::ostringstream text;
  text << problem.place.line << ':' << problem.place.column << ": " << problem.message << '\n';
  if (!problem.excerpt.empty()) {
    text << "  | " << problem.excerpt << "\n  | " << std::string(std::max(problem.place.column - 1, 0), ' ')
         << std::string(problem.width, '^') << '\n';
  }
  if (!problem.reason.empty()) text << "  reason: " << problem.reason << '\n';
  if (!problem.hint.empty()) text << "  help: " << problem.hint << '\n';
  return text.str();
}

std::vector<std::string> mistakes() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

class InvalidSpec : public testing::TestWithParam<std::string> {};

/// KILOFOLD_WRITE_EXPECTED=1 rewrites the expected messages, to be read before they are committed.
TEST_P(InvalidSpec, IsRefusedWithTheExpectedMessage) {
  const fs::path expected = folder / (GetParam() + ".expected");
  std::string message;
  try {
    read_spec((folder / (GetParam() + ".yaml")).string(), test::schemas_with_kernel_methods());
  } catch (const InputError& error) {
    for (const Problem& problem : error.problems()) message += rendered(problem);
  }

  ASSERT_FALSE(message.empty()) << "accepted";
  if (std::getenv("KILOFOLD_WRITE_EXPECTED")) std::ofstream(expected, std::ios::binary) << message;
  EXPECT_EQ(message, contents(expected));
}

INSTANTIATE_TEST_SUITE_P(Files, InvalidSpec, testing::ValuesIn(mistakes()), [](const auto& row) { return row.param; });

}  // namespace
}  // namespace kilofold
