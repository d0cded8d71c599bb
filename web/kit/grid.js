// A list whose rows the keys reach: one of them is active.

import { VirtualList } from "./virtual.js";

/**
 * The rows of a grid, of which one is active while the grid has the focus. Besides what a
 * `VirtualList` takes, `about` has
 *
 *     { idOf(item),        by which it stays active when others come and go
 *       isEntry(item),     whether it is what somebody looks for: the first one is active first
 *       act(item, more) }  what a click and Enter do; with `more` Space, and a click with Ctrl
 */
export class Grid {
  #node;
  #list;
  #about;
  #active = 0;
  /** Of the active item; null until somebody has gone to one. */
  #id = null;

  constructor(node, box, about) {
    this.#node = node;
    this.#about = { isEntry: () => true, ...about };
    const fill = (row, item, index) => this.#fill(row, item, index);
    this.#list = new VirtualList(box, { make: about.make, fill });
    box.addEventListener("click", (event) => this.#clicked(event));
    // Buttons in the head have keys of their own.
    node.addEventListener("keydown", (event) => event.target === node && this.#typed(event));
    node.addEventListener("focus", () => this.refresh());
    node.addEventListener("blur", () => this.refresh());
  }

  refresh() {
    this.#list.refresh();
  }

  set items(items) {
    const { idOf, isEntry } = this.#about;
    const known = this.#id === null ? -1 : items.findIndex((item) => idOf(item) === this.#id);
    const place = this.#id === null ? items.findIndex(isEntry) : this.#active;
    this.#active = Math.max(0, Math.min(known >= 0 ? known : place, items.length - 1));
    this.#node.setAttribute("aria-rowcount", items.length + 1);
    this.#list.items = items;
  }

  /** The active item; undefined where there are none. */
  get active() {
    return this.#list.items[this.#active];
  }

  /** The first entry is active again: something else is looked for. */
  restart() {
    this.#id = null;
  }

  /** Makes the first item active that is so. */
  goTo(isSo) {
    this.#goTo(Math.max(0, this.#list.items.findIndex(isSo)));
  }

  /** Takes a key from outside the list, if it is one that moves in lists. */
  enter(event) {
    const moves = this.#list.target(event.key, this.#active) !== undefined;
    if (!moves || hasModifier(event) || !this.#focus()) {
      return;
    }
    if (event.key.startsWith("Arrow")) {
      // It shows where it is first.
      event.preventDefault();
    } else {
      this.#typed(event);
    }
  }

  /** Goes to the active item and acts on it, if it is an entry. */
  open() {
    const item = this.active;
    if (item && this.#about.isEntry(item)) {
      this.#focus();
      this.#about.act(item, false);
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
    this.#id = this.#about.idOf(this.active);
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
    this.#about.fill(row, item, index);
  }

  #clicked(event) {
    const row = event.target.closest("[data-index]");
    if (row) {
      this.#active = Number(row.dataset.index);
      this.#id = this.#about.idOf(this.active);
      const more = event.ctrlKey || event.metaKey || event.shiftKey;
      this.#about.act(this.active, more || event.target.closest(".mark") !== null);
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
      this.#about.act(this.active, event.key === " ");
    } else {
      return;
    }
    event.preventDefault();
  }
}

function hasModifier({ ctrlKey, metaKey, altKey }) {
  return ctrlKey || metaKey || altKey;
}
