// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "cells.hpp"
#include "hdf5.hpp"
#include "kilofold/store.hpp"

/// Where everything lies in a file (docs/store.md has the table). Parts, study headers and merged files share one
/// layout.
namespace kilofold {

/// What a file is for. A `header` names every trial and holds no cell; a `part` holds cells and only their trials and
/// seeds, without the features; a `merged` file holds everything.
enum class FileKind { merged, header, part };

/// What a file of this kind holds of a study's header: what read_header returns of it.
StudyHeader as_stored(const StudyHeader& study, FileKind kind);

/// Write what as_stored gave and create the (empty) cell datasets. Returns one table a model entry.
std::vector<CellTable> write_header(const hdf5::Object& file, const StudyHeader& stored);

/// Read what write_header wrote; `provenance` has all root attributes.
StudyHeader read_header(const hdf5::Object& file);

/// Fold everything that read_header returns into a payload hash.
void add_header(Hasher& hasher, const StudyHeader& study);

/// The dimensions of feature scores.
struct FeatureScoreScales {
  hdf5::Scale& seed;
  hdf5::Scale& fold;
  hdf5::Scale& feature;
};
/// Write /importance; nothing where the study has no scores.
void write_feature_scores(const hdf5::Object& file, const StudyHeader& study, const FeatureScoreScales& scales);
std::vector<FeatureScoreTable> read_feature_scores(const hdf5::Object& file);

hdf5::Object open_model(const hdf5::Object& file, const std::string& model_name);

inline constexpr const char* format_name = "kilofold-1";
inline constexpr const char* payload_attribute = "payload";

}  // namespace kilofold
