// A chart with its legend.

import { Chart } from "../kit/chart.js";
import { closeButton } from "../kit/controls.js";
import { element, setText } from "../kit/dom.js";
import { visible } from "../kit/escape.js";
import { number } from "../kit/format.js";
import { deathText } from "./display.js";
import { timedText } from "./marks.js";

const KEYS = "The arrow keys go from point to point, plus and minus zoom in and out; Escape ends it.";
/** Maximum number of marks that are listed as text. */
const MAX_MARKS = 20;

/**
 * A panel of `Lines`; without a scale it has only a legend, no chart. `title` is the stat of lines
 * that are named after processes, or the name of series. `onremove(choice)` removes what is chosen;
 * the rest is for the `Chart`.
 */
export class Panel {
  #readings = [];
  #deaths = [];
  #more = element("p", { class: "more", hidden: true });
  #marks = element("ul", { class: "visually-hidden marks", "aria-label": "Programs that started, ended or died" });
  #chart = null;
  canvas = null;
  node;

  constructor({ title, lines, onremove, onread, onzoom }) {
    const entries = lines.map((line) => this.#entry(line, title === undefined ? onremove : null));
    const legend = element("ul", { class: "legend" }, ...entries);
    this.node = element("figure", { class: "chart" }, legend, this.#more);
    if (title !== undefined) {
      const text = visible(title);
      const remove = closeButton(`Remove ${text}`, () => onremove(lines[0].choice));
      this.node.prepend(element("h3", {}, element("span", {}, text), remove));
    }
    if (lines[0].scale !== null) {
      const names = lines.map(({ name }) => name).join(", ");
      const name = `Chart of ${title === undefined ? names : `${visible(title)}: ${names}`}. ${KEYS}`;
      this.canvas = element("canvas", { tabindex: 0, role: "img", "aria-label": name });
      this.#chart = new Chart(this.canvas, { onread, onzoom });
      this.node.append(this.canvas, this.#marks);
    }
  }

  #entry({ choice, name, color, stat, asRate, scale }, onremove) {
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
      onremove ? closeButton(`Remove ${name}`, () => onremove(choice)) : "",
    );
  }

  close() {
    this.#chart?.close();
  }

  /** Draws the lines that it was made of, with the time that is pointed at. */
  draw(content, cursor) {
    if (this.#chart) {
      this.#chart.show(content);
      this.#chart.cursor = cursor;
    }
  }

  /** Lists what became of programs, the latest last. */
  updateMarks(marks) {
    const texts = marks.slice(-MAX_MARKS).map(timedText);
    if (marks.length > MAX_MARKS) {
      texts.unshift(`${number(marks.length - MAX_MARKS)} more before`);
    }
    if (texts.join("\n") !== [...this.#marks.children].map((item) => item.textContent).join("\n")) {
      this.#marks.replaceChildren(...texts.map((text) => element("li", {}, text)));
    }
  }

  /** Updates the legend, and what is said of `more` that has no line. */
  updateLegend(lines, texts, more) {
    lines.forEach(({ stat }, index) => {
      setText(this.#readings[index], texts[index]);
      setText(this.#deaths[index], stat ? deathText(stat) : "");
    });
    this.#more.hidden = more === "";
    setText(this.#more, more);
  }
}
