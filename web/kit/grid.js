// A list for the keyboard: one of its rows is active.

import { VirtualList } from "./virtual.js";

/**
 * The rows of a grid, of which one is active while the grid has the focus. Besides those of a
 * `VirtualList`, `options` are
 *
 *     { idOf(item),        identifies the active item while others come and go
 *       isEntry(item),     whether it is an entry, not a heading; the first one is active at first
 *       act(item, more),   for a click and Enter; with `more` for Space, and a click with Ctrl
 *       toggle(item) }     for a click on the row's `.toggle`
 */
export class Grid {
  #node;
  #list;
  #options;
  #active = 0;
  /** The id of the active item; null until the user has moved. */
  #id = null;

  constructor(node, box, options) {
    this.#node = node;
    this.#options = { isEntry: () => true, ...options };
    const fill = (row, item, index) => this.#fill(row, item, index);
    this.#list = new VirtualList(box, { make: options.make, fill });
    box.addEventListener("click", (event) => this.#clicked(event));
    // Buttons in the head handle their own keys.
    node.addEventListener("keydown", (event) => event.target === node && this.#typed(event));
    node.addEventListener("focus", () => this.refresh());
    node.addEventListener("blur", () => this.refresh());
  }

  refresh() {
    this.#list.refresh();
  }

  set items(items) {
    const { idOf, isEntry } = this.#options;
    const known = this.#id === null ? -1 : items.findIndex((item) => idOf(item) === this.#id);
    const fallback = this.#id === null ? items.findIndex(isEntry) : this.#active;
    this.#active = Math.max(0, Math.min(known >= 0 ? known : fallback, items.length - 1));
    this.#node.setAttribute("aria-rowcount", items.length + 1);
    this.#list.items = items;
  }

  /** The active item; undefined if there are none. */
  get active() {
    return this.#list.items[this.#active];
  }

  /** Makes the first entry active again, as for another filter. */
  restart() {
    this.#id = null;
  }

  /** Makes the first matching item active. */
  goTo(matches) {
    this.#goTo(Math.max(0, this.#list.items.findIndex(matches)));
  }

  /** Handles a key from outside the list, if it moves in lists. */
  enter(event) {
    const moves = this.#list.target(event.key, this.#active) !== undefined;
    if (!moves || hasModifier(event) || !this.#focus()) {
      return;
    }
    if (event.key.startsWith("Arrow")) {
      // The first press only shows the active row.
      event.preventDefault();
    } else {
      this.#typed(event);
    }
  }

  /** Focuses the active item and acts on it, if it is an entry. */
  open() {
    const item = this.active;
    if (item && this.#options.isEntry(item)) {
      this.#focus();
      this.#options.act(item, false);
    }
  }

  #focus() {
    if (this.#list.items.length > 0) {
      this.#node.focus({ preventScroll: true });
    }
    const focused = document.activeElement === this.#node;
    if (focused) {
      this.#goTo(this.#active);
    }
    return focused;
  }

  #goTo(index) {
    this.#active = index;
    this.#id = this.#options.idOf(this.active);
    this.#list.reveal(index);
  }

  #fill(row, item, index) {
    row.id = `row-${index}`;
    row.dataset.index = index;
    row.setAttribute("aria-rowindex", index + 2);
    const active = index === this.#active && document.activeElement === this.#node;
    row.classList.toggle("active", active);
    if (active) {
      this.#node.setAttribute("aria-activedescendant", row.id);
    }
    this.#options.fill(row, item, index);
  }

  #clicked(event) {
    const row = event.target.closest("[data-index]");
    if (row) {
      this.#active = Number(row.dataset.index);
      this.#id = this.#options.idOf(this.active);
      const more = event.ctrlKey || event.metaKey || event.shiftKey;
      if (event.target.closest(".toggle")) {
        this.#options.toggle(this.active);
      } else {
        this.#options.act(this.active, more || event.target.closest(".mark") !== null);
      }
    }
  }

  #typed(event) {
    const to = this.#list.target(event.key, this.#active);
    if (hasModifier(event) || !this.active) {
      return;
    }
    if (to !== undefined) {
      this.#goTo(to);
    } else if (event.key === "Enter" || event.key === " ") {
      this.#options.act(this.active, event.key === " ");
    } else {
      return;
    }
    event.preventDefault();
  }
}

function hasModifier({ ctrlKey, metaKey, altKey }) {
  return ctrlKey || metaKey || altKey;
}
