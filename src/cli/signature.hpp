// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <string>

#include "cli/options.hpp"

namespace CLI {
class App;
}

namespace kilofold::cli {

enum class Need { required, optional };

/// Reads one value into the options; empty when good, else what was expected.
using Read = std::function<std::string(const std::string& text, Options& options)>;

/// Declares what a verb takes, in the order in which help lists it. `names` is "-o,--output" or "--output"; `value`
/// what its value stands for, "a|b|c" where it is one of those words; `environment` a variable that sets it too.
class Signature {
 public:
  Signature(CLI::App& verb, Options& options) : verb_(verb), options_(options) {}

  /// A word without dashes in front of it.
  void word(const std::string& name, const std::string& help, std::string& text, Need need = Need::required);
  void word(const std::string& name, const std::string& value, const std::string& help, const Read& read);

  void flag(const std::string& names, const std::string& help, bool& given);
  /// Free text; where it is given twice, the last counts.
  void text(const std::string& names, const std::string& value, const std::string& help, std::string& text);
  /// A value with a reader of its own, see values.hpp. `help` ends with "may be repeated" where it may.
  void value(const std::string& names, const std::string& value, const std::string& help, const Read& read,
             const std::string& environment = "");
  /// A whole number from 1.
  template <class Integer>
  void count(const std::string& names, const std::string& help, Integer& number,
             std::int64_t largest = std::numeric_limits<Integer>::max(), const std::string& environment = "");
  /// Two options that do not go together; `hint` says what to do instead.
  void exclude(const std::string& one, const std::string& other, const std::string& hint);

  void spec();                            ///< SPEC, --set
  void threads(const std::string& help);  ///< -j
  void numerics();                        ///< --numerics
  void switches();                        ///< --no-rule, --no-sharing
  void results();                         ///< FILE
  void json(const std::string& help);     ///< --json
  void color();                           ///< --color

  /// Where the values go.
  Options& options() { return options_; }

 private:
  void number(const std::string& names, const std::string& help, std::int64_t largest, const std::string& environment,
              std::function<void(std::int64_t)> assign);

  CLI::App& verb_;
  Options& options_;
};

template <class Integer>
void Signature::count(const std::string& names, const std::string& help, Integer& number_read, std::int64_t largest,
                      const std::string& environment) {
  number(names, help, largest, environment,
         [&number_read](std::int64_t read) { number_read = static_cast<Integer>(read); });
}

}  // namespace kilofold::cli
