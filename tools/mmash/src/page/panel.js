// A chart, with what it draws named above it.

import { Chart } from "../kit/chart.js";
import { cross } from "../kit/controls.js";
import { element, setText } from "../kit/dom.js";
import { counted } from "../kit/format.js";
import { deathText } from "./measures.js";

const KEYS = "The arrows read point after point; Escape ends it.";

/**
 * A panel of lines that are `{ name, color, stat, asRate, scale }`; without a scale there is no
 * chart, only names. `title` stands above lines whose names say only whose they are. `onout(label)`
 * takes a stat out; the rest is for the `Chart`.
 */
export class Panel {
  #readings = [];
  #deaths = [];
  #more = element("p", { class: "more", hidden: true });
  #chart = null;
  canvas = null;
  node;

  constructor({ title, lines, onout, onread, onzoom }) {
    const entries = lines.map((line) => this.#entry(line, title === undefined ? onout : null));
    const legend = element("ul", { class: "legend" }, ...entries);
    this.node = element("figure", { class: "chart" }, legend, this.#more);
    if (title !== undefined) {
      const out = cross(`Take ${title} out`, () => onout(title));
      this.node.prepend(element("h3", {}, element("span", {}, title), out));
    }
    if (lines[0].scale !== null) {
      const names = lines.map(({ name }) => name).join(", ");
      const name = `Chart of ${title === undefined ? names : `${title}: ${names}`}. ${KEYS}`;
      this.canvas = element("canvas", { tabindex: 0, role: "img", "aria-label": name });
      this.#chart = new Chart(this.canvas, { onread, onzoom });
      this.node.append(this.canvas);
    }
  }

  #entry({ label, name, color, stat, asRate, scale }, onout) {
    const [reading, death] = [
      element("span", { class: "reading" }),
      element("span", { class: "life", "data-life": "dead" }),
    ];
    this.#readings.push(reading);
    this.#deaths.push(death);
    const isLong = scale === null || (stat.kind === "histogram" && !asRate);
    return element(
      "li",
      { class: isLong ? "wide" : false, title: stat?.help ?? "" },
      element("span", { class: "mark", "data-color": color + 1 }),
      element("span", { class: "label" }, name),
      death,
      reading,
      onout ? cross(`Take ${name} out`, () => onout(label)) : "",
    );
  }

  close() {
    this.#chart?.close();
  }

  /** Draws lines, which are those of which it was made, with the time that is pointed at. */
  show(content, cursor) {
    if (this.#chart) {
      this.#chart.show(content);
      this.#chart.cursor = cursor;
    }
  }

  /** Tells what each line is, and of how many others there is none. */
  tell(lines, texts, more) {
    lines.forEach(({ stat }, index) => {
      setText(this.#readings[index], texts[index]);
      setText(this.#deaths[index], stat ? deathText(stat) : "");
    });
    this.#more.hidden = more === 0;
    setText(this.#more, more === 0 ? "" : `and ${counted(more, "processes")} more`);
  }
}
