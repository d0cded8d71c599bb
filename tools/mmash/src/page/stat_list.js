// The list of stats, grouped by prefix.

import { element, setText } from "../kit/dom.js";
import { matcher } from "../kit/filter.js";
import { counted } from "../kit/format.js";
import { Grid } from "../kit/grid.js";
import { compareTexts } from "../kit/compare.js";
import { spark } from "../kit/spark.js";
import { deathText, lineOf, rateText, showsRate, spanOf, valueText } from "./display.js";

/** Maximum and minimum number of polls in a sparkline. */
const MAX_POLLS = 120;
const MIN_POLLS = 30;
/** The heading of stats that aren't about the work of programs. */
const SECONDARY = { key: "secondary", name: "Tools and processes", hint: "mmash. kodemon. sys. org." };

/** The label up to and including its last dot. */
function prefixOf(label) {
  return label.slice(0, label.lastIndexOf(".") + 1);
}

/**
 * The list. `onchoose(label, more)` gets the stat that is chosen: alone, or with `more` in addition;
 * `onall(all)` whether stats that aren't about the work of programs are shown, too. They come last.
 */
export class StatList {
  #stats;
  #sorted = [];
  #closed = new Set();
  #view = { filter: "", all: false };
  #chosen = [];
  /** The chosen stats that no file has any more. */
  #gone = [];
  #onchoose;
  #onall;
  /** For shortcuts outside the list. */
  grid;
  /** How many stats match the filter. */
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
    node.addEventListener("keydown", (event) => this.#handleKey(event));
  }

  /** Sorts after stats came or went. A chosen one stays as long as its history is kept. */
  sort() {
    this.#gone = this.#goneAndChosen();
    const stats = [...this.#stats.byLabel.values(), ...this.#gone];
    const keyed = stats.map((stat) => ({ stat, prefix: prefixOf(stat.label) }));
    const compare = (a, b) =>
      a.stat.isSecondary - b.stat.isSecondary ||
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

  /** The labels in the charts, in the order of their colours. */
  set chosen(labels) {
    this.#chosen = labels;
    const gone = this.#goneAndChosen();
    if (gone.length !== this.#gone.length || gone.some((stat) => !this.#gone.includes(stat))) {
      this.sort();
    }
    this.grid.refresh();
  }

  /** How many stats there are to choose from. */
  get all() {
    return this.#sorted.length;
  }

  #goneAndChosen() {
    const found = this.#chosen.map((label) => this.#stats.find(label));
    return found.filter((stat) => stat && stat.goneSince !== null);
  }

  refresh() {
    this.grid.refresh();
  }

  /** Makes the groups and rows in their order. */
  #arrange() {
    const { filter, all } = this.#view;
    const matches = matcher(filter);
    const kept = this.#sorted.filter(({ stat }) => matches(stat.label));
    this.count = kept.length;
    const [primary, secondary] = [false, true].map((is) => kept.filter(({ stat }) => stat.isSecondary === is));
    const items = this.#grouped(primary);
    // Matches of the filter aren't collapsed.
    if (secondary.length > 0 && filter === "") {
      items.push({ ...SECONDARY, count: secondary.length, isOpen: all });
    }
    this.grid.items = items.concat(filter !== "" || all ? this.#grouped(secondary) : []);
  }

  /** The rows of sorted stats, each group below its heading. */
  #grouped(sorted) {
    const items = [];
    let group;
    for (const { stat, prefix } of sorted) {
      const key = `${stat.isSecondary} ${prefix}`;
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
    row.classList.toggle("secondary", key === SECONDARY.key);
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
    row.classList.remove("secondary");
    row.title = [stat.label, death, stat.help].filter(Boolean).join("\n");
    row.removeAttribute("aria-expanded");
    row.setAttribute("aria-selected", color >= 0);
    line.hidden = stat.isText;
    if (!stat.isText && line.clientWidth > 0) {
      const lineAt = lineOf(stat, showsRate(stat, "auto"));
      const length = Math.max(MIN_POLLS, Math.min(MAX_POLLS, clock.end));
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
    if (key === SECONDARY.key) {
      this.#onall(open);
    } else {
      this.#closed[open ? "delete" : "add"](key);
      this.#arrange();
    }
  }

  /** The left and right arrows close and open groups. */
  #handleKey(event) {
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
    element("span", { role: "gridcell", class: "mark", title: "Add to the chart, or remove" }),
    element(
      "span",
      { role: "gridcell", class: "label" },
      element("span", { class: "visually-hidden" }),
      element("span", { class: "name" }),
      element("span", { class: "life", "data-life": "dead" }),
      element("span", { class: "hint" }),
    ),
    element("span", { role: "gridcell", class: "value number" }),
    element("span", { role: "gridcell", class: "rate number" }),
    element("canvas", { class: "spark", "aria-hidden": "true" }),
  );
}
