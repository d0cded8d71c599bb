// The list of functions: in which order they stand, and what their rows show.

import { element, setText } from "../kit/dom.js";
import { visible } from "../kit/escape.js";
import { matcher } from "../kit/filter.js";
import { Grid } from "../kit/grid.js";
import { compareTexts } from "../kit/order.js";
import { spark } from "../kit/spark.js";
import { countText, durationText, partsOf, rateText } from "./texts.js";
import { COLUMNS } from "./view.js";

/** The columns by which nothing can be sorted before the summaries are there. */
const MEASURED = ["rate", "p50", "p99", "trend"];
/** While these come in, the rows aren't put in order more often. */
const SORT_EVERY = 400;

/** The list. `onchoose(key)` is told what is chosen, `onsort(sort)` by what it shall be sorted. */
export class Rows {
  #node;
  #keys;
  #summaries;
  #view = { filter: "", sort: "key", key: "" };
  #sortTimer;
  #onsort;
  /** For what keys do outside the list. */
  grid;
  /** How many functions the filter lets through. */
  count = 0;

  constructor(node, box, { keys, summaries, onchoose, onsort }) {
    this.#node = node;
    this.#keys = keys;
    this.#summaries = summaries;
    this.#onsort = onsort;
    this.grid = new Grid(node, box, {
      make: makeRow,
      fill: (row, about) => this.#fill(row, about),
      idOf: ({ key }) => key,
      act: ({ key }) => onchoose(key),
    });
    for (const head of node.querySelectorAll("[data-column]")) {
      head.firstElementChild.addEventListener("click", () => this.#sortBy(head.dataset.column));
    }
  }

  /** What is looked at; `arrange` puts the rows in its order. */
  set view(view) {
    if (view.filter !== this.#view.filter) {
      this.grid.restart();
    }
    this.#view = view;
  }

  refresh() {
    this.grid.refresh();
  }

  /** Summaries came: rows that are sorted by them move, but not all the time. */
  refreshSummaries() {
    this.grid.refresh();
    if (MEASURED.includes(this.#column)) {
      this.#sortTimer ??= setTimeout(() => this.arrange(), SORT_EVERY);
    }
  }

  get #column() {
    return this.#view.sort.replace("-", "");
  }

  /** Puts the rows that are wanted into their order. */
  arrange() {
    clearTimeout(this.#sortTimer);
    this.#sortTimer = undefined;
    const wanted = matcher(this.#view.filter);
    const kept = [...this.#keys.byName.values()].filter(({ key }) => wanted(key));
    this.#sort(kept);
    if (MEASURED.includes(this.#column)) {
      this.#summaries.wantAll(kept);
    }
    for (const head of this.#node.querySelectorAll("[data-column]")) {
      const down = this.#view.sort.startsWith("-");
      const sorted = head.dataset.column === this.#column;
      head.setAttribute("aria-sort", sorted ? (down ? "descending" : "ascending") : "none");
    }
    this.count = kept.length;
    this.grid.items = kept;
  }

  /** What isn't known comes last, and the names decide where all else is the same. */
  #sort(abouts) {
    const column = this.#column;
    const sign = this.#view.sort.startsWith("-") ? -1 : 1;
    const byName = (a, b) => compareTexts(a.key, b.key);
    if (column === "key") {
      abouts.sort((a, b) => sign * byName(a, b));
      return;
    }
    const valueOf = {
      count: (about) => about.count,
      tokens: ({ tokens }) => tokensOf(tokens),
    }[column] ?? (({ key }) => this.#summaries.of(key)?.[column] ?? undefined);
    const values = new Map(abouts.map((about) => [about, valueOf(about)]));
    abouts.sort((a, b) => {
      const [left, right] = [values.get(a), values.get(b)];
      const known = Number(left === undefined) - Number(right === undefined);
      if (known !== 0 || left === undefined) {
        return known || byName(a, b);
      }
      const compared = typeof left === "string" ? compareTexts(left, right) : left - right;
      return sign * compared || byName(a, b);
    });
  }

  #sortBy(column) {
    const [first, second] = COLUMNS[column] ? [`-${column}`, column] : [column, `-${column}`];
    this.#onsort(this.#view.sort === first ? second : first);
  }

  #fill(row, about) {
    row.dataset.key = about.key;
    row.setAttribute("aria-selected", about.key === this.#view.key);
    this.#summaries.want(about);
    this.#fillCells(row, about);
  }

  #fillCells(row, about) {
    const [name, count, perSecond, p50, p99, line, tokens] = row.children;
    const figures = this.#summaries.of(about.key);
    const [file, own] = partsOf(about.key);
    setText(name.firstChild, file);
    setText(name.lastChild, own);
    row.title = visible(about.key);
    setText(count, countText(about.count));
    setText(perSecond, figures ? rateText(figures.rate) : "");
    setText(p50, figures ? durationText(figures.p50) : "");
    setText(p99, figures ? durationText(figures.p99) : "");
    setText(tokens.firstChild, tokensOf(about.tokens));
    if (line.clientWidth > 0) {
      spark(line, figures?.medians ?? [], getComputedStyle(line).color);
    }
  }
}

function tokensOf(tokens) {
  return [...tokens].sort(compareTexts).map(visible).join(", ");
}

function makeRow() {
  const cell = (name, ...children) => element("span", { role: "gridcell", class: name }, ...children);
  return element(
    "div",
    { role: "row", class: "row" },
    cell("key", element("span", { class: "file" }), element("span", { class: "name" })),
    cell("calls number"),
    cell("rate number"),
    cell("p50 number"),
    cell("p99 number"),
    element("canvas", { class: "spark", "aria-hidden": "true" }),
    cell("tokens", element("span", { class: "name" })),
  );
}
