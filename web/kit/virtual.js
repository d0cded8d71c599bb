// A virtual list: only its visible rows are in the page.

import { element, onFrame } from "./dom.js";

/** Maximum number of elements, however high the window is; `--max-height` is their height. */
const MAX_ELEMENTS = 190;
/** Rows beyond the visible ones, above and below, so that nothing is blank while scrolling. */
const OVERSCAN = 8;

/**
 * Elements of equal height in a box that scrolls, or in one that something scrollable contains.
 * `make()` makes an element, `fill(element, item, index)` shows an item in it; elements are reused.
 * Their height is the box's `--row`.
 */
export class VirtualList {
  #box;
  #content = element("div", { class: "virtual", role: "presentation" });
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
    box.append(this.#content);
    this.refresh = onFrame(() => this.draw());
    document.addEventListener("scroll", this.refresh, { capture: true, passive: true });
    const resized = new ResizeObserver(() => this.#measure());
    [box, document.body].forEach((node) => resized.observe(node));
    this.#measure();
  }

  get items() {
    return this.#items;
  }

  set items(items) {
    this.#items = items;
    this.#content.style.height = `${items.length * this.#height}px`;
    this.draw();
  }

  /** How many items are visible at a time. */
  get page() {
    return Math.max(1, Math.floor(this.#visible().height / this.#height));
  }

  /** The index that a key moves to; undefined if the key doesn't move. */
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

  /** Scrolls as little as needed to show an item. */
  reveal(index) {
    const { scroller, above, height } = this.#visible();
    const top = index * this.#height - above;
    scroller.scrollTop += Math.min(0, top) + Math.max(0, top + this.#height - height);
    this.draw();
  }

  /** The scrolling element, how many pixels of the list are above its top, and its height. */
  #visible() {
    const scrolls = (node) => getComputedStyle(node).overflowY === "auto" || !node.parentElement;
    let scroller = this.#box;
    while (!scrolls(scroller)) {
      scroller = scroller.parentElement;
    }
    const [around, inside] = [scroller, this.#content].map((node) => node.getBoundingClientRect().top);
    return { scroller, above: around - inside, height: scroller.clientHeight };
  }

  #measure() {
    this.#height = parseFloat(getComputedStyle(this.#box).getPropertyValue("--row")) || 30;
    this.#box.style.setProperty("--max-height", `${(MAX_ELEMENTS - 1 - 2 * OVERSCAN) * this.#height}px`);
    this.items = this.#items;
  }

  /** Draws the visible items now; `refresh` does before the next frame. */
  draw() {
    const { above, height } = this.#visible();
    const [first, end] = [above, above + height].map((edge) => Math.floor(edge / this.#height));
    const from = Math.max(0, first - OVERSCAN);
    const to = Math.min(this.#items.length, end + 1 + OVERSCAN, from + MAX_ELEMENTS);
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
        this.#content.append(node);
      }
      node.style.transform = `translateY(${index * this.#height}px)`;
      this.#fill(node, this.#items[index], index);
    }
    for (const node of this.#spare.splice(0)) {
      node.remove();
    }
  }
}
