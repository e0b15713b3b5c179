// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <hdf5.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <numeric>
#include <string>
#include <vector>

#include "store/cells.hpp"
#include "store/files.hpp"
#include "store/hdf5.hpp"
#include "store/packing.hpp"
#include "store/unpacked_chunks.hpp"
#include "study_fixture.hpp"

namespace kilofold::test {
namespace {

constexpr ModelId tree(0);
constexpr ModelId linear(1);
constexpr const char* tree_predictions = "models/DT/prediction";

using Bytes = std::vector<std::byte>;

std::vector<std::int64_t> range(std::int64_t begin, std::int64_t end) {
  std::vector<std::int64_t> trials(static_cast<std::size_t>(end - begin));
  std::iota(trials.begin(), trials.end(), begin);
  return trials;
}

void commit(const std::string& path, const StudyHeader& study, ModelId model, const std::vector<std::int64_t>& trials,
            const std::vector<std::int32_t>& seeds) {
  const CellBlock block = make_cells(study, model, trials, seeds);
  Store(path, study).commit({&block, 1});
}

/// A chunk as it lies in the file. Errors: FormatError where its filter mask says that a filter was left out.
Bytes chunk_bytes(const std::string& path, const std::string& dataset, std::int64_t first, std::int32_t seed) {
  const hdf5::Object file = hdf5::open_file(path);
  return hdf5::read_chunk(hdf5::open_dataset(file, dataset), hdf5::extent(first, seed, 0));
}

/// Have HDF5 compress all chunks of a dataset: by zlib, whose bytes for the same numbers are not those of libdeflate.
void compress_by_zlib(const std::string& path, const char* name) {
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  const hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
  const hid_t space = H5Dget_space(dataset);
  std::vector<double> numbers(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
  EXPECT_GE(H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers.data()), 0);
  EXPECT_GE(H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers.data()), 0);
  H5Sclose(space);
  H5Dclose(dataset);
  H5Fclose(file);
}

/// Give a part the name that its bytes now call for.
void rename_by_content(const std::string& part) {
  const std::string directory = std::filesystem::path(part).parent_path();
  std::filesystem::rename(part, directory + "/" + name_by_content("part", hash_file(part)));
}

TEST(Merge, CopiesTheBytesOfChunksThatOneFileAloneHas) {
  const ScratchDirectory scratch;
  const std::string path = scratch / "out.h5";
  const StudyHeader study = make_study();
  commit(path, study, tree, range(0, 70), {0});
  commit(path, study, tree, range(1, 70), {1});
  merge_parts(path);
  const Bytes by_libdeflate = chunk_bytes(path, tree_predictions, 0, 0);
  compress_by_zlib(path, tree_predictions);
  const Bytes first = chunk_bytes(path, tree_predictions, 0, 0), touched = chunk_bytes(path, tree_predictions, 0, 1);
  const Bytes last = chunk_bytes(path, tree_predictions, 64, 0);
  ASSERT_NE(first, by_libdeflate);

  commit(path, study, tree, {0}, {1});
  commit(path, study, linear, range(0, 3), {0, 1});
  merge_parts(path);

  EXPECT_EQ(chunk_bytes(path, tree_predictions, 0, 0), first);
  EXPECT_EQ(chunk_bytes(path, tree_predictions, 64, 0), last)
      << "a last chunk reaches past the last trial in both files";
  EXPECT_NE(chunk_bytes(path, tree_predictions, 0, 1), touched) << "two files have cells of it";
  EXPECT_EQ(count_right_cells(StudyReader(path), study), 146);
  EXPECT_EQ(payload_error(path), std::nullopt);
}

TEST(Merge, MakesAnewWhatLiesInOtherPlaces) {
  const ScratchDirectory scratch;
  const std::string path = scratch / "out.h5";
  const StudyHeader small = make_study({.trees = 200});
  const StudyHeader large = make_study({.trees = 200, .folds = {4, 3}});
  commit(path, small, tree, range(0, 200), {0, 1});
  merge_parts(path);

  Store(path, large).merge();  // trials 0 to 199 are 200 to 399 now: trial 256 was 56, within a chunk

  EXPECT_EQ(count_right_cells(StudyReader(path), large), 400);
  EXPECT_EQ(payload_error(path), std::nullopt);
  const CellBlock moved = make_cells(large, tree, range(256, 320), {1});
  EXPECT_EQ(chunk_bytes(path, tree_predictions, 256, 1), pack(moved.prediction, 1));
}

TEST(Merge, GivesTheSameChunksHoweverTheCellsWereDealt) {
  const ScratchDirectory scratch;
  const StudyHeader study = make_study({.trees = 200, .linears = 67});
  const std::string whole = scratch / "whole.h5", in_order = scratch / "order.h5", scattered = scratch / "scattered.h5";
  const std::vector<CellBlock> all = {make_all_cells(study, tree), make_all_cells(study, linear)};
  Store(whole, study).commit_last(all);

  for (const std::int64_t begin : {0, 90, 180})
    commit(in_order, study, tree, range(begin, std::min<std::int64_t>(begin + 90, 200)), {0, 1});
  commit(in_order, study, linear, range(0, 67), {1});
  commit(in_order, study, linear, range(0, 67), {0});
  merge_parts(in_order);
  for (const std::int64_t odd : {0, 1}) {
    std::vector<std::int64_t> trials = range(0, 200);
    std::erase_if(trials, [odd](std::int64_t trial) { return trial % 2 != odd; });
    commit(scattered, study, tree, trials, {0, 1});
    commit(scattered, study, linear, range(odd * 30, odd == 0 ? 30 : 67), {0, 1});
  }
  merge_parts(scattered);

  for (const std::string& path : {in_order, scattered}) {
    for (const std::string dataset : {tree_predictions, "models/OLS/prediction", "models/OLS/sd"}) {
      for (const std::int64_t first : {0, 64, 128, 192}) {
        for (const std::int32_t seed : {0, 1}) {
          if (first > 64 && dataset != tree_predictions) continue;
          const Bytes expected = chunk_bytes(whole, dataset, first, seed);
          EXPECT_FALSE(expected.empty());
          EXPECT_EQ(chunk_bytes(path, dataset, first, seed), expected) << path << dataset << first << " " << seed;
        }
      }
    }
    EXPECT_EQ(count_right_cells(StudyReader(path), study), 2 * 267);
  }
}

TEST(Chunks, OfFewTrialsAreEqualSoThatTheLastOneIsNotMostlyEmpty) {
  EXPECT_EQ(trials_a_chunk(0, 656), 1);
  EXPECT_EQ(trials_a_chunk(7, 656), 7);
  EXPECT_EQ(trials_a_chunk(80, 656), 80);
  EXPECT_EQ(trials_a_chunk(96, 656), 48);
  EXPECT_EQ(trials_a_chunk(130, 656), 65);
  EXPECT_EQ(trials_a_chunk(700, 656), 64) << "where trials may be added without moving those that are there";
  EXPECT_EQ(trials_a_chunk(80, 1 << 18), 4) << "8 MiB";
  for (std::int64_t n = 1; n < 5000; ++n) {
    const std::int64_t step = trials_a_chunk(n, 656), chunks = (n + step - 1) / step;
    ASSERT_LE(step, 95);
    ASSERT_LT(chunks * step - n, std::max<std::int64_t>(chunks, n / 10)) << n << " trials: missing ones at the end";
  }
}

TEST(Chunks, AreTheSameInPartsAndMergedFilesAndNamedThere) {
  const ScratchDirectory scratch;
  const std::string path = scratch / "out.h5";
  StudyHeader study = make_study({.trees = 80});
  study.models[0].chunk_trials = 0;
  commit(path, study, tree, range(0, 80), {0});
  commit(path, study, tree, range(10, 50), {1});

  const auto spans = [](const std::string& file) {
    const hdf5::Object model = hdf5::open_group(hdf5::open_file(file), "models/DT");
    EXPECT_EQ(hdf5::read_attribute(model, "chunk_trials"),
              std::to_string(hdf5::chunk_layout(hdf5::open_dataset(model, "prediction")).chunk[0]));
    return hdf5::read_attribute(model, "chunk_trials");
  };
  std::vector<std::string> of_parts;
  for (const std::string& part : parts_of(path)) of_parts.push_back(spans(part));
  std::ranges::sort(of_parts);
  EXPECT_EQ(of_parts, (std::vector<std::string>{"40", "80"})) << "as many as a part has, at most";
  merge_parts(path);
  EXPECT_EQ(spans(path), "80");
  EXPECT_EQ(payload_error(path), std::nullopt);
  EXPECT_EQ(count_right_cells(StudyReader(path), study), 120);
}

TEST(Part, HasTheMergedFilesChunksWhateverElseItHolds) {
  const ScratchDirectory scratch;
  const std::string path = scratch / "out.h5";
  const StudyHeader study = make_study({.trees = 200});
  commit(path, study, tree, range(50, 140), {0, 1});
  const std::string part = parts_of(path).front();

  const std::vector<std::string> ids = hdf5::read_strings(hdf5::open_file(part), "models/DT/trial");
  EXPECT_EQ(ids.size(), 90u);
  for (std::size_t row = 0; row < 64; ++row) EXPECT_EQ(ids[row], study.models[0].id[64 + row]);
  EXPECT_EQ(count_right_cells(StudyReader(path), study), 180);

  compress_by_zlib(part, tree_predictions);
  rename_by_content(part);
  const Bytes chunk = chunk_bytes(parts_of(path).front(), tree_predictions, 0, 1);
  merge_parts(path);
  EXPECT_EQ(chunk_bytes(path, tree_predictions, 64, 1), chunk);
  EXPECT_EQ(count_right_cells(StudyReader(path), study), 180);
}

/// A part keeps its name's hash here, so nothing but the chunk's own checksum can tell.
TEST(Merge, NoticesADamagedChunkThatItWouldCopy) {
  const ScratchDirectory scratch;
  const std::string path = scratch / "out.h5";
  const StudyHeader study = make_study();
  commit(path, study, tree, range(0, 70), {0, 1});
  const std::string part = parts_of(path).front();
  const Bytes chunk = chunk_bytes(part, tree_predictions, 0, 1);
  std::fstream file(part, std::ios::in | std::ios::out | std::ios::binary);
  const std::string content{std::istreambuf_iterator<char>(file), {}};
  const std::size_t at = content.find(std::string(reinterpret_cast<const char*>(chunk.data()), chunk.size()));
  ASSERT_NE(at, std::string::npos);
  file.seekp(static_cast<std::streamoff>(at + chunk.size() / 2));
  file.put(static_cast<char>(content[at + chunk.size() / 2] ^ 0x10));
  file.close();
  rename_by_content(part);

  try {
    merge_parts(path);
    FAIL();
  } catch (const MachineError& error) {
    EXPECT_NE(std::string(error.what()).find("a chunk's checksum is wrong"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find(parts_of(path).front()), std::string::npos) << error.what();
  }
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_EQ(parts_of(path).size(), 1u);
}

TEST(UnpackedChunks, AreUnpackedAgainOnlyOnceOthersTookTheirRoom) {
  UnpackedChunks chunks(30);
  int unpacked = 0;
  const auto ask = [&](std::int64_t first) {
    return chunks.chunk({"x", first, 0}, [&] {
      ++unpacked;
      return std::vector<double>(10, static_cast<double>(first));
    })[0];
  };

  for (const std::int64_t first : {0, 1, 2, 0, 1, 2}) EXPECT_EQ(ask(first), static_cast<double>(first));
  EXPECT_EQ(unpacked, 3);
  ask(3);
  for (const std::int64_t first : {1, 2, 3}) EXPECT_EQ(ask(first), static_cast<double>(first));
  EXPECT_EQ(unpacked, 4);
  EXPECT_EQ(ask(0), 0);
  EXPECT_EQ(unpacked, 5);
  EXPECT_EQ(chunks.chunk({"x", 4, 0}, [] { return std::vector<double>(100, 4.0); }).size(), 100u) << "alone too large";
}

}  // namespace
}  // namespace kilofold::test
