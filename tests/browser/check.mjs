// Opens a report in Chromium and uses it as its readers do.
//
//   node check.mjs REPORT.html [FOLDER]
//   node check.mjs --self-test REPORT.html
//
// REPORT.html has both languages (locale = "both"). Screenshots go into FOLDER when one is named. Ends with 1 and
// a list of what is wrong. The self-test breaks a sound report in many ways and ends with 1 when one of them passes.

import { chromium } from "playwright-core";
import { mkdir } from "node:fs/promises";
import { resolve } from "node:path";
import { SECTIONS, inspect } from "./inspect.mjs";
import { selfTest } from "./self-test.mjs";

const isSelfTest = process.argv[2] === "--self-test";
const [file, folder] = process.argv.slice(isSelfTest ? 3 : 2);
const wrong = [];
const must = (right, what) => { if (!right) wrong.push(what); };

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"],
});

async function open(options, path = file, into = wrong) {
  const page = await (await browser.newContext(options)).newPage();
  page.on("console", (message) => { if (message.type() === "error") into.push(`console: ${message.text()}`); });
  page.on("pageerror", (error) => into.push(`script: ${error.message}`));
  page.on("request", (request) => { if (!request.url().startsWith("file:")) into.push(`request: ${request.url()}`); });
  await page.goto(`file://${resolve(path)}`);
  return page;
}

const choose = (page, id) => page.locator(`label[for=${id}]`).click();
const shot = async (page, name) => {
  if (!folder) return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
};

// Both languages of a copy, on a phone: enough to see that a section is broken.
async function look(path) {
  const found = [];
  const page = await open({ viewport: { width: 360, height: 900 }, reducedMotion: "reduce" }, path, found);
  for (const language of ["en", "fa"]) {
    await choose(page, `language-${language}`);
    const shown = await page.evaluate(() => [...document.querySelectorAll(".page")].filter((p) => p.offsetHeight > 0).map((p) => p.lang));
    if (shown.join() !== language) found.push(`${language}: shown ${shown}`);
    found.push(...await page.evaluate(inspect, [language, SECTIONS]));
  }
  await page.context().close();
  return found;
}

if (isSelfTest) {
  const sound = await look(file);
  const page = await open({ viewport: { width: 360, height: 900 }, reducedMotion: "reduce" }, file, []);
  let chosen = "en";
  const lookAt = async (language, name, markup) => {
    if (chosen !== language) await choose(page, `language-${language}`);
    chosen = language;
    const id = `${language}-${name}`;
    await page.evaluate(([id, markup]) => {
      const holder = document.createElement("template");
      holder.innerHTML = markup;
      window.sound = document.getElementById(id);
      window.struck = holder.content.firstElementChild ?? document.createComment("");
      window.sound.replaceWith(window.struck);
    }, [id, markup]);
    const found = await page.evaluate(inspect, [language, SECTIONS]);
    await page.evaluate(() => window.struck.replaceWith(window.sound));
    return found;
  };
  const { broken, failures } = await selfTest(file, look, lookAt);
  const after = await lookAt("en", "glance", await page.locator("#en-glance").evaluate((section) => section.outerHTML));
  await browser.close();
  const said = [...[...sound, ...after].map((line) => `the sound page: ${line}`), ...failures];
  if (said.length) console.error(said.join("\n"));
  else console.log(`${broken} broken reports refused`);
  process.exit(said.length ? 1 : 0);
}

// Every width, language and theme: nothing sticks out, every section is there, whole and in its language.
for (const width of [360, 768, 1440]) for (const language of ["en", "fa"]) {
  const page = await open({ viewport: { width, height: 900 }, reducedMotion: "reduce" });
  await choose(page, `language-${language}`);
  const where = `${language} at ${width} px`;
  const seen = await page.evaluate((language) => {
    const root = document.documentElement;
    const page = document.querySelector(`.page[lang=${language}]`);
    const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
    return {
      lang: root.lang, dir: root.dir, wide: root.scrollWidth - innerWidth,
      shown: [...document.querySelectorAll(".page")].filter((p) => p.offsetHeight > 0).map((p) => p.lang),
      direction: getComputedStyle(page).direction,
      twice: ids.filter((id, i) => ids.indexOf(id) !== i),
    };
  }, language);
  must(seen.lang === language, `${where}: the document says ${seen.lang}`);
  must(seen.dir === (language === "fa" ? "rtl" : "ltr") && seen.direction === seen.dir, `${where}: direction ${seen.dir}`);
  must(seen.wide <= 0, `${where}: ${seen.wide} px too wide`);
  must(seen.shown.join() === language, `${where}: shown ${seen.shown}`);
  must(!seen.twice.length, `${where}: ids occur twice: ${seen.twice}`);
  for (const line of await page.evaluate(inspect, [language, SECTIONS])) wrong.push(`${where}: ${line}`);
  await shot(page, `${language}-${width}-light`);
  await choose(page, "theme-dark");
  const dark = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await choose(page, "theme-light");
  const light = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  must(dark !== light, `${where}: dark and light have one colour`);
  if (width !== 768) { await choose(page, "theme-dark"); await shot(page, `${language}-${width}-dark`); }
  await page.context().close();
}

// The theme of the machine is followed until another one is chosen.
{
  const page = await open({ colorScheme: "dark" });
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const dark = await ground();
  await choose(page, "theme-light");
  must(dark !== await ground(), "the theme of the machine is not followed");
  await page.context().close();
}

// Tables sort by figures and by text, and filter.
for (const language of ["en", "fa"]) {
  const page = await open({ viewport: { width: 1200, height: 900 } });
  await choose(page, `language-${language}`);
  const table = page.locator(`#${language}-segments-table`);
  const rows = () => table.locator("tbody tr").evaluateAll((rows) =>
    rows.filter((r) => !r.hidden).map((r) => [r.cells[0].textContent.trim(), Number(r.cells[1].dataset.v)]));
  const before = await rows();
  const head = (n) => table.locator("thead th").nth(n);
  await head(1).locator("button").click();
  const falling = (await rows()).map(([, n]) => n);
  must(falling.every((n, i) => i === 0 || falling[i - 1] >= n), `${language}: not sorted by figures: ${falling}`);
  must(await head(1).getAttribute("aria-sort") === "descending", `${language}: aria-sort`);
  await head(1).locator("button").press("Enter");
  const rising = (await rows()).map(([, n]) => n);
  must(rising.join() === [...falling].sort((a, b) => a - b).join(), `${language}: not sorted by key press: ${rising}`);
  must(rising.join() !== before.map(([, n]) => n).join(), `${language}: the order did not change`);
  await head(0).locator("button").click();
  const names = (await rows()).map(([name]) => name);
  must(names.join() === [...names].sort((a, b) => a.localeCompare(b, language)).join(), `${language}: not sorted by text`);
  const field = page.locator(`[aria-controls=${language}-segments-table]`);
  await field.fill(before[0][0]);
  const left = await rows();
  must(left.length >= 1 && left.length < before.length, `${language}: the filter leaves ${left.length} of ${before.length}`);
  await field.fill("nothing has this text");
  must((await rows()).length === 0, `${language}: the filter leaves rows`);
  must((await page.locator(`.page[lang=${language}] [role=status]`).allTextContents()).some(Boolean), `${language}: nobody is told`);
  await page.context().close();
}

// Without its script the page is whole: both languages can be read, tables are open to the reader.
{
  const page = await open({ javaScriptEnabled: false, viewport: { width: 1000, height: 900 } });
  await choose(page, "language-fa");
  const height = async (language) => (await page.locator(`.page[lang=${language}]`).boundingBox())?.height ?? 0;
  must(await height("fa") > 1000 && await height("en") === 0, "without script the language cannot be switched");
  await page.context().close();
}

// By keyboard: the first stop skips the contents.
{
  const page = await open({});
  await page.keyboard.press("Tab");
  must(await page.evaluate(() => document.activeElement.className.includes("skip")), "the first stop is no skip link");
  await page.keyboard.press("Enter");
  must(await page.evaluate(() => location.hash === "#en-main"), "the skip link leads elsewhere");
  await page.context().close();
}

await browser.close();
if (wrong.length) {
  console.error([...new Set(wrong)].join("\n"));
  process.exit(1);
}
console.log("the report stands");
