// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <ctime>
#include <sstream>

#include "spec/schemas.hpp"
#include "support/sanitizer.hpp"

namespace kilofold {
namespace {

const std::string study = "spec: 1\nname: s\ndata: {file: d.csv, features: [a], target: y}\n";

std::vector<Problem> problems_of(const std::string& text) {
  try {
    parse_spec(text, "s.yaml", test::schemas_with_kernel_methods());
  } catch (const InputError& error) {
    return error.problems();
  }
  return {};
}

std::string repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

/// Lists that hold the list before them so many times each: aliases of aliases, all in short lines.
std::string alias_tower(int height, int copies) {
  std::ostringstream text;
  text << "a0: &a0 [x]\n";
  for (int i = 1; i < height; ++i) {
    text << 'a' << i << ": &a" << i << " [";
    for (int copy = 0; copy < copies; ++copy) text << "*a" << i - 1 << ", ";
    text << "]\n";
  }
  return text.str();
}

/// A refusal takes less than this of the process, whatever else the machine does meanwhile.
constexpr double most_seconds = testing::slowdown;

double process_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

TEST(HostileText, IsRefusedFastAndInLittleMemory) {
  const std::string axes =
      "{kernel: rbf, C: {geomspace: [1, 10, 100000]}, share: {linspace: [0, 1, 100000]}, "
      "signed: {linspace: [0, 1, 100000]}}";
  const std::vector<std::pair<std::string, std::string>> rows = {
      {repeated("[", 100'000), "nested deeper than 32"},
      {repeated("{a: ", 100'000), "nested deeper than 32"},
      {repeated("- ", 100'000), "nested deeper than 32"},
      {alias_tower(10, 10), "more than 100000 values, aliases counted at every use"},
      {alias_tower(400, 1), "nested deeper than 32 through aliases"},
      {"a: [" + repeated("1,", 200'000) + "]", "more than 100000 values, aliases counted at every use"},
      {repeated("x", (1 << 20) + 1), "the text has 1048577 bytes, more than 1048576"},
      {study + "models: [{model: tree}]\ncv: {seeds: {from: 0, to: 4.0e9}}\n",
       "cv.seeds: 4000000001 values; all axes of a study together may have 1000000"},
      {study + "models: [{model: svr, parameters: {C: {from: 1, to: 1000}, gamma: {from: 1, to: 1000}, epsilon: " +
           "{from: 1, to: 1000}, degree: {from: 1, to: 1000}}}]\n",
       "the grid of 'svr' has 1,000,000,000,000 trials; one entry may have 10,000,000"},
      {study + "models: [{model: gpr, parameters: {length_scale: {ard: {linspace: [1, 2, 900000]}}, noise_variance: " +
           "{linspace: [0, 1, 900000]}}}]\n",
       "length_scale: 900000 values; all axes of a study together may have 1000000"},
      {study + "models: [{model: svr, method: random, trials: 1.0e+7, parameters: {C: {min: 1, max: 2, distribution: " +
           "uniform}}}]\n",
       "random search: 10000000 trials; all axes of a study together may have 1000000 values"},
      {study + "models: [{model: wide, parameters: " + axes + "}]\n",
       "the grid of 'wide' has 1,000,000,000,000,000 trials; one entry may have 10,000,000"},
  };
  for (const auto& [text, message] : rows) {
    const double begin = process_seconds();
    const auto problems = problems_of(text);
    const double seconds = process_seconds() - begin;

    ASSERT_FALSE(problems.empty()) << message;
    EXPECT_EQ(problems[0].message, message);
    EXPECT_LT(seconds, most_seconds) << message;
  }
#ifndef __SANITIZE_ADDRESS__  // the sanitizer keeps what is freed for a while
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  EXPECT_LT(usage.ru_maxrss, 100 * 1024) << "kB";
#endif
}

TEST(HostileText, OfManyProblemsOnOneLongLineStaysFast) {
  const double begin = process_seconds();
  const auto problems = problems_of("{" + repeated("a: 1, ", 30'000) + "}");
  const double seconds = process_seconds() - begin;

  EXPECT_EQ(problems.size(), 101u);
  EXPECT_LT(seconds, most_seconds);
}

}  // namespace
}  // namespace kilofold
