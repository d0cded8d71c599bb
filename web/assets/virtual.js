// A list of any length, of which only what can be seen is in the page.

import { element, onFrame } from "./dom.js";

/** So many elements at most: the box becomes no higher than that, however high the window is. */
const MOST = 190;
/** So many more than can be seen, above and below, so that nothing is empty while scrolling. */
const AROUND = 8;

/**
 * Elements of one height in a box that scrolls. `make()` makes one, `fill(element, item, index)`
 * shows an item in it; an element shows one item after another. The height is the box's `--row`.
 */
export class VirtualList {
  #box;
  #inside = element("div", { class: "virtual", role: "presentation" });
  #make;
  #fill;
  #items = [];
  #shown = new Map();
  #spare = [];
  #height = 1;

  constructor(box, { make, fill }) {
    this.#box = box;
    this.#make = make;
    this.#fill = fill;
    box.append(this.#inside);
    this.refresh = onFrame(() => this.draw());
    box.addEventListener("scroll", this.refresh, { passive: true });
    new ResizeObserver(() => this.#measure()).observe(box);
    this.#measure();
  }

  get items() {
    return this.#items;
  }

  set items(items) {
    this.#items = items;
    this.#inside.style.height = `${items.length * this.#height}px`;
    this.draw();
  }

  /** How many items can be seen at one time. */
  get page() {
    return Math.max(1, Math.floor(this.#box.clientHeight / this.#height));
  }

  /** The index to which a key leads from another one; undefined where it leads nowhere. */
  target(key, from) {
    const last = this.#items.length - 1;
    const to = {
      ArrowDown: from + 1,
      ArrowUp: from - 1,
      PageDown: from + this.page,
      PageUp: from - this.page,
      Home: 0,
      End: last,
    }[key];
    return to === undefined ? undefined : Math.max(0, Math.min(last, to));
  }

  /** Scrolls as little as needed to see an item. */
  reveal(index) {
    const top = index * this.#height;
    const bottom = top + this.#height - this.#box.clientHeight;
    this.#box.scrollTop = Math.max(bottom, Math.min(top, this.#box.scrollTop));
    this.draw();
  }

  #measure() {
    this.#height = parseFloat(getComputedStyle(this.#box).getPropertyValue("--row")) || 30;
    this.#box.style.maxHeight = `${(MOST - 1 - 2 * AROUND) * this.#height}px`;
    this.items = this.#items;
  }

  /** Shows the items again that can be seen; `refresh` does before the next picture. */
  draw() {
    const above = Math.floor(this.#box.scrollTop / this.#height);
    const from = Math.max(0, above - AROUND);
    const count = this.page + 1 + 2 * AROUND;
    const to = Math.min(this.#items.length, from + count);
    for (const [index, node] of this.#shown) {
      if (index < from || index >= to) {
        this.#shown.delete(index);
        this.#spare.push(node);
      }
    }
    for (let index = from; index < to; index += 1) {
      let node = this.#shown.get(index);
      if (!node) {
        node = this.#spare.pop() ?? this.#make();
        this.#shown.set(index, node);
        this.#inside.append(node);
      }
      node.style.transform = `translateY(${index * this.#height}px)`;
      this.#fill(node, this.#items[index], index);
    }
    for (const node of this.#spare.splice(0)) {
      node.remove();
    }
  }
}
