// What is wrong with one language of the page as it stands in the browser, section by section. Runs in the browser:
// nothing from outside the function is known there.

export const SECTIONS = [
  "glance", "rfm", "satisfaction", "quadrant", "clusters", "complaints", "watchlist", "concentration", "quality",
];

export function inspect([language, names]) {
  const wrong = [];
  const page = document.querySelector(`.page[lang=${language}]`);
  const all = (selector, from) => [...from.querySelectorAll(selector)];
  const cut = (text) => text.trim().replace(/\s+/g, " ").slice(0, 60);
  const must = (right, what) => { if (!right) wrong.push(what); };

  // The pictures that a section has, unless it says why it has none.
  const pictures = {
    rfm: ["map", "segments"], satisfaction: ["levels"], quadrant: ["quadrant"],
    clusters: ["cluster-sizes", "cluster-features"], watchlist: ["watchlist"], concentration: ["concentration"],
    quality: ["accounts"],
  };

  function parts(section, say) {
    const explains = section.querySelector(".note") && all(":scope > :not(h2, .lead, .note)", section).length === 0;
    for (const picture of explains ? [] : pictures[section.dataset.section] ?? [])
      say(section.querySelector(`#${language}-figure-${picture}`), `the picture ${picture} is missing`);
    if (section.dataset.section === "complaints" && !explains)
      say(section.querySelector("figure") && section.querySelector(".cards"), "the pictures or the cards are missing");
    if (section.dataset.section === "glance") {
      say(all(".cards > div", section).length >= 3, "the headline figures are missing");
      say(section.querySelector(".sentences.plain li"), "nothing stands out");
    }
    for (const list of all(".cards, .sentences ul, .legend", section)) say(list.children.length > 0, "an empty list");
    for (const value of all(".cards b, .bar-value", section)) say(value.textContent.trim(), "a figure without its value");
  }

  function charts(section, say) {
    for (const figure of all("figure", section)) {
      const drawn = all(".drawing svg.chart", figure), bars = all(".bars li", figure);
      say(drawn.length + bars.length > 0, `${figure.id} has no drawing`);
      const shapes = (svg) => all("rect, circle, path, line", svg).filter((shape) => {
        const box = shape.getBoundingClientRect();
        return box.width > 0 || box.height > 0;
      });
      for (const svg of drawn) say(shapes(svg).length >= 2, `${figure.id} is empty`);
      for (const bar of bars) say(shapes(bar).length >= 1, `${figure.id} has a bar without a strip`);
      say(document.getElementById(figure.getAttribute("aria-describedby"))?.textContent.trim(), `${figure.id} says nothing`);
      const frame = figure.getBoundingClientRect();
      for (const text of all("svg text", figure)) {
        const box = text.getBoundingClientRect();
        say(!box.width || (box.left >= frame.left - 1 && box.right <= frame.right + 1),
          `${figure.id} has a text outside: ${text.textContent}`);
      }
    }
  }

  function tables(section, say) {
    for (const table of all("table", section)) {
      const columns = all("thead th", table).length;
      const rows = all("tbody tr", table);
      say(rows.length > 0, `${table.id} has no rows`);
      say(table.tHead && table.tBodies.length === 1, `${table.id} has no head or no body`);
      say(rows.every((row) => row.cells.length === columns), `${table.id} has rows of another length`);
      say(table.caption?.textContent.trim(), `${table.id} has no name`);
    }
  }

  // Texts of the page's own, as against names in the company's data.
  const OWN = "h2, h3, .lead, .note, figcaption p, caption, summary, dt, .sentences li, thead th, .legend li";
  const FIGURES = "h2, h3, .lead, .note, figcaption p, .cards, .sentences li, .bar-value, td.n, th.n, svg text";

  function texts(section, say) {
    const broken = /\bNaN\b|\bundefined\b|\bnull\b|Infinity|\[object|⟦|\{[a-z_]+\}/;
    const walk = document.createTreeWalker(section, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const met = walk.currentNode.data.match(broken);
      say(!met, `“${met?.[0]}” stands in the text`);
    }
    say(section.querySelector(".lead")?.textContent.trim().length > 20, "it does not say what it is about");
    const foreign = (element) => element.matches("[lang=en]") || element.querySelector("[lang=en]");
    const letters = language === "fa" ? /\p{Script=Arabic}/u : /\p{Script=Latin}/u;
    for (const element of all(OWN, section)) {
      const own = element.cloneNode(true);
      all("button", own).forEach((button) => button.replaceWith(...button.childNodes));
      const text = own.textContent.trim();
      // A name of its own, such as that of a measure, may stand in Latin letters.
      const isName = element.matches("thead th, .legend li") && text.length < 40;
      say(text, `an empty ${element.localName}`);
      say(!text || letters.test(text) || isName || (language === "fa" && foreign(element)),
        `not in its language: “${cut(text)}”`);
    }
    if (language === "fa") for (const element of all(FIGURES, section)) {
      const digits = !foreign(element) && !element.matches(".path") && /[0-9]/.test(element.textContent);
      say(!digits, `digits are not Persian: “${cut(element.textContent)}”`);
    }
  }

  function borders(section, say) {
    const box = (element) => element.getBoundingClientRect();
    for (const element of all("*", section)) {
      if (element.closest(".scroll") && !element.matches(".scroll")) continue;
      const { width, left, right } = box(element);
      if (width && (right > innerWidth + 1 || left < -1)) {
        say(false, `sticks out: ${cut(element.outerHTML)}`);
        break;
      }
    }
    const asks = all("script, iframe, object, embed, link, img, video, audio, source, form, [src], [style]", section);
    for (const element of asks) say(false, `asks for something or runs something: ${cut(element.outerHTML)}`);
    for (const link of all("a", section)) say(link.getAttribute("href")?.startsWith("#"), `leads away: ${cut(link.outerHTML)}`);
  }

  const found = all("section", page).map((section) => section.dataset.section);
  for (const name of names) must(found.includes(name), `section ${name}: it is missing`);
  must(found.filter((name) => names.includes(name)).join() === names.filter((name) => found.includes(name)).join()
    && found.length <= names.length, `sections: ${found}`);
  for (const section of all("section", page)) {
    const say = (right, what) => must(right, `section ${section.dataset.section}: ${what}`);
    say(section.innerText.length > 60, "it says nothing");
    for (const look of [parts, charts, tables, texts, borders]) look(section, say);
    say(all(`nav a[href="#${section.id}"]`, page).length === 1, "the contents do not lead there");
  }
  return wrong;
}
