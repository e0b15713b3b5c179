// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "kilofold/version.hpp"

#include <gtest/gtest.h>

#include <regex>
#include <string>

namespace kilofold {
namespace {

TEST(Version, IsTheProjects) {
  EXPECT_STREQ(build_info::version, KILOFOLD_PROJECT_VERSION);
  EXPECT_STREQ(build_info::build_type, KILOFOLD_PROJECT_BUILD_TYPE);
}

TEST(Version, CommitIsTwelveDigitsOrUnknown) {
  const std::regex commit("unknown|[0-9a-f]{12}(-dirty)?");

  EXPECT_TRUE(std::regex_match(std::string(build_info::commit), commit)) << build_info::commit;
}

TEST(Version, NamesTheCompiler) {
  EXPECT_TRUE(std::regex_match(std::string(build_info::compiler), std::regex("[A-Za-z]+ [0-9.]+")))
      << build_info::compiler;
}

}  // namespace
}  // namespace kilofold
