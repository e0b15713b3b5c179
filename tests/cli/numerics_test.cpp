// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/program.hpp"
#include "support/vendor.hpp"

namespace kilofold {
namespace {

using testing::Folder;
using testing::Outcome;
using Environment = std::vector<std::pair<std::string, std::string>>;

constexpr const char* study = R"(spec: 1
name: flavours
data: {file: table.csv, features: [a, b, c], target: y}
cv: {folds: 5, seeds: [0, 1]}
models:
  - {name: GPR, model: gpr, parameters: {length_scale: [0.5, 1, 2], noise_variance: [0.01, 0.1]}}
output: {file: out.h5}
)";

/// The program on a study whose spec asks for no flavour, and on one that asks for vendor.
class FlavourBase : public ::testing::Test {
 protected:
  FlavourBase() {
    folder.write("table.csv", testing::small_table(120));
    folder.write("study.yaml", study);
    folder.write("vendor.yaml", std::string(study) + "numerics: {flavour: vendor}\n");
  }
  Outcome run(const std::vector<std::string>& arguments, const Environment& environment = {}) const {
    return testing::run_program(folder, arguments, environment);
  }
  std::string attribute(const std::string& file, const std::string& name) const {
    return StudyReader((folder / file).string()).attribute(name);
  }
  std::string numerics(const std::string& file) const {
    return StudyReader((folder / file).string()).models().front().numerics;
  }

  const Folder folder;
};
using Flavours = testing::NeedsVendor<FlavourBase>;
using MissingLibrary = FlavourBase;

TEST_F(Flavours, AreStoredWithTheirLibraryAndHaveIdsOfTheirOwn) {
  ASSERT_EQ(run({"run", "study.yaml", "-q"}).code, 0);
  EXPECT_EQ(attribute("out.h5", "numerics_flavour"), "canonical");
  EXPECT_EQ(attribute("out.h5", "numerics_library"), "");
  const Outcome ran = run({"run", "study.yaml", "--numerics", "vendor", "-o", "vendor.h5"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_NE(ran.err.find(vendor->library), std::string::npos) << ran.err;
  EXPECT_EQ(attribute("vendor.h5", "numerics_flavour"), "vendor");
  EXPECT_EQ(attribute("vendor.h5", "numerics_library"), vendor->library);
  EXPECT_NE(numerics("vendor.h5"), numerics("out.h5"));
  EXPECT_GT(testing::differing_stored_cells((folder / "vendor.h5").string(), (folder / "out.h5").string()), 0)
      << "as if the library had not been called";
}

TEST_F(Flavours, AreAskedForBySpecAndChangedByTheCommandLine) {
  ASSERT_EQ(run({"run", "vendor.yaml", "-q", "-o", "spec.h5"}).code, 0);
  EXPECT_EQ(attribute("spec.h5", "numerics_flavour"), "vendor");
  ASSERT_EQ(run({"run", "vendor.yaml", "-q", "--numerics", "canonical"}).code, 0);
  EXPECT_EQ(attribute("out.h5", "numerics_flavour"), "canonical");
  const auto plan = nlohmann::json::parse(run({"plan", "vendor.yaml", "--json"}).out);
  EXPECT_EQ(plan["numerics_library"], vendor->library);
  EXPECT_EQ(plan["plan"], nlohmann::json::parse(run({"plan", "study.yaml", "--json"}).out)["plan"]);
}

TEST_F(Flavours, StandTogetherInOneFileOnlyWhenAskedFor) {
  ASSERT_EQ(run({"run", "study.yaml", "-q", "--limit", "3", "--batch", "1", "-j", "1"}).code, 75);
  const Outcome refused = run({"run", "study.yaml", "--numerics", "vendor"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.err.find("holds results of model 'GPR' with numerics "), std::string::npos) << refused.err;

  ASSERT_EQ(run({"run", "study.yaml", "-q", "--numerics", "vendor", "--mix-numerics"}).code, 0);
  EXPECT_EQ(StudyReader((folder / "out.h5").string()).models().front().other_numerics.size(), 1U);
  const Outcome again = run({"reproduce", "out.h5", "-q"});
  EXPECT_EQ(again.code, 0) << again.out << again.err;
  EXPECT_NE(again.out.find(" cells have other numerics"), std::string::npos) << again.out;
}

TEST_F(Flavours, AreVerifiedAndReproducedFromTheFile) {
  ASSERT_EQ(run({"run", "study.yaml", "-q", "--numerics", "vendor"}).code, 0);
  const Outcome verified = run({"verify", "out.h5"}, {{"KILOFOLD_LAPACK", "/nowhere"}});
  EXPECT_EQ(verified.code, 0) << verified.out;
  for (const char* threads : {"1", "8"}) {
    const Outcome again = run({"reproduce", "out.h5", "-q", "-j", threads});
    EXPECT_EQ(again.code, 0) << again.out << again.err;
    EXPECT_NE(again.out.find("bitwise equal, 60 fits\n"), std::string::npos) << again.out;
  }
}

TEST_F(Flavours, OfOtherKernelsAreNotReproduced) {
  if (std::string(vendor->library).find("DYNAMIC_ARCH") == std::string::npos)
    GTEST_SKIP() << "needs an OpenBLAS that has kernels to choose from: " << vendor->library;
  const Environment other_kernels = {{"OPENBLAS_CORETYPE", "Nehalem"}};
  ASSERT_EQ(run({"run", "study.yaml", "-q", "--numerics", "vendor"}).code, 0);
  const Outcome refused = run({"reproduce", "out.h5"}, other_kernels);
  EXPECT_EQ(refused.code, 2) << refused.out;
  EXPECT_NE(refused.err.find("out.h5 was computed with OpenBLAS"), std::string::npos) << refused.err;
  EXPECT_EQ(run({"run", "study.yaml", "--numerics", "vendor"}, other_kernels).code, 2) << "other numerics";
}

TEST_F(MissingLibrary, IsAUsageErrorBeforeAnythingIsComputed) {
  const Environment nowhere = {{"KILOFOLD_LAPACK", "/nowhere/liblapack.so"}};
  const Outcome refused = run({"run", "study.yaml", "--numerics", "vendor"}, nowhere);
  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.err.find("error: the CPU has no numerics of flavour vendor here: /nowhere/liblapack.so: "),
            std::string::npos)
      << refused.err;
  EXPECT_NE(refused.err.find("= help: use --numerics canonical, or install libopenblas0"), std::string::npos)
      << refused.err;
  EXPECT_FALSE(std::filesystem::exists(folder / "out.h5"));
  EXPECT_EQ(run({"run", "study.yaml", "-q"}, nowhere).code, 0) << "canonical numerics need no library";

  const auto doctor = nlohmann::json::parse(run({"doctor", "--json"}, nowhere).out);
  EXPECT_EQ(doctor["vendor"]["usable"], false);
  EXPECT_NE(doctor["vendor"]["reason"].get<std::string>().find("/nowhere"), std::string::npos);
}

TEST_F(MissingLibrary, IsOneThatLacksARoutineToo) {
  const Outcome refused = run({"run", "study.yaml", "--numerics", "vendor"}, {{"KILOFOLD_LAPACK", "libm.so.6"}});
  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.err.find("libm.so.6 has no dpotrf_"), std::string::npos) << refused.err;
}

TEST_F(MissingLibrary, AWordThatIsNoFlavourIsRefusedWithTheNearestOne) {
  const Outcome refused = run({"run", "study.yaml", "--numerics", "vender"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.err.find("did you mean 'vendor'?"), std::string::npos) << refused.err;
}

}  // namespace
}  // namespace kilofold
