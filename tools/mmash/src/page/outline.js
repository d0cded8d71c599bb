// The outline of the list: stats under their names, names under their prefixes.

import { matcher } from "../kit/filter.js";
import { compareTexts } from "../kit/compare.js";

/** The heading of stats that aren't about the work of programs. */
export const SECONDARY = { key: "secondary", title: "Tools and processes", hint: "mmash. kodemon. sys. org." };

/** The name up to and including its last dot. */
function prefixOf(name) {
  return name.slice(0, name.lastIndexOf(".") + 1);
}

/**
 * Makes the items of the list: headings `{ key, title, count, isOpen }`, names with several series
 * `{ name, prefix, key, matching, isOpen, isFound }`, and series and plain stats `{ stat, prefix, key, of }`,
 * where `of` is the name above them.
 */
export class Outline {
  #entries = [];
  /** The headings that are closed, and the names that are open. */
  #closed = new Set();
  #opened = new Set();
  /** The names whose series the filter found, but that were closed. */
  #hidden = new Set();
  #filter = "";
  #all = false;
  items = [];
  /** How many stats match the filter, and how many there are. */
  count = 0;
  total = 0;

  /**
   * Sorts entries `{ name, size, listed }`: a name, how many series of it are in the list, and a
   * function that returns them.
   */
  sort(entries) {
    const prefixed = entries.map((entry) => {
      const { name } = entry;
      return { ...entry, prefix: prefixOf(name.name), isSecondary: name.stat.isSecondary };
    });
    this.#entries = prefixed.sort(
      (a, b) =>
        a.isSecondary - b.isSecondary ||
        compareTexts(a.prefix, b.prefix) ||
        compareTexts(a.name.name, b.name.name),
    );
    this.total = this.#entries.reduce((sum, { size }) => sum + size, 0);
    this.#arrange();
  }

  /** Shows what matches a filter; `all` also what isn't about the work of programs. */
  show({ filter, all }) {
    if (filter !== this.#filter) {
      this.#hidden.clear();
    }
    [this.#filter, this.#all] = [filter, all];
    this.#arrange();
  }

  /** Opens or closes a heading, or a name. */
  setOpen({ key, name, isFound }, open) {
    const set = name ? (isFound ? this.#hidden : this.#opened) : this.#closed;
    const isListed = name && !isFound ? open : !open;
    set[isListed ? "add" : "delete"](name?.key ?? key);
    this.#arrange();
  }

  /** The heading, or the name, above an item; undefined if there is none. */
  above({ stat, name, key, of }) {
    return this.items.find((item) => (of ? item.name === of : (stat || name) && item.key === key && item.title));
  }

  #arrange() {
    const isFiltered = this.#filter !== "";
    const matches = matcher(this.#filter);
    const found = this.#entries.map((entry) => this.#match(entry, matches)).filter(
      // One that is gone but chosen has none.
      ({ count, size }) => count > 0 || (size === 0 && !isFiltered),
    );
    this.count = countIn(found);
    const [primary, secondary] = [false, true].map((is) => found.filter(({ isSecondary }) => isSecondary === is));
    this.items = this.#grouped(primary);
    // Matches of the filter aren't collapsed.
    if (secondary.length > 0 && !isFiltered) {
      this.items.push({ ...SECONDARY, count: countIn(secondary), isOpen: this.#all });
    }
    if (isFiltered || this.#all) {
      this.items.push(...this.#grouped(secondary));
    }
  }

  /** The series of a name that match, and whether they are shown. */
  #match(entry, matches) {
    const { name } = entry;
    if (this.#filter === "") {
      return { ...entry, matching: entry.listed, count: entry.size, isFound: false };
    }
    const matching = entry.listed().filter((stat) => matches(stat.searched));
    return { ...entry, matching: () => matching, count: matching.length, isFound: !matches(name.name) };
  }

  /** The rows of sorted names, each group below its heading. */
  #grouped(found) {
    const items = [];
    let group;
    for (const entry of found) {
      const { prefix } = entry;
      const key = `${entry.isSecondary} ${prefix}`;
      if (group?.key !== key) {
        group = { key, title: prefix || "(no prefix)", count: 0, isOpen: !this.#closed.has(key) };
        items.push(group);
      }
      group.count += entry.count;
      if (group.isOpen) {
        items.push(...this.#itemsOf(entry, key));
      }
    }
    return items;
  }

  /** A stat that is alone under its name is shown at once. */
  #itemsOf({ name, prefix, size, count, matching, isFound }, key) {
    if (size === 1) {
      return [{ stat: matching()[0], prefix, key }];
    }
    const isOpen = isFound ? !this.#hidden.has(name.key) : this.#opened.has(name.key);
    const item = { name, prefix, key, count, size, isOpen, isFound };
    const series = isOpen ? matching().map((stat) => ({ stat, prefix, key, of: name })) : [];
    return [item, ...series];
  }
}

function countIn(entries) {
  return entries.reduce((sum, { count }) => sum + count, 0);
}
