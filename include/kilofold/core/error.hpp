// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

namespace kilofold {

/// Where in a user's file a problem sits. Lines and columns count from 1; 0 = unknown.
struct Place {
  std::string file;
  int line = 0;
  int column = 0;
};

/// One mistake in a user's input, with all that a person needs to mend it.
///
/// Printed as `file:line:column: message`, the line with a caret under it, the reason, and `help: hint`.
struct Problem {
  Place place;
  std::string message;  ///< what is wrong, quoting the text
  std::string reason;   ///< why it is wrong; may be empty
  std::string hint;     ///< what to write instead; may be empty
  std::string excerpt;  ///< the offending line as it stands in the file; may be empty
  int width = 1;        ///< how many characters the carets underline
};

/// Every problem found in one go, as the terminal shows them.
std::string format(const std::vector<Problem>& problems);

/// The user's mistake (exit 2): spec, data or command line. Thrown once, with every problem found.
class InputError : public std::runtime_error {
 public:
  explicit InputError(std::vector<Problem> problems);
  /// A single problem without a place, such as one on the command line.
  InputError(std::string message, std::string hint);

  const std::vector<Problem>& problems() const { return problems_; }

 private:
  std::vector<Problem> problems_;
};

/// The machine failed (exit 4): disk, memory or device. What is committed stays committed.
class MachineError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A broken contract inside kilofold (exit 1): our bug, never the user's.
class Bug : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

[[noreturn]] void throw_bug(const char* role, const char* condition, const char* file, int line);

}  // namespace kilofold

// Contracts stay on in release builds: none of them sits in an inner loop, and a wrong number costs more than a branch.
#define KILOFOLD_CHECK_(role, ...) \
  ((__VA_ARGS__) ? static_cast<void>(0) : ::kilofold::throw_bug(role, #__VA_ARGS__, __FILE__, __LINE__))
#define KILOFOLD_EXPECT(...) KILOFOLD_CHECK_("precondition", __VA_ARGS__)
#define KILOFOLD_ASSERT(...) KILOFOLD_CHECK_("invariant", __VA_ARGS__)
#define KILOFOLD_ENSURE(...) KILOFOLD_CHECK_("postcondition", __VA_ARGS__)
