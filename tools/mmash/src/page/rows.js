// The list of stats, grouped by prefix: what is in it, and what its rows show.

import { element, setText } from "../kit/dom.js";
import { matcher } from "../kit/filter.js";
import { Grid } from "../kit/grid.js";
import { compareTexts } from "../kit/order.js";
import { spark } from "../kit/spark.js";
import { deathText, lineOf, rateText, showsRate, valueText } from "./measures.js";

/** How many looks the small lines show, and from how many on they fill their place. */
const LOOKS = 120;
const LEAST_LOOKS = 30;

/** The label up to its last point, with it. */
function prefixOf(label) {
  return label.slice(0, label.lastIndexOf(".") + 1);
}

/**
 * The list. `onchoose(label, more)` is told what is chosen: alone, or with `more` in addition to
 * what is chosen already.
 */
export class Rows {
  #stats;
  #sorted = [];
  #closed = new Set();
  #filter = "";
  #chosen = [];
  /** Those of the chosen stats that no file has any more. */
  #gone = [];
  #onchoose;
  /** For what keys do outside the list. */
  grid;
  /** How many stats the filter lets through. */
  count = 0;

  constructor(node, box, stats, onchoose) {
    this.#stats = stats;
    this.#onchoose = onchoose;
    this.grid = new Grid(node, box, {
      make: makeRow,
      fill: (row, item) => this.#fill(row, item),
      idOf: ({ stat, prefix }) => (stat ? `stat ${stat.label}` : `group ${prefix}`),
      isEntry: ({ stat }) => stat !== undefined,
      act: (item, more) => this.#act(item, more),
    });
    node.addEventListener("keydown", (event) => this.#typed(event));
  }

  /** Stats came or went. One that is in the chart stays, for as long as its history is kept. */
  sort() {
    this.#gone = this.#chosenThatAreGone();
    const stats = [...this.#stats.byLabel.values(), ...this.#gone];
    const keyed = stats.map((stat) => ({ stat, prefix: prefixOf(stat.label) }));
    const compare = (a, b) =>
      compareTexts(a.prefix, b.prefix) || compareTexts(a.stat.label, b.stat.label);
    this.#sorted = keyed.sort(compare);
    this.#arrange();
  }

  set filter(text) {
    if (text !== this.#filter) {
      this.#filter = text;
      this.grid.restart();
    }
    this.#arrange();
  }

  /** The labels in the chart, in the order of their colours. */
  set chosen(labels) {
    this.#chosen = labels;
    const gone = this.#chosenThatAreGone();
    if (gone.length !== this.#gone.length || gone.some((stat) => !this.#gone.includes(stat))) {
      this.sort();
    }
    this.grid.refresh();
  }

  /** How many stats there are to choose from. */
  get all() {
    return this.#sorted.length;
  }

  #chosenThatAreGone() {
    const found = this.#chosen.map((label) => this.#stats.find(label));
    return found.filter((stat) => stat && stat.goneSince !== null);
  }

  refresh() {
    this.grid.refresh();
  }

  /** Puts groups and rows into the order in which they stand. */
  #arrange() {
    const wanted = matcher(this.#filter);
    const kept = this.#sorted.filter(({ stat }) => wanted(stat.label));
    const items = [];
    let group;
    for (const { stat, prefix } of kept) {
      if (group?.prefix !== prefix) {
        group = { prefix, count: 0 };
        items.push(group);
      }
      group.count += 1;
      if (!this.#closed.has(prefix)) {
        items.push({ stat, prefix });
      }
    }
    this.count = kept.length;
    this.grid.items = items;
  }

  #fill(row, item) {
    row.classList.toggle("group", !item.stat);
    if (item.stat) {
      this.#fillStat(row, item);
    } else {
      this.#fillGroup(row, item);
    }
  }

  #fillGroup(row, { prefix, count }) {
    const [mark, name, value, rate, line] = row.children;
    const open = !this.#closed.has(prefix);
    setText(mark, open ? "▾" : "▸");
    setTexts(name, "", prefix || "(no prefix)", "", "");
    setText(value, count === 1 ? "1 stat" : `${count} stats`);
    setText(rate, "");
    line.hidden = true;
    row.title = "";
    row.classList.remove("gone");
    delete row.dataset.label;
    delete mark.dataset.color;
    row.setAttribute("aria-expanded", open);
    row.removeAttribute("aria-selected");
  }

  #fillStat(row, { stat, prefix }) {
    const [mark, name, value, rate, line] = row.children;
    const { clock } = this.#stats;
    const color = this.#chosen.indexOf(stat.label);
    setText(mark, "");
    if (color >= 0) {
      mark.dataset.color = color + 1;
    } else {
      delete mark.dataset.color;
    }
    const death = deathText(stat);
    setTexts(name, prefix, stat.label.slice(prefix.length) || "(no name)", death, stat.help);
    setText(value, valueText(stat, clock));
    setText(rate, rateText(stat, clock));
    row.dataset.label = stat.label;
    row.classList.toggle("gone", stat.goneSince !== null);
    row.title = [stat.label, death, stat.help].filter(Boolean).join("\n");
    row.removeAttribute("aria-expanded");
    row.setAttribute("aria-selected", color >= 0);
    line.hidden = stat.isText;
    if (!stat.isText && line.clientWidth > 0) {
      const lineAt = lineOf(stat, clock, showsRate(stat, "auto"));
      const length = Math.max(LEAST_LOOKS, Math.min(LOOKS, clock.end));
      const from = clock.end - length;
      const numbers = Array.from({ length }, (_, index) => lineAt(from + index));
      spark(line, numbers, getComputedStyle(line).color);
    }
  }

  /** Opens or closes a group, or chooses a stat. */
  #act({ stat, prefix }, more) {
    if (stat) {
      this.#onchoose(stat.label, more);
    } else {
      this.#setOpen(prefix, this.#closed.has(prefix));
    }
  }

  #setOpen(prefix, open) {
    this.#closed[open ? "delete" : "add"](prefix);
    this.#arrange();
  }

  /** The arrows to the sides close and open groups. */
  #typed(event) {
    const { active } = this.grid;
    const open = { ArrowLeft: false, ArrowRight: true }[event.key];
    if (active && open === this.#closed.has(active.prefix)) {
      this.#setOpen(active.prefix, open);
      this.grid.goTo((item) => !item.stat && item.prefix === active.prefix);
      event.preventDefault();
    }
  }
}

function setTexts(node, ...texts) {
  texts.forEach((text, index) => setText(node.children[index], text));
}

function makeRow() {
  return element(
    "div",
    { role: "row", class: "row" },
    element("span", { role: "gridcell", class: "mark", title: "Add to the chart, or take out" }),
    element(
      "span",
      { role: "gridcell", class: "label" },
      element("span", { class: "unseen" }),
      element("span", { class: "name" }),
      element("span", { class: "life", "data-life": "dead" }),
      element("span", { class: "hint" }),
    ),
    element("span", { role: "gridcell", class: "value number" }),
    element("span", { role: "gridcell", class: "rate number" }),
    element("canvas", { class: "spark", "aria-hidden": "true" }),
  );
}
