// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace kilofold::cli {

/// Refuse what is no CSV table by its name alone, and name the file that was probably meant. Errors: InputError
void check_table_path(const std::string& path);

/// The same for specs. Errors: InputError
void check_spec_path(const std::string& path);

/// The same for results: FILE.h5, or the FILE.h5.parts/ beside it. Errors: InputError
void check_results_path(const std::string& path);

/// Refuse a results file that could not be written, nor its parts beside it, for their names or folders alone.
/// Errors: InputError
void check_output_path(const std::string& path);

/// A path as it is typed in a shell: quoted where it has blanks or what a shell would read otherwise, never as an
/// option.
std::string shell_word(const std::string& path);

}  // namespace kilofold::cli
