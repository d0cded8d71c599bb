// The list of stats, grouped by prefix: what is in it, and what its rows show.

import { element, setText } from "../kit/dom.js";
import { matcher } from "../kit/filter.js";
import { counted } from "../kit/format.js";
import { Grid } from "../kit/grid.js";
import { compareTexts } from "../kit/order.js";
import { spark } from "../kit/spark.js";
import { deathText, lineOf, rateText, showsRate, spanOf, valueText } from "./measures.js";

/** How many looks the small lines show, and from how many on they fill their place. */
const LOOKS = 120;
const LEAST_LOOKS = 30;
/** The head of those stats that aren't about the work of programs. */
const BEHIND = { key: "behind", name: "Tools and processes", hint: "mmash. kodemon. sys. org." };

/** The label up to its last point, with it. */
function prefixOf(label) {
  return label.slice(0, label.lastIndexOf(".") + 1);
}

/**
 * The list. `onchoose(label, more)` is told what is chosen: alone, or with `more` in addition to
 * what is chosen already; `onall(all)`, whether those that aren't about the work of programs are
 * shown, too. They come last.
 */
export class Rows {
  #stats;
  #sorted = [];
  #closed = new Set();
  #view = { filter: "", all: false };
  #chosen = [];
  /** Those of the chosen stats that no file has any more. */
  #gone = [];
  #onchoose;
  #onall;
  /** For what keys do outside the list. */
  grid;
  /** How many stats the filter lets through. */
  count = 0;

  constructor(node, box, stats, { onchoose, onall }) {
    this.#stats = stats;
    this.#onchoose = onchoose;
    this.#onall = onall;
    this.grid = new Grid(node, box, {
      make: makeRow,
      fill: (row, item) => this.#fill(row, item),
      idOf: ({ stat, key }) => (stat ? `stat ${stat.label}` : `group ${key}`),
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
      a.stat.isBehind - b.stat.isBehind ||
      compareTexts(a.prefix, b.prefix) ||
      compareTexts(a.stat.label, b.stat.label);
    this.#sorted = keyed.sort(compare);
    this.#arrange();
  }

  set view(view) {
    if (view.filter !== this.#view.filter) {
      this.grid.restart();
    }
    this.#view = view;
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
    const { filter, all } = this.#view;
    const wanted = matcher(filter);
    const kept = this.#sorted.filter(({ stat }) => wanted(stat.label));
    this.count = kept.length;
    const [before, behind] = [false, true].map((is) => kept.filter(({ stat }) => stat.isBehind === is));
    const items = this.#grouped(before);
    // What is looked for by name isn't folded away.
    if (behind.length > 0 && filter === "") {
      items.push({ ...BEHIND, count: behind.length, isOpen: all });
    }
    this.grid.items = items.concat(filter !== "" || all ? this.#grouped(behind) : []);
  }

  /** The rows of stats that are sorted, each group below its head. */
  #grouped(sorted) {
    const items = [];
    let group;
    for (const { stat, prefix } of sorted) {
      const key = `${stat.isBehind} ${prefix}`;
      if (group?.key !== key) {
        group = { key, name: prefix || "(no prefix)", count: 0, isOpen: !this.#closed.has(key) };
        items.push(group);
      }
      group.count += 1;
      if (group.isOpen) {
        items.push({ stat, prefix, key });
      }
    }
    return items;
  }

  #fill(row, item) {
    row.classList.toggle("group", !item.stat);
    if (item.stat) {
      this.#fillStat(row, item);
    } else {
      this.#fillGroup(row, item);
    }
  }

  #fillGroup(row, { key, name: title, hint = "", count, isOpen }) {
    const [mark, name, value, rate, line] = row.children;
    setText(mark, isOpen ? "▾" : "▸");
    setTexts(name, "", title, "", hint);
    setText(value, counted(count, "stats"));
    setText(rate, "");
    line.hidden = true;
    row.title = "";
    row.classList.remove("gone");
    row.classList.toggle("behind", key === BEHIND.key);
    delete row.dataset.label;
    delete mark.dataset.color;
    row.setAttribute("aria-expanded", isOpen);
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
    row.classList.remove("behind");
    row.title = [stat.label, death, stat.help].filter(Boolean).join("\n");
    row.removeAttribute("aria-expanded");
    row.setAttribute("aria-selected", color >= 0);
    line.hidden = stat.isText;
    if (!stat.isText && line.clientWidth > 0) {
      const lineAt = lineOf(stat, clock, showsRate(stat, "auto"));
      const length = Math.max(LEAST_LOOKS, Math.min(LOOKS, clock.end));
      const from = clock.end - length;
      const numbers = Array.from({ length }, (_, index) => lineAt(from + index));
      spark(line, numbers, getComputedStyle(line).color, spanOf(stat));
    }
  }

  /** Opens or closes a group, or chooses a stat. */
  #act({ stat, key, isOpen }, more) {
    if (stat) {
      this.#onchoose(stat.label, more);
    } else {
      this.#setOpen(key, !isOpen);
    }
  }

  #setOpen(key, open) {
    if (key === BEHIND.key) {
      this.#onall(open);
    } else {
      this.#closed[open ? "delete" : "add"](key);
      this.#arrange();
    }
  }

  /** The arrows to the sides close and open groups. */
  #typed(event) {
    const { active } = this.grid;
    const open = { ArrowLeft: false, ArrowRight: true }[event.key];
    if (active && open === !(active.stat || active.isOpen)) {
      this.#setOpen(active.key, open);
      this.grid.goTo((item) => !item.stat && item.key === active.key);
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
