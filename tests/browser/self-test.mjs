// Breaks a sound report, one section and one fault at a time, and expects the check to refuse each of them with a
// message that names the section. A check that lets a broken page pass checks nothing.

import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SECTIONS } from "./inspect.mjs";

// Replaces the first match, or says that this section has nothing of the kind.
const swap = (pattern, by) => (part) => (pattern.test(part) ? part.replace(pattern, by) : null);
const first = (...ways) => (part) => ways.reduce((done, way) => done ?? way(part), null);
const afterLead = (markup) => swap(/(<p class="lead">[^<]*<\/p>)/, `$1${markup}`);

// What can happen to a section: the language it happens in and how.
const FAULTS = {
  "no chart": ["en", first(swap(/(<div class="drawing">)[^]*?(<\/div>)/, "$1$2"), swap(/(<ul class="bars">)[^]*?(<\/ul>)/, "$1$2"),
    swap(/(<dl class="cards">)[^]*?(<\/dl>)/, "$1$2"))],
  "an empty chart": ["fa", first(swap(/(<svg class="chart"[^>]*>)[^]*?(<\/svg>\s*<\/div>)/, "$1$2"),
    swap(/(<svg class="strip"[^>]*>)[^]*?(<\/svg>)/, "$1$2"))],
  "no figure": ["fa", first((part) => part.includes("<figure") ? part.replace(/<figure[^]*?<\/figure>/g, "") : null,
    swap(/<dl class="cards">[^]*?<\/dl>/, ""))],
  "an empty table": ["fa", swap(/(<tbody>)[^]*?(<\/tbody>)/, "$1$2")],
  "a table without a body": ["en", swap(/<tbody>[^]*?<\/tbody>/, "")],
  "a cell too few": ["en", swap(/<td[^>]*>[^]*?<\/td>/, "")],
  "an empty list": ["en", swap(/(<div class="sentences plain">.*?<ul>).*?(<\/ul>)/, "$1$2")],
  "NaN": ["en", first(swap(/(<span class="bar-value">)[^<]*/, "$1NaN"), swap(/(<text[^>]*>)[^<]*/, "$1NaN"), swap(/(<b>)[^<]*/, "$1NaN"))],
  "undefined": ["fa", swap(/(<p class="lead">)/, "$1undefined ")],
  "no value": ["en", first(swap(/(<span class="bar-value">)[^<]*/, "$1"), swap(/(<dd[^>]*><b>)[^<]*/, "$1"))],
  "no Persian sentence": ["fa", swap(/(<p class="lead">)[^<]*/, "$1")],
  "English instead of Persian": ["fa", swap(/(<p class="lead">)[^<]*/, "$1What the customers of the company said")],
  "a heading left in English": ["fa", swap(/(<h3[^>]*>)[^<]*/, "$1The figures as a table")],
  "digits that are not Persian": ["fa", first(swap(/(<td class="n[^>]*>(?:<i[^>]*><\/i>)?<bdi>)[^<]*/, "$11,234"), swap(/(<dd[^>]*><b>)[^<]*/, "$11,234"))],
  "a request": ["en", afterLead('<img alt="" src="https://example.invalid/x.png">')],
  "a script that throws": ["en", afterLead('<script>throw new Error("broken")</script>')],
  "a wide element": ["fa", afterLead('<svg width="2000" height="8"></svg>')],
  "no section": ["en", () => ""],
};

// What can happen to the page as a whole: the fault, and what the check must say.
const scripted = (page, script) => {
  const inside = page.match(/<script>([^]*)<\/script>\s*<\/body>/)[1];
  const hash = (text) => createHash("sha256").update(text).digest("base64");
  const hashed = (text) => [hash(text), hash(text).replaceAll("/", "&#x2f;")];
  const [was, escaped] = hashed(inside);
  const policed = page.replace(`sha256-${was}`, `sha256-${hash(script)}`).replace(`sha256-${escaped}`, `sha256-${hash(script)}`);
  return policed.replace(`<script>${inside}</script>`, () => `<script>${script}</script>`);
};
const PAGE_FAULTS = {
  "the script throws": [(page) => scripted(page, 'throw new Error("broken")'), /script: broken/],
  "a style that the policy forbids": [(page) => page.replace("<main ", '<main style="color:red" '), /console: /],
  "the switch of languages is gone": [(page) => page.replaceAll("body:has(#language-", "body:has(#tongue-"), /shown|console/],
};

// `look` opens a file and says what is wrong with it; `lookAt` says what is wrong when a section of the page that
// stands open has this markup instead.
export async function selfTest(file, look, lookAt) {
  const page = await readFile(file, "utf8");
  const failures = [];
  let broken = 0;
  const judge = (what, wrong, says) => {
    broken += 1;
    if (!wrong.some((line) => says.test(line))) failures.push(`${what}: not refused (${wrong.slice(0, 3).join("; ") || "no word"})`);
  };
  for (const [fault, [language, strike]] of Object.entries(FAULTS)) {
    let met = 0;
    for (const name of SECTIONS) {
      const from = page.indexOf(`<section id="${language}-${name}"`);
      const part = page.slice(from, page.indexOf("</section>", from) + "</section>".length);
      const struck = from < 0 ? null : strike(part);
      if (struck === null) continue;
      met += 1;
      if (struck === part) failures.push(`${name}, ${fault}: the section is not broken`);
      judge(`${name}, ${fault}`, await lookAt(language, name, struck), new RegExp(`section ${name}: `));
    }
    if (!met) failures.push(`${fault}: no section could be broken so`);
  }
  const folder = await mkdtemp(join(tmpdir(), "report-"));
  for (const [fault, [strike, says]] of Object.entries(PAGE_FAULTS)) {
    const path = join(folder, "broken.html");
    await writeFile(path, strike(page));
    judge(fault, await look(path), says);
  }
  await rm(folder, { recursive: true, force: true });
  return { broken, failures };
}
