// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "kilofold/store.hpp"
#include "plan/device_advice.hpp"
#include "support/program.hpp"
#include "support/studies.hpp"

namespace kilofold {
namespace {

using testing::Folder;
using testing::make_data;
using testing::make_entry;
using testing::make_spec;
using testing::Outcome;
using Environment = std::vector<std::pair<std::string, std::string>>;

std::string study(const char* seeds, const char* models) {
  return std::string("spec: 1\nname: devices\ndata: {file: table.csv, features: [a, b, c], target: y}\n") +
         "cv: {folds: 5, seeds: {from: 0, to: " + seeds + "}}\nmodels:\n  - " + models + "\noutput: {file: out.h5}\n";
}

constexpr const char* a_tree = "{name: DT, model: tree, parameters: {max_depth: [1, 2, 3, none]}}";
constexpr const char* many_gps =
    "{name: GPR, model: gpr, parameters: {length_scale: {geomspace: [0.1, 10, 100]}, noise_variance: [0.01, 0.1]}}";

/// The program with a made-up module and driver in the place of CUDA's.
class DeviceChoice : public ::testing::Test {
 protected:
  DeviceChoice() {
    folder.write("table.csv", testing::small_table(240));
    folder.write("small.yaml", study("9", a_tree));
    folder.write("large.yaml", study("499", many_gps));
  }
  Outcome run(const std::vector<std::string>& arguments, Environment environment = {}) const {
    environment.insert(environment.begin(),
                       {{"KILOFOLD_MODULE_DIR", KILOFOLD_FAKE_CUDA}, {"LD_LIBRARY_PATH", KILOFOLD_FAKE_CUDA}});
    return testing::run_program(folder, arguments, environment);
  }
  std::string attribute(const std::string& name) const {
    return StudyReader((folder / "out.h5").string()).attribute(name);
  }

  const Folder folder;
  const Environment without_module = {{"KILOFOLD_MODULE_DIR", "/nowhere"}};
};

TEST_F(DeviceChoice, SmallStudiesStayOnTheCpuAndSayWhy) {
  const Outcome ran = run({"run", "small.yaml"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_NE(ran.err.find("device cpu: planned "), std::string::npos) << ran.err;
  EXPECT_NE(ran.err.find(" on one core; a GPU pays from 8 s on\n"), std::string::npos) << ran.err;
  EXPECT_EQ(attribute("device"), "cpu");
  EXPECT_NE(attribute("device_reason").find("a GPU pays from 8 s on"), std::string::npos);
}

TEST_F(DeviceChoice, PlanTellsWhatAutoTakes) {
  EXPECT_NE(run({"plan", "small.yaml"}).out.find("\ndevice auto takes: cpu; planned "), std::string::npos);
  const std::string large = run({"plan", "large.yaml"}).out;
  EXPECT_NE(large.find("\ndevice auto takes: cuda:0; planned "), std::string::npos) << large;
  EXPECT_NE(large.find(" on a GPU (cuda cost table 3)\n"), std::string::npos) << large;
  const std::string json = run({"plan", "large.yaml", "--json"}).out;
  EXPECT_NE(json.find("\"asked\": \"auto\""), std::string::npos) << json;
  EXPECT_NE(json.find("\"takes\": \"cuda:0\""), std::string::npos) << json;
}

TEST_F(DeviceChoice, APlanForADeviceThatIsNotThereIsTheOneThatRunsWhereItIs) {
  const auto hash = [](const std::string& plan) { return plan.substr(plan.find("\nplan ") + 1, 21); };
  const std::string there = run({"plan", "large.yaml"}).out;
  const Outcome elsewhere = run({"plan", "large.yaml", "--device", "cuda"}, without_module);
  EXPECT_EQ(elsewhere.code, 0) << elsewhere.err;
  EXPECT_EQ(hash(elsewhere.out), hash(there));
  EXPECT_NE(hash(elsewhere.out), hash(run({"plan", "large.yaml", "--device", "cpu"}).out));
  EXPECT_NE(elsewhere.out.find("\ndevice cuda:0; asked for; no GPU was looked for\n"), std::string::npos)
      << elsewhere.out;
  EXPECT_NE(elsewhere.err.find("next: kilofold plan --explain --device cuda large.yaml"), std::string::npos)
      << elsewhere.err;

  folder.write("asks.yaml", study("99", "{name: GP, model: gpr}") + "run: {device: cuda}\n");
  EXPECT_NE(run({"plan", "asks.yaml"}, without_module).out.find("\ndevice cuda:0; asked for"), std::string::npos);
}

constexpr const char* eight_noises =
    "{name: GPR, model: gpr, parameters: {length_scale: [1], noise_variance: {geomspace: [1.0e-4, 1, 8]}}}";

TEST_F(DeviceChoice, RulesAreThoseOfTheDevicesOwnCostTable) {
  folder.write("noises.yaml", study("1", eight_noises));
  ASSERT_EQ(run({"run", "noises.yaml", "--device", "cpu"}).code, 0);
  EXPECT_EQ(attribute("rules"), "fired: noise_shift; off: none");
  ASSERT_EQ(run({"run", "noises.yaml", "--device", "cuda", "--fresh", "-v"}).code, 0);
  EXPECT_EQ(attribute("rules"), "priced for cuda; fired: band_shift; off: none");
  EXPECT_EQ(run({"reproduce", "out.h5"}).code, 0) << "by the plan of the file";
}

TEST_F(DeviceChoice, ResultsGoOnWithThePlanTheyBeganWithWhateverTheDevice) {
  folder.write("noises.yaml", study("1", eight_noises));
  ASSERT_EQ(run({"run", "noises.yaml", "--device", "cuda", "--limit", "8", "--batch", "1"}).code, 75);
  const Outcome resumed = run({"run", "noises.yaml", "--device", "cpu"}, without_module);
  EXPECT_EQ(resumed.code, 0) << resumed.err;
  EXPECT_EQ(attribute("rules"), "priced for cuda; fired: band_shift; off: none");

  folder.write("noises.yaml", study("2", eight_noises));  // and when the study grows
  const Outcome grown = run({"run", "noises.yaml"}, without_module);
  EXPECT_EQ(grown.code, 0) << grown.err;
  EXPECT_EQ(run({"reproduce", "out.h5"}).code, 0);
}

TEST_F(DeviceChoice, AFailedProbeIsAReasonThatIsKept) {
  const Outcome ran = run({"run", "large.yaml", "--limit", "1", "--batch", "1", "-j", "1"},
                          {{"KILOFOLD_FAKE_REFUSAL", "it is asleep"}});
  ASSERT_EQ(ran.code, 75) << ran.err;
  EXPECT_NE(ran.err.find("but cuda: it is asleep\n"), std::string::npos) << ran.err;
  EXPECT_EQ(attribute("device"), "cpu");
  EXPECT_NE(attribute("device_reason").find("but cuda: it is asleep"), std::string::npos);

  const Outcome resumed = run({"run", "large.yaml", "--limit", "1", "--batch", "1", "-j", "1"});
  EXPECT_NE(resumed.err.find("device cpu, as these results began: planned "), std::string::npos) << resumed.err;
  EXPECT_NE(resumed.err.find("but cuda: it is asleep\n"), std::string::npos) << resumed.err;
  EXPECT_NE(attribute("device_reason").find("but cuda: it is asleep"), std::string::npos);
}

TEST_F(DeviceChoice, AnOpThatTheModuleLacksIsAReason) {
  folder.write("trees.yaml", study("9999", "{name: RF, model: forest, parameters: {n_estimators: [100]}}"));
  const Outcome planned = run({"plan", "trees.yaml"}, {{"KILOFOLD_FAKE_TREES", "0"}});
  EXPECT_NE(planned.out.find("but cuda: the cuda backend has no grow_trees yet\n"), std::string::npos) << planned.out;
  const Outcome refused = run({"run", "small.yaml", "--device", "cuda"}, {{"KILOFOLD_FAKE_TREES", "0"}});
  EXPECT_EQ(refused.code, 2);
}

TEST_F(DeviceChoice, APlanThatNoGpuCouldRunGivesNoGpusSeconds) {
  folder.write("trees.yaml", study("9999", "{name: RF, model: forest, parameters: {n_estimators: [100]}}"));
  const std::string asked = run({"plan", "trees.yaml", "--device", "cuda"}, without_module).out;
  EXPECT_EQ(asked.find("one GPU"), std::string::npos) << asked;
  EXPECT_NE(asked.find("\ndevice cpu; the cuda backend has no grow_trees yet, so that run refuses --device cuda\n"),
            std::string::npos)
      << asked;
  const std::string automatic = run({"plan", "trees.yaml"}, without_module).out;
  EXPECT_EQ(automatic.find(" on a GPU"), std::string::npos) << automatic;
  EXPECT_NE(automatic.find(" on one core, but cuda: the cuda backend has no grow_trees yet\n"), std::string::npos)
      << automatic;
}

TEST_F(DeviceChoice, AutoLeavesOutABackendThatNoGpuHasAccepted) {
  const Environment not_accepted = {{"KILOFOLD_FAKE_ACCEPTED", "0"}};
  const std::string planned = run({"plan", "large.yaml"}, not_accepted).out;
  EXPECT_NE(planned.find("\ndevice auto takes: cpu; planned "), std::string::npos) << planned;
  EXPECT_NE(planned.find("has not passed its acceptance on a GPU yet (docs/gpu.md)"), std::string::npos) << planned;

  const Outcome asked_for = run({"run", "small.yaml", "--device", "cuda"}, not_accepted);
  EXPECT_EQ(asked_for.code, 0) << asked_for.err;
  EXPECT_EQ(attribute("device"), "cuda:0");
}

TEST_F(DeviceChoice, AutoStaysWithTheDeviceOnWhichTheResultsBegan) {
  ASSERT_EQ(run({"run", "small.yaml", "--device", "cuda:1", "--limit", "4", "--batch", "1"}).code, 75);
  EXPECT_EQ(attribute("device"), "cuda:1");
  EXPECT_EQ(attribute("device_name"), "no GPU: a fake one on the CPU, device 1");

  const Outcome resumed = run({"run", "small.yaml", "--limit", "4", "--batch", "1"});
  EXPECT_NE(resumed.err.find("device cuda:1, as these results began: asked for\n"), std::string::npos) << resumed.err;
  const Outcome elsewhere = run({"run", "small.yaml"}, without_module);
  EXPECT_EQ(elsewhere.code, 0);
  EXPECT_NE(elsewhere.err.find("device cpu: these results began on cuda:1, but here: no libkilofold_cuda.so"),
            std::string::npos)
      << elsewhere.err;
  const Outcome anew = run({"run", "small.yaml", "--fresh"});
  EXPECT_NE(anew.err.find("device cpu: planned "), std::string::npos) << anew.err;
}

TEST_F(DeviceChoice, ADeviceThatIsNotThereIsAUsageErrorWithAHint) {
  for (const char* device : {"cuda:7", "cuda:999"}) {
    const Outcome refused = run({"run", "small.yaml", "--device", device});
    EXPECT_EQ(refused.code, 2);
    EXPECT_NE(refused.err.find(std::string("device ") + device + " cannot run here: there is no device "),
              std::string::npos)
        << refused.err;
    EXPECT_NE(refused.err.find("= help: use --device auto or --device cpu"), std::string::npos) << refused.err;
  }
  for (const char* text : {"cuda:", "cuda:x", "cuda:1000", "cuda:-1", "CUDA"}) {
    EXPECT_EQ(run({"run", "small.yaml", "--device", text}).code, 2) << text;
    EXPECT_EQ(run({"run", "small.yaml"}, {{"KILOFOLD_DEVICE", text}}).code, 2) << text;
  }
  EXPECT_EQ(run({"run", "small.yaml"}, {{"KILOFOLD_DEVICE", "cuda:7"}}).code, 2);
  EXPECT_FALSE(std::filesystem::exists(folder / "out.h5"));
}

TEST_F(DeviceChoice, AFlavourThatTheModuleLacksIsAReason) {
  const Outcome refused = run({"run", "small.yaml", "--device", "cuda", "--numerics", "vendor"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.err.find("device cuda cannot run here: the cuda backend has no flavour vendor yet\n"),
            std::string::npos)
      << refused.err;

  const Outcome ran =
      run({"run", "small.yaml", "--device", "cuda", "--numerics", "vendor"}, {{"KILOFOLD_FAKE_VENDOR", "1"}});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(attribute("numerics_library"), "a made-up library");
  EXPECT_EQ(attribute("device"), "cuda:0");
}

TEST_F(DeviceChoice, TheFileIsTheCpusBitForBit) {
  ASSERT_EQ(run({"run", "small.yaml", "-q", "--device", "cpu", "-o", "cpu.h5"}).code, 0);
  ASSERT_EQ(run({"run", "small.yaml", "-q", "--device", "cuda"}).code, 0);
  EXPECT_EQ(testing::differing_stored_cells((folder / "out.h5").string(), (folder / "cpu.h5").string()), 0);
  EXPECT_EQ(run({"reproduce", "out.h5"}).code, 0);
}

TEST_F(DeviceChoice, ALostDeviceExits4AndTheSameCommandGoesOn) {
  folder.write("both.yaml", study("9", (std::string(a_tree) + "\n  - {name: LR, model: linear}").c_str()));
  const Outcome lost = run({"run", "both.yaml", "--device", "cuda"}, {{"KILOFOLD_FAKE_FAILING_OP", "4"}});
  EXPECT_EQ(lost.code, 4);
  EXPECT_NE(lost.err.find("the fake device fails at op 4"), std::string::npos) << lost.err;
  EXPECT_NE(lost.err.find("what was committed is safe: once the cause is gone, the same command goes on from there\n"),
            std::string::npos);
  EXPECT_EQ(StudyReader((folder / "out.h5").string()).n_committed(), 40) << "the trees were whole";

  ASSERT_EQ(run({"run", "both.yaml", "--device", "cuda"}).code, 0);
  ASSERT_EQ(run({"run", "both.yaml", "-q", "--device", "cpu", "-o", "cpu.h5"}).code, 0);
  EXPECT_EQ(testing::differing_stored_cells((folder / "out.h5").string(), (folder / "cpu.h5").string()), 0);
}

TEST(Advice, DependsOnThePlanAlone) {
  const Dataset data = make_data(500, 3, 1);
  Spec spec = make_spec(data);
  spec.models = {make_entry("GPR", "gpr", {{"length_scale", {0.5, 1}}})};
  const auto plan_for = [&](PricedFor machine) {
    return make_plan(lower(spec, data), all_rules(), {true, {}, machine});
  };
  const auto advise = [](const Plan& for_cpu, const Plan& for_cuda) {
    return advise_device(for_cpu, [&]() -> const Plan& { return for_cuda; });
  };
  const Plan small = plan_for(PricedFor::cpu), small_on_gpu = plan_for(PricedFor::cuda);
  EXPECT_FALSE(advise(small, small_on_gpu).cuda);
  EXPECT_GE(cuda_seconds(small_on_gpu), small.seconds) << "opening a GPU takes longer than such a study";

  for (std::int64_t seed = 2; seed < 4000; ++seed) spec.cv.seeds.push_back(seed);
  const Plan large = plan_for(PricedFor::cpu), large_on_gpu = plan_for(PricedFor::cuda);
  EXPECT_GE(large.seconds, least_cuda_seconds);
  EXPECT_TRUE(advise(large, large_on_gpu).cuda) << advise(large, large_on_gpu).reason;
  EXPECT_LT(cuda_seconds(large_on_gpu), large.seconds);
}

}  // namespace
}  // namespace kilofold
