// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "store/canonical_text.hpp"

#include <gtest/gtest.h>

#include "store/hdf5.hpp"

namespace kilofold {
namespace {

std::string entry(const std::string& published, const std::string& parameters) {
  return R"({"models":[{"model":"linear"},{"as_published":)" + published + R"(,"model":"gpr","parameters":)" +
         parameters + "}]}";
}

TEST(PublishedPoint, IsOfTheGridWhereOneBlockHoldsAllOfIt) {
  const std::string point = R"({"C":[1],"depth":["none"]})";

  EXPECT_TRUE(published_in_grid(entry(point, R"({"C":[0.5,1],"depth":[3,"none"]})"), 1));
  EXPECT_FALSE(published_in_grid(entry(point, R"({"C":[0.5,2],"depth":[3,"none"]})"), 1));
  EXPECT_TRUE(published_in_grid(entry(point, R"([{"C":[2],"depth":[3]},{"C":[1],"depth":["none"]}])"), 1));
  EXPECT_FALSE(published_in_grid(entry(point, R"([{"C":[1],"depth":[3]},{"C":[2],"depth":["none"]}])"), 1))
      << "its values are in the grid, not together";
  EXPECT_FALSE(published_in_grid(entry(point, R"({"C":[1]})"), 1));
  EXPECT_FALSE(published_in_grid(entry(point, "{}"), 0)) << "an entry without one";
}

TEST(PublishedPoint, IsOnAZippedAxisOnlyInOneRow) {
  const std::string point = R"({"a":[1],"b":[20],"c":[5]})";

  EXPECT_TRUE(published_in_grid(entry(point, R"({"a":[2,1],"b":[10,20],"c":[5],"zip":[["a","b"]]})"), 1));
  EXPECT_FALSE(published_in_grid(entry(point, R"({"a":[1,2],"b":[10,20],"c":[5],"zip":[["a","b"]]})"), 1));
}

TEST(PublishedPoint, OfOneNumberIsThatNumberAtEveryFeature) {
  const std::string point = R"({"length_scale":[1]})";

  EXPECT_TRUE(published_in_grid(entry(point, R"({"length_scale":[[1,2],[1,1]]})"), 1));
  EXPECT_FALSE(published_in_grid(entry(point, R"({"length_scale":[[1,2],[2,1]]})"), 1));
}

TEST(Preparation, IsReadFromTheCanonicalText) {
  const Preparation grouped = read_preparation(
      R"({"cv":{"groups":"cell","shuffle":false,"splitter":"group_kfold"},"scaling":{"features":"minmax",)"
      R"("fit_on":["fold","all"],"target":"none"}})");

  EXPECT_EQ(grouped.splitting, (Splitting{Splitter::group_kfold, false}));
  EXPECT_EQ(grouped.column, "cell");
  EXPECT_EQ(grouped.feature_scaling, Scaling::minmax);
  EXPECT_EQ(grouped.target_scaling, Scaling::none);
  EXPECT_EQ(grouped.fit_on, (std::vector{FitOn::fold, FitOn::all}));
  EXPECT_EQ(read_preparation(R"({"cv":{"splitter":"kfold"},"scaling":{"fit_on":"all"}})").fit_on,
            std::vector{FitOn::all});
}

TEST(Preparation, RefusesWhatIsNoCanonicalText) {
  EXPECT_THROW(read_preparation("{"), hdf5::FormatError);
  EXPECT_THROW(read_preparation(R"({"cv":{"splitter":"coin"}})"), hdf5::FormatError);
  EXPECT_THROW(read_preparation(R"({"cv":7})"), hdf5::FormatError);
}

}  // namespace
}  // namespace kilofold
