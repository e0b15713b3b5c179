// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cli/options.hpp"

/// How the values of options are read. Each returns nothing, or says what was expected.
namespace kilofold::cli {

/// Seconds of "90", "45s", "3h55m", "2d": numbers with d, h, m or s, the largest unit first; and of Slurm's "03:55:00"
/// and "1-00:00:00". Nothing when it is none.
std::optional<double> read_duration(std::string_view text);

std::string read_count(const std::string& text, std::int64_t smallest, std::int64_t largest, std::int64_t& value);
std::string read_threads(const std::string& text, Options& options);
std::string read_time_limit(const std::string& text, Options& options);
std::string read_shard(const std::string& text, Options& options);
std::string read_override(const std::string& text, Options& options);
std::string read_rope(const std::string& text, Options& options);
std::string read_rule(const std::string& text, Options& options);
std::string read_device(const std::string& text, Options& options);
std::string read_numerics(const std::string& text, Options& options);
std::string read_color(const std::string& text, Options& options);
std::string read_shell(const std::string& text, Options& options);

}  // namespace kilofold::cli
