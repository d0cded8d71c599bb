// The list of functions, sorted by a column.

import { element, setText } from "../kit/dom.js";
import { visible } from "../kit/escape.js";
import { matcher } from "../kit/filter.js";
import { Grid } from "../kit/grid.js";
import { compareTexts } from "../kit/compare.js";
import { spark } from "../kit/spark.js";
import { countText, durationText, partsOf, rateText } from "./texts.js";
import { COLUMNS } from "./url.js";

/** The columns that are sorted by summaries. */
const MEASURED = ["rate", "p50", "p99", "trend"];
/** While summaries arrive, rows are sorted at this interval. */
const SORT_INTERVAL = 400;

/** The list. `onchoose(key)` gets the key that is chosen, `onsort(sort)` the order. */
export class FunctionList {
  #node;
  #keys;
  #summaries;
  #view = { filter: "", sort: "key", key: "" };
  #sortTimer;
  #onsort;
  /** For shortcuts outside the list. */
  grid;
  /** How many functions match the filter. */
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

  /** Sets the view; `arrange` sorts the rows. */
  set view(view) {
    if (view.filter !== this.#view.filter) {
      this.grid.restart();
    }
    this.#view = view;
  }

  refresh() {
    this.grid.refresh();
  }

  /** Shows new summaries; rows that are sorted by them move at an interval. */
  refreshSummaries() {
    this.grid.refresh();
    if (MEASURED.includes(this.#column)) {
      this.#sortTimer ??= setTimeout(() => this.arrange(), SORT_INTERVAL);
    }
  }

  get #column() {
    return this.#view.sort.replace("-", "");
  }

  /** Filters and sorts the rows. */
  arrange() {
    clearTimeout(this.#sortTimer);
    this.#sortTimer = undefined;
    const matches = matcher(this.#view.filter);
    const kept = [...this.#keys.byName.values()].filter(({ key }) => matches(key));
    this.#sort(kept);
    if (MEASURED.includes(this.#column)) {
      this.#summaries.requestAll(kept);
    }
    for (const head of this.#node.querySelectorAll("[data-column]")) {
      const down = this.#view.sort.startsWith("-");
      const sorted = head.dataset.column === this.#column;
      head.setAttribute("aria-sort", sorted ? (down ? "descending" : "ascending") : "none");
    }
    this.count = kept.length;
    this.grid.items = kept;
  }

  /** Unknown values come last; equal ones are sorted by name. */
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
    this.#summaries.request(about);
    this.#fillCells(row, about);
  }

  #fillCells(row, about) {
    const [name, count, perSecond, p50, p99, line, tokens] = row.children;
    const summary = this.#summaries.of(about.key);
    const [file, function_] = partsOf(about.key);
    setText(name.firstChild, file);
    setText(name.lastChild, function_);
    row.title = visible(about.key);
    setText(count, countText(about.count));
    setText(perSecond, summary ? rateText(summary.rate) : "");
    setText(p50, summary ? durationText(summary.p50) : "");
    setText(p99, summary ? durationText(summary.p99) : "");
    setText(tokens.firstChild, tokensOf(about.tokens));
    if (line.clientWidth > 0) {
      spark(line, summary?.medians ?? [], getComputedStyle(line).color);
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
