// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>

#include "cli/exit_codes.hpp"
#include "cli/table.hpp"
#include "cli/values.hpp"
#include "cli/verbs.hpp"

namespace kilofold::cli {
namespace {

/// Both names of an option, joined: "-o|--output".
std::string names_of(const Argument& option, const char* separator) {
  return option.short_name.empty() ? option.long_name : option.short_name + separator + option.long_name;
}

/// A text in single quotes for a shell; `quote` stands for a quote within.
std::string quoted(const std::string& text, const std::string& quote) {
  std::string shell = "'";
  for (const char c : text) shell += c == '\'' ? quote : std::string(1, c);
  return shell + "'";
}

std::string verb_words(const std::vector<Command>& verbs, const char* separator) {
  std::vector<std::string> names;
  for (const Command& verb : verbs) names.push_back(verb.name);
  return fmt::format("{}", fmt::join(names, separator));
}

/// The bash command that completes one value; empty where nothing can be said of it.
std::string bash_value(const Argument& argument) {
  if (const auto words = argument.choices(); !words.empty())
    return fmt::format("_kilofold_words '{}'", fmt::join(words, " "));
  if (const auto endings = argument.file_endings(); !endings.empty())
    return fmt::format("_kilofold_files {}", fmt::join(endings, " "));
  return argument.names_folder() ? "_kilofold_files" : "";
}

std::string bash_options(const Command& command) {
  std::vector<std::string> words;
  for (const Argument& option : command.options) words.push_back(names_of(option, " "));
  return fmt::format("{}", fmt::join(words, " "));
}

constexpr const char* bash_functions = R"(# Each replies with what fits the word under the cursor.
_kilofold_words() { mapfile -t COMPREPLY < <(compgen -W "$1" -- "${COMP_WORDS[COMP_CWORD]}"); }

# Folders, and files with the endings given.
_kilofold_files() {
  local ending word=${COMP_WORDS[COMP_CWORD]}
  mapfile -t COMPREPLY < <(
    compgen -d -- "$word"
    for ending in "$@"; do compgen -f -X "!*.$ending" -- "$word"; done
  )
  compopt -o filenames 2>/dev/null
}
)";

std::string bash_script(const Command& program, const std::vector<Command>& verbs) {
  std::string values;
  std::string words;
  for (const Command& verb : verbs) {
    for (const Argument& option : verb.options)
      if (!option.value.empty())
        values += fmt::format("    {}) {}; return ;;\n",
                              option.short_name.empty()
                                  ? fmt::format("{}:{}", verb.name, option.long_name)
                                  : fmt::format("{0}:{1} | {0}:{2}", verb.name, option.short_name, option.long_name),
                              bash_value(option).empty() ? ":" : bash_value(option));
    std::string positional;
    for (const Argument& each : verb.positionals)
      if (positional.empty()) positional = bash_value(each);
    words += fmt::format("    {}:-*) _kilofold_words '{}' ;;\n    {}:*) {} ;;\n", verb.name, bash_options(verb),
                         verb.name, positional.empty() ? ":" : positional);
  }
  return fmt::format(R"(# Completion of kilofold for bash, by `kilofold completion bash`.
{functions}
_kilofold() {{
  local verb='' word
  local word_before=${{COMP_WORDS[COMP_CWORD - 1]}}
  [[ $word_before == '=' ]] && word_before=${{COMP_WORDS[COMP_CWORD - 2]}} # --option=value is three words to bash
  COMPREPLY=()
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case $word in {verbs}) verb=$word && break ;; esac
  done
  case $verb:$word_before in
    :--color) _kilofold_words 'auto always never'; return ;;
{values}  esac
  case $verb:${{COMP_WORDS[COMP_CWORD]}} in
    :-*) _kilofold_words '{options}' ;;
    :*) _kilofold_words '{words}' ;;
{cases}  esac
}}
complete -F _kilofold kilofold
)",
                     fmt::arg("functions", bash_functions), fmt::arg("verbs", verb_words(verbs, " | ")),
                     fmt::arg("values", values), fmt::arg("options", bash_options(program)),
                     fmt::arg("words", verb_words(verbs, " ")), fmt::arg("cases", words));
}

/// A help text within zsh's brackets, where colons and brackets mean something.
std::string zsh_escaped(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string zsh_value(const Argument& argument) {
  if (const auto words = argument.choices(); !words.empty()) return fmt::format("({})", fmt::join(words, " "));
  if (const auto endings = argument.file_endings(); endings.size() == 1)
    return fmt::format("_files -g \"*.{}\"", endings.front());  // parentheses around one word would be a qualifier
  else if (!endings.empty())
    return fmt::format("_files -g \"*.({})\"", fmt::join(endings, "|"));
  return argument.names_folder() ? "_files -/" : " ";
}

std::string zsh_option(const Argument& option) {
  std::string spec = fmt::format("[{}]", zsh_escaped(option.help));
  const bool takes_value = !option.value.empty();  // which may stand in the same word: --output=FILE, -oFILE
  const std::string long_name = option.long_name + (takes_value ? "=" : "");
  const std::string short_name = option.short_name + (takes_value ? "+" : "");
  if (takes_value) spec += fmt::format(":{}:{}", zsh_escaped(option.value), zsh_value(option));
  const std::string text = quoted(spec, "'\\''");
  const std::string excluded = option.repeatable ? "*" : fmt::format("({})", names_of(option, " "));
  if (option.short_name.empty()) return fmt::format("'{}'{}{}", excluded, long_name, text);
  return fmt::format("'{}'{{{},{}}}{}", excluded, short_name, long_name, text);
}

std::string zsh_arguments(const Command& command) {
  std::string lines;
  for (const Argument& option : command.options) lines += fmt::format(" \\\n        {}", zsh_option(option));
  for (const Argument& each : command.positionals)
    lines += fmt::format(
        " \\\n        {}",
        quoted(fmt::format("{}{}:{}", each.required ? ":" : "::", each.long_name, zsh_value(each)), "'\\''"));
  return lines;
}

std::string zsh_script(const Command& program, const std::vector<Command>& verbs) {
  std::string list;
  std::string cases;
  for (const Command& verb : verbs) {
    list += fmt::format("    {}\n", quoted(verb.name + ":" + zsh_escaped(verb.help), "'\\''"));
    cases += fmt::format("    {})\n      _arguments -s{}\n      ;;\n", verb.name, zsh_arguments(verb));
  }
  return fmt::format(R"(#compdef kilofold
# Completion of kilofold for zsh, by `kilofold completion zsh`.
_kilofold() {{
  local context state state_descr line
  local -A opt_args
  local -a verbs=(
{list}  )
  _arguments -C{options} \
        '1: :->verb' '*:: :->rest' && return
  if [[ $state == verb ]]; then
    _describe verb verbs
    return
  fi
  case $line[1] in
{cases}  esac
}}
if [[ $funcstack[1] == _kilofold ]]; then _kilofold "$@"; else compdef _kilofold kilofold; fi
)",
                     fmt::arg("list", list), fmt::arg("options", zsh_arguments(program)), fmt::arg("cases", cases));
}

std::string fish_value(const Argument& argument) {
  if (const auto words = argument.choices(); !words.empty()) return fmt::format(" -x -a '{}'", fmt::join(words, " "));
  if (const auto endings = argument.file_endings(); !endings.empty()) {
    std::string calls;
    for (const std::string& ending : endings) calls += fmt::format("(__fish_complete_suffix .{})", ending);
    return fmt::format(" -k -x -a '{}'", calls);
  }
  return argument.names_folder() ? " -x -a '(__fish_complete_directories)'" : " -x";
}

std::string fish_options(const Command& command, const std::string& condition) {
  std::string lines;
  for (const Argument& option : command.options)
    lines +=
        fmt::format("complete -c kilofold -n '{}'{} -l {}{} -d {}\n", condition,
                    option.short_name.empty() ? "" : " -s " + option.short_name.substr(1), option.long_name.substr(2),
                    option.value.empty() ? "" : fish_value(option), quoted(option.help, "\\'"));
  return lines;
}

std::string fish_script(const Command& program, const std::vector<Command>& verbs) {
  std::string script = "# Completion of kilofold for fish, by `kilofold completion fish`.\ncomplete -c kilofold -f\n";
  script += fish_options(program, "__fish_use_subcommand");
  for (const Command& verb : verbs)
    script +=
        fmt::format("complete -c kilofold -n __fish_use_subcommand -a {} -d {}\n", verb.name, quoted(verb.help, "\\'"));
  for (const Command& verb : verbs) {
    const std::string condition = "__fish_seen_subcommand_from " + verb.name;
    script += fish_options(verb, condition);
    if (!verb.positionals.empty())
      script += fmt::format("complete -c kilofold -n '{}'{}\n", condition, fish_value(verb.positionals.front()));
  }
  return script;
}

int completion(const Options& options) {
  Options unused;
  const auto parser = make_parser(unused);
  const Command program = describe(*parser);
  const std::vector<Command> verbs = describe_verbs(*parser);
  put_text(options.shell == "bash"  ? bash_script(program, verbs)
           : options.shell == "zsh" ? zsh_script(program, verbs)
                                    : fish_script(program, verbs));
  return done;
}

void declare(Signature& takes) { takes.word("SHELL", "bash|zsh|fish", "bash, zsh or fish", read_shell); }

}  // namespace

const Verb completion_verb = {"completion", "print a shell's completion script", declare, completion};

}  // namespace kilofold::cli
