// A list of any length, of which only what can be seen is in the page.

import { element, onFrame } from "./dom.js";

/** So many elements at most, however high the window is: `--most` says how high that is. */
const MOST = 190;
/** So many more than can be seen, above and below, so that nothing is empty while scrolling. */
const AROUND = 8;

/**
 * Elements of one height in a box that scrolls, or in one as high as they are, with something around
 * it that scrolls. `make()` makes one, `fill(element, item, index)` shows an item in it; an element
 * shows one item after another. The height is the box's `--row`.
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
    this.#inside.style.height = `${items.length * this.#height}px`;
    this.draw();
  }

  /** How many items can be seen at one time. */
  get page() {
    return Math.max(1, Math.floor(this.#seen().height / this.#height));
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
    const { scroller, above, height } = this.#seen();
    const top = index * this.#height - above;
    scroller.scrollTop += Math.min(0, top) + Math.max(0, top + this.#height - height);
    this.draw();
  }

  /** What scrolls, how many pixels of the list are above what can be seen, and how high that is. */
  #seen() {
    const scrolls = (node) => getComputedStyle(node).overflowY === "auto" || !node.parentElement;
    let scroller = this.#box;
    while (!scrolls(scroller)) {
      scroller = scroller.parentElement;
    }
    const [around, inside] = [scroller, this.#inside].map((node) => node.getBoundingClientRect().top);
    return { scroller, above: around - inside, height: scroller.clientHeight };
  }

  #measure() {
    this.#height = parseFloat(getComputedStyle(this.#box).getPropertyValue("--row")) || 30;
    this.#box.style.setProperty("--most", `${(MOST - 1 - 2 * AROUND) * this.#height}px`);
    this.items = this.#items;
  }

  /** Shows the items again that can be seen; `refresh` does before the next picture. */
  draw() {
    const { above, height } = this.#seen();
    const [first, end] = [above, above + height].map((edge) => Math.floor(edge / this.#height));
    const from = Math.max(0, first - AROUND);
    const to = Math.min(this.#items.length, end + 1 + AROUND, from + MOST);
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
