(() => {
"use strict";
const all = (selector, from = document) => [...from.querySelectorAll(selector)];

// Language: the style sheet shows the chosen page; the document takes its language and direction.
for (const radio of all("[name=language]")) radio.addEventListener("change", () => {
  document.documentElement.lang = radio.value;
  document.documentElement.dir = radio.dataset.dir;
  document.title = radio.dataset.title;
});

// Tables: a button in each head sorts, a field above a long table filters.
const value = (row, column) => {
  const cell = row.cells[column];
  return cell.dataset.v === undefined ? cell.textContent.trim() : Number(cell.dataset.v);
};
const compare = (language) => (a, b) =>
  typeof a === "number" && typeof b === "number" ? a - b
  : typeof a === "number" ? -1 : typeof b === "number" ? 1
  : a.localeCompare(b, language, { numeric: true });

for (const page of all(".page")) {
  const order = compare(page.lang);
  for (const table of all("table", page)) {
    const body = table.tBodies[0];
    if (body.rows.length > 1) all("thead th", table).forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.title = page.dataset.sortLabel;
      button.append(...head.childNodes);
      head.append(button);
      head.setAttribute("aria-sort", "none");
      button.addEventListener("click", () => {
        const first = head.classList.contains("n") ? "descending" : "ascending";
        const other = first === "ascending" ? "descending" : "ascending";
        const next = head.getAttribute("aria-sort") === first ? other : first;
        all("th[aria-sort]", table).forEach((th) => th.setAttribute("aria-sort", "none"));
        head.setAttribute("aria-sort", next);
        const sign = next === "ascending" ? 1 : -1;
        const missing = (v) => v === "" || v === "–";
        const rows = [...body.rows].map((row) => [value(row, column), row]);
        rows.sort(([a], [b]) => missing(a) - missing(b) || sign * order(a, b));
        body.append(...rows.map(([, row]) => row));
      });
    });
    const box = table.closest(".tablebox");
    if (!box.hasAttribute("data-filter")) continue;
    const line = document.createElement("div");
    line.className = "filter";
    const label = document.createElement("label");
    const field = document.createElement("input");
    const said = document.createElement("span");
    field.type = "search";
    field.setAttribute("aria-controls", table.id);
    label.append(page.dataset.filterLabel, " ", field);
    said.setAttribute("role", "status");
    line.append(label, said);
    box.prepend(line);
    field.addEventListener("input", () => {
      const wanted = field.value.trim().toLocaleLowerCase(page.lang);
      let left = 0;
      for (const row of body.rows) {
        row.hidden = !row.textContent.toLocaleLowerCase(page.lang).includes(wanted);
        left += row.hidden ? 0 : 1;
      }
      said.textContent = left ? "" : page.dataset.noneLeft;
    });
  }

  // Contents: the section being read.
  const links = new Map(all("nav a", page).map((link) => [link.getAttribute("href").slice(1), link]));
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) {
      for (const link of links.values()) link.removeAttribute("aria-current");
      links.get(entry.target.id)?.setAttribute("aria-current", "true");
    }
  }, { rootMargin: "-20% 0px -70% 0px" });
  all("section", page).forEach((section) => seen.observe(section));
}

// Paper shows every table.
let opened = [];
addEventListener("beforeprint", () => {
  opened = all("details:not([open])");
  opened.forEach((details) => { details.open = true; });
});
addEventListener("afterprint", () => opened.forEach((details) => { details.open = false; }));
})();
