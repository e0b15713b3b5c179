// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <thread>

#include "kilofold/core/text.hpp"
#include "support/program.hpp"
#include "support/sanitizer.hpp"

namespace kilofold {
namespace {

using testing::Folder;
using testing::run_program;
using testing::start;
using testing::wait_for;

std::int64_t env_number(const char* name, std::int64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::atoll(text);
}

/// A study of about two seconds on one core, checkpointed every 50 ms; of more under the sanitizers, with fewer seeds.
std::string long_study() {
  return R"(spec: 1
name: long
data: {file: table.csv, features: [a, b, c], target: y}
cv: {folds: 5, seeds: {from: 0, to: )" +
         std::to_string(testing::slowdown == 1 ? 399 : 99) + R"(}}
models:
  - {name: Ridge, model: linear, parameters: {alpha: {geomspace: [0.01, 100, 5]}}}
  - {name: DT, model: tree, parameters: {max_depth: [1, 2, 3, 5, 8, 13, none], min_samples_leaf: [1, 2, 4]}}
output: {file: long.h5}
run: {checkpoint: 0.05}
)";
}

/// Wait until the first part is committed: the run is under way, however slow the machine.
void wait_for_a_part(const std::filesystem::path& directory) {
  for (int tries = 0; tries < 3000; ++tries) {
    std::error_code none_yet;
    for (const auto& entry : std::filesystem::directory_iterator(directory, none_yet))
      if (entry.path().filename().string().starts_with("part-")) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  FAIL() << "no part within 30 s";
}

/// Kill the run `kills` times at random moments of its life, then let it finish.
void kill_and_finish(const Folder& folder, int kills, std::mt19937& random) {
  int killed = 0;
  for (int attempt = 0; killed < kills && attempt < 20 * kills; ++attempt) {
    const pid_t child = start(folder, {"run", "study.yaml", "-o", "killed.h5", "-q", "--batch", "3"});
    std::this_thread::sleep_for(std::chrono::milliseconds((20 + random() % 180) * (testing::slowdown == 1 ? 1 : 4)));
    kill(child, SIGKILL);
    const int code = wait_for(child);
    if (code == 0) std::filesystem::remove(folder / "killed.h5");  // it won the race: start over
    killed += code == 1000 + SIGKILL ? 1 : 0;
  }
  ASSERT_EQ(killed, kills);
  const testing::Outcome last = run_program(folder, {"run", "study.yaml", "-o", "killed.h5", "-q"});
  ASSERT_EQ(last.code, 0) << last.err;
}

TEST(KillAndResume, TenRandomKillsGiveTheUninterruptedRunsBits) {
  const auto seed = static_cast<std::uint32_t>(env_number("KILOFOLD_KILL_SEED", std::random_device()()));
  const auto kills = static_cast<int>(env_number("KILOFOLD_KILLS", 10));
  SCOPED_TRACE("KILOFOLD_KILL_SEED=" + std::to_string(seed));
  std::mt19937 random(seed);
  const Folder folder;
  folder.write("table.csv", testing::small_table(240));
  folder.write("study.yaml", long_study());
  const testing::Outcome whole = run_program(folder, {"run", "study.yaml", "-o", "whole.h5", "-q"});
  ASSERT_EQ(whole.code, 0) << whole.err;

  kill_and_finish(folder, kills, random);

  EXPECT_EQ(testing::differing_stored_cells((folder / "whole.h5").string(), (folder / "killed.h5").string()), 0);
  EXPECT_FALSE(std::filesystem::exists(folder / "killed.h5.parts")) << "parts go once merged";
}

TEST(KillAndResume, InterruptSavesStateExits75AndGoesOn) {
  const Folder folder;
  folder.write("table.csv", testing::small_table(240));
  folder.write("study.yaml", long_study());
  const pid_t child = start(folder, {"run", "study.yaml", "--batch", "3", "-j", "1"});
  wait_for_a_part(folder / "long.h5.parts");
  kill(child, SIGINT);
  const auto asked = std::chrono::steady_clock::now();
  ASSERT_EQ(wait_for(child), 75) << testing::read_text(folder / "err");
  EXPECT_LT(std::chrono::steady_clock::now() - asked, std::chrono::seconds(5 * testing::slowdown));
  const std::int64_t saved = StudyReader((folder / "long.h5").string()).n_committed();
  EXPECT_GT(saved, 0);
  EXPECT_EQ(run_program(folder, {"status", "long.h5"}).code, 75);

  const testing::Outcome rest = run_program(folder, {"run", "study.yaml"});

  ASSERT_EQ(rest.code, 0) << rest.err;
  EXPECT_NE(rest.err.find(grouped(saved) + " of "), std::string::npos) << rest.err;
  EXPECT_EQ(run_program(folder, {"status", "long.h5"}).code, 0);
}

}  // namespace
}  // namespace kilofold
