// The list of stats.

import { Grid } from "../kit/grid.js";
import { nameChoice, statChoice } from "./choice.js";
import { keyOf } from "./name.js";
import { Outline, SECONDARY } from "./outline.js";
import { fillHeading, fillName, fillStat, makeRow } from "./row.js";

/**
 * The list. `onchoose(choice, more)` gets what is chosen: alone, or with `more` in addition;
 * `onall(all)` whether stats that aren't about the work of programs are shown, too. They come last.
 * `onshow(stat)` gets the stat of each row that is shown.
 */
export class StatList {
  #stats;
  #outline = new Outline();
  #filter = "";
  #chosen = [];
  /** The stats and names that no file has any more: those that are chosen, and those that were recorded. */
  #gone = [];
  #onchoose;
  #onall;
  #onshow;
  /** For shortcuts outside the list. */
  grid;

  constructor(node, box, stats, { onchoose, onall, onshow }) {
    this.#stats = stats;
    this.#onchoose = onchoose;
    this.#onall = onall;
    this.#onshow = onshow;
    this.grid = new Grid(node, box, {
      make: makeRow,
      fill: (row, item) => this.#fill(row, item),
      idOf: ({ stat, name, key }) =>
        stat ? `stat ${stat.label}` : name ? `name ${name.key}` : `group ${key}`,
      // What a filter found is below the name.
      isEntry: ({ stat, name, isFound }) => stat !== undefined || (name !== undefined && !isFound),
      act: (item, more) => this.#act(item, more),
      toggle: (item) => this.#setOpen(item, !item.isOpen),
    });
    node.addEventListener("keydown", (event) => this.#handleKey(event));
  }

  /** How many stats match the filter. */
  get count() {
    return this.#outline.count;
  }

  /** How many stats there are to choose from. */
  get all() {
    return this.#outline.total;
  }

  /** Sorts after stats came or went. A chosen one stays as long as its history is kept. */
  sort() {
    this.#gone = this.#goneAndListed();
    const entries = [];
    for (const name of this.#stats.names.values()) {
      const gone = this.#gone.filter((gone) => gone !== name && keyOf(gone) === name.key);
      if (name.size + gone.length > 0) {
        entries.push({ name, size: name.size + gone.length, listed: () => name.series.concat(gone) });
      } else if (this.#gone.includes(name)) {
        entries.push({ name, size: 0, listed: () => [] });
      }
    }
    this.#outline.sort(entries);
    this.grid.items = this.#outline.items;
  }

  set view(view) {
    if (view.filter !== this.#filter) {
      this.grid.restart();
    }
    this.#filter = view.filter;
    this.#outline.show(view);
    this.grid.items = this.#outline.items;
  }

  /** What is in the charts, in the order of their colours. */
  set chosen(choices) {
    this.#chosen = choices;
    const gone = this.#goneAndListed();
    if (gone.length !== this.#gone.length || gone.some((stat) => !this.#gone.includes(stat))) {
      this.sort();
    }
    this.grid.refresh();
  }

  refresh() {
    this.grid.refresh();
  }

  #goneAndListed() {
    const chosen = this.#chosen.flatMap((choice) => {
      const { stat, names = [] } = this.#stats.resolve(choice);
      return stat?.goneSince ? [stat] : names.filter(({ size }) => size === 0);
    });
    return [...new Set([...chosen, ...this.#stats.ended])];
  }

  #fill(row, item) {
    const { clock } = this.#stats;
    const stat = item.stat ?? item.name?.stat;
    if (stat && !stat.isText) {
      this.#onshow(stat);
    }
    if (item.stat) {
      fillStat(row, item, { color: this.#colorOf(item), clock });
    } else if (item.name) {
      fillName(row, item, { color: this.#colorOf(item), clock });
    } else {
      fillHeading(row, { ...item, isSecondary: item.key === SECONDARY.key });
    }
  }

  /** The number of a row's choice; -1 if it isn't chosen. */
  #colorOf({ stat, name, of }) {
    const asStat = stat ? this.#chosen.indexOf(statChoice(stat.label)) : -1;
    const whole = name?.name ?? (of ? undefined : stat.name);
    if (asStat >= 0 || whole === undefined) {
      return asStat;
    }
    const choices = [nameChoice(whole), statChoice(whole)];
    return this.#chosen.findIndex(
      (choice) => choices.includes(choice) && this.#stats.resolve(choice).names !== undefined,
    );
  }

  /** Opens or closes a group, or chooses a stat or a name. */
  #act(item, more) {
    if (item.stat) {
      this.#onchoose(statChoice(item.stat.label), more);
    } else if (item.name) {
      this.#onchoose(nameChoice(item.name.name), more);
    } else {
      this.#setOpen(item, !item.isOpen);
    }
  }

  #setOpen(item, open) {
    if (item.key === SECONDARY.key) {
      this.#onall(open);
    } else {
      this.#outline.setOpen(item, open);
      this.grid.items = this.#outline.items;
    }
  }

  /** The left and right arrows close and open names and groups. */
  #handleKey(event) {
    const { active } = this.grid;
    const { key, of, isOpen } = active ?? {};
    if (event.key === "ArrowRight" && isOpen === false) {
      this.#setOpen(active, true);
    } else if (event.key === "ArrowLeft" && active) {
      const above = isOpen ? active : this.#outline.above(active);
      if (above) {
        this.#setOpen(above, false);
        this.grid.goTo((item) => item.key === key && item.name === above.name && !item.stat);
      }
    } else {
      return;
    }
    event.preventDefault();
  }
}
