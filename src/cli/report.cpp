// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <filesystem>

#include "cli/exit_codes.hpp"
#include "cli/paths.hpp"
#include "cli/text_file.hpp"
#include "cli/verbs.hpp"
#include "kilofold/report.hpp"
#include "report/page_beginning.hpp"

namespace kilofold::cli {
namespace {

void declare(Signature& takes) {
  takes.results();
  takes.text("-o,--output", "PAGE.html", "page to write (default: beside FILE)", takes.options().output);
}

int report(const Options& options) {
  check_results_path(options.results);
  const StudyReader study(options.results);
  const std::string page = options.output.empty()
                               ? std::filesystem::path(options.results).replace_extension(".html").string()
                               : options.output;
  const std::string html = render_html(study);
  TextFile file(page, {page_beginning, "page that kilofold report wrote", {options.results}},
                "name another page with -o PAGE.html");
  file.put(html);
  file.close();
  say_text(render_text(study));
  if (file.is_stdout()) return done;
  put_path(page);
  say("next: open it in a browser; kilofold export {} writes tables for plotting scripts\n",
      shell_word(options.results));
  return done;
}

}  // namespace

const Verb report_verb = {"report", "write the results as one HTML page", declare, report};

}  // namespace kilofold::cli
