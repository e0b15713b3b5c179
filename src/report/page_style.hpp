// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The page's style sheet and its one script, which sorts the table.
namespace kilofold::report {

inline constexpr const char* page_style = R"css(
:root { color-scheme: light dark; --paper: #fdfdfb; --ink: #1c1e21; --quiet: #62676e; --line: #dcdddb; --faint: #ececea;
  --accent: #20639b; --perfect: #c2542d; --banner: #fbf0d9; --banner-ink: #6a4a06; --dots: .55; }
@media (prefers-color-scheme: dark) { :root { --paper: #16181b; --ink: #e4e5e6; --quiet: #9aa0a7; --line: #36393e;
  --faint: #25282c; --accent: #74b3e8; --perfect: #eb8a63; --banner: #3a2f16; --banner-ink: #f0d394; --dots: .75; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI",
  Roboto, "Liberation Sans", sans-serif; font-variant-numeric: tabular-nums; -webkit-text-size-adjust: 100%; }
main { max-width: 70rem; margin: 0 auto; padding: 3rem 1.5rem 2rem; }
h1 { font-size: 2.1rem; line-height: 1.15; font-weight: 650; letter-spacing: -.015em; margin: 0 0 .6rem;
  overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; font-weight: 650; margin: 3rem 0 .4rem; padding-top: .7rem;
  border-top: 1px solid var(--line); }
p { margin: .35rem 0; max-width: 46rem; overflow-wrap: anywhere; }
.lede { font-size: 1.12rem; white-space: pre-line; margin-bottom: 1rem; }
.quiet, figcaption, .note { color: var(--quiet); }
.finding { margin: .8rem 0 1.2rem; }
.banner { background: var(--banner); color: var(--banner-ink); border-radius: .4rem; padding: .7rem 1rem;
  margin: 1.2rem 0; max-width: none; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin: .8rem 0 .4rem; font-size: .94rem; }
th, td { text-align: left; vertical-align: top; padding: .5rem 1.2rem .5rem 0; border-bottom: 1px solid var(--faint); }
th { font-weight: 600; font-size: .84rem; white-space: nowrap; vertical-align: bottom;
  border-bottom-color: var(--line); }
th .unit { display: block; font-weight: 400; color: var(--quiet); }
.dense th, .dense td { padding-right: .75rem; }
.dense td.words:not(.name) { min-width: 7rem; }
th:last-child, td:last-child { padding-right: 0; }
th button { all: unset; cursor: pointer; }
th button:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; border-radius: 2px; }
th[aria-sort=ascending] button::after { content: " \2191"; }
th[aria-sort=descending] button::after { content: " \2193"; }
td.words:not(.name) { min-width: 15rem; }
td.name { font-weight: 600; }
th:first-child, td.name { position: sticky; left: 0; background: var(--paper); }
.part { display: inline-block; overflow-wrap: anywhere; }
.name .part { max-width: 14rem; overflow-wrap: break-word; }
.number, .small { text-align: right; white-space: nowrap; }
td.small { color: var(--quiet); font-size: .8rem; padding-top: .62rem; }
td .note { display: block; font-size: .8rem; font-weight: 400; }
.sd { color: var(--quiet); font-weight: 400; font-size: .86em; }
p.note { font-size: .86rem; }
td.best { font-weight: 650; color: var(--accent); }
figure { margin: 0; }
figcaption { font-size: .86rem; }
figcaption b { color: var(--ink); font-size: 1rem; }
.plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 19rem), 1fr)); gap: 2rem 1.5rem;
  margin-top: 1.2rem; }
.plots figure { max-width: 26rem; break-inside: avoid; }
.strip { max-width: 40rem; margin-top: 1.2rem; break-inside: avoid; }
svg { display: block; width: 100%; height: auto; font-size: 11px; }
svg text { fill: var(--quiet); }
svg .label { fill: var(--ink); font-size: 12px; }
svg path { fill: none; }
.grid { stroke: var(--faint); }
.row { stroke: var(--line); }
.frame { stroke: var(--line); }
.dots { stroke: var(--accent); stroke-width: 3.2; stroke-linecap: round; opacity: var(--dots); }
.seeds { stroke: var(--accent); stroke-width: 5.5; stroke-linecap: round; opacity: var(--dots); }
.bar { fill: var(--accent); opacity: .75; }
.folds { stroke: var(--ink); stroke-width: 3; stroke-linecap: round; opacity: .45; }
.line { stroke: var(--ink); stroke-width: 1.2; stroke-linejoin: round; opacity: .8; }
.cell { fill: var(--accent); }
.mean { stroke: var(--ink); stroke-width: 2; }
.perfect { stroke: var(--perfect); stroke-width: 1.2; }
.cross { stroke: var(--perfect); stroke-width: 2; stroke-linecap: round; }
figcaption .cross { color: var(--perfect); font-weight: 700; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.5rem; font-size: .9rem; margin: .8rem 0; }
dt { color: var(--quiet); }
dd { margin: 0; overflow-wrap: anywhere; }
@media (max-width: 60rem) { td.words:not(.name) { min-width: 22rem; } }
@media (max-width: 36rem) { main { padding: 1.6rem 1rem; } h1 { font-size: 1.6rem; }
  dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .5rem; } }
@media print {
  :root { color-scheme: light; --paper: #fff; --ink: #000; --quiet: #444; --line: #bbb; --faint: #ddd;
    --accent: #1b4f7c; --perfect: #a8431f; --banner: #fff; --banner-ink: #000; --dots: .55; }
  @page { margin: 16mm; }
  body { font-size: 10.5pt; } main { max-width: none; padding: 0; }
  h2 { margin-top: 1.6rem; } h2, h2 + .quiet { break-after: avoid; } tr, figure { break-inside: avoid; }
  .scroll { overflow: visible; } .banner { border: 1.5px solid #000; }
  table, th { font-size: 8.5pt; } td .note, td.small { font-size: 7.5pt; } th, td { padding: .25rem .7rem .25rem 0; }
  th { white-space: normal; } thead { display: table-row-group; } th[aria-sort] button::after { content: none; }
  td.words:not(.name) { min-width: 13em; }
  .plots { grid-template-columns: repeat(3, 1fr); gap: 1rem; }
}
)css";

inline constexpr const char* page_script = R"js(
for (const button of document.querySelectorAll("th button")) button.onclick = () => {
  const head = button.closest("th"), body = head.closest("table").tBodies[0];
  const down = head.getAttribute("aria-sort") === "ascending", sign = down ? -1 : 1;
  const key = row => row.cells[head.cellIndex].dataset.key ?? row.cells[head.cellIndex].textContent;
  const order = (a, b) => a === "" ? 1 : b === "" ? -1 : sign * (isNaN(a) || isNaN(b) ? a.localeCompare(b) : a - b);
  for (const other of head.parentNode.cells) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", down ? "descending" : "ascending");
  body.append(...[...body.rows].sort((a, b) => order(key(a), key(b))));
};
)js";

}  // namespace kilofold::report
