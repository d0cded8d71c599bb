// The charts of the chosen stats, and the values at the time that is pointed at.

import { choiceBar, closeButton } from "../kit/controls.js";
import { element, setText } from "../kit/dom.js";
import { visible } from "../kit/escape.js";
import { time as timeOfDay } from "../kit/format.js";
import { nearest } from "../kit/scale.js";
import { partsOf, titleOf } from "./choice.js";
import { contentOf } from "./content.js";
import { reading, valueText } from "./display.js";
import { Lines } from "./lines.js";
import { Panel } from "./panel.js";
import { perFile } from "./per_file.js";
import { Processes } from "./processes.js";
import { BYS, SHOWS, WINDOWS } from "./url.js";

/** The least window, in seconds: a shorter history doesn't fill the width. */
const MIN_WINDOW = 60;
const SHOW_NAMES = { auto: "Auto", value: "Value", rate: "Rate" };
const BY_NAMES = { series: "Series", total: "Total", process: "Processes" };

/** The charts. `onview(change)` gets what of the view was changed here. */
export class Detail {
  #section;
  #stats;
  #onview;
  #view = { choices: [], minutes: 5, show: "auto", by: "series" };
  #processes;
  #lines;
  /** The charts, by what their lines have in common. */
  #panels = new Map();
  #zoom = null;
  #cursor = null;
  #layout = "";
  #charts = element("div", { class: "charts" });
  #descriptions = element("ul", { class: "descriptions" });
  #time = element("p", { class: "moment" });
  #announced = element("p", { class: "visually-hidden", role: "status" });
  #zoomOut;
  #bars;

  constructor(section, stats, onview) {
    this.#section = section;
    this.#stats = stats;
    this.#onview = onview;
    this.#processes = new Processes(stats, () => this.#draw());
    this.#lines = new Lines(stats, this.#processes);
    const minutes = (value) => `${value} min`;
    const setMinutes = (value) => onview({ minutes: value });
    const setShow = (value) => onview({ show: value });
    const setBy = (value) => onview({ by: value === "total" && !this.#hasNames ? "series" : value });
    this.#bars = [
      choiceBar("minutes", "Window", WINDOWS, minutes, setMinutes),
      choiceBar("show", "Shown as", SHOWS, (value) => SHOW_NAMES[value], setShow),
      choiceBar("by", "One line for", BYS, (value) => BY_NAMES[value], setBy),
    ];
    const zoomOut = () => this.#zoomTo(null);
    this.#zoomOut = element("button", { type: "button", hidden: true, onclick: zoomOut }, "Zoom out");
    const close = closeButton("Close the chart", () => onview({ choices: [] }));
    const [minutesBar, showBar, byBar] = this.#bars;
    section.append(
      element(
        "div",
        { class: "tools" },
        element("div", { class: "tools" }, minutesBar, showBar, this.#zoomOut),
        element("div", { class: "tools" }, byBar, this.#time),
        close,
      ),
      this.#charts,
      this.#descriptions,
      this.#announced,
    );
  }

  set view(view) {
    if (view.minutes !== this.#view.minutes) {
      this.#zoom = null;
    }
    this.#view = view;
    const { minutes, show, by } = view;
    this.#bars.slice(0, 2).forEach((bar, index) => check(bar, [minutes, show][index]));
    this.#section.hidden = view.choices.length === 0;
    this.#processes.choices = by === "process" ? view.choices : [];
    this.refresh();
  }

  /** Draws the present state. */
  refresh() {
    // The values of processes come later than those of all.
    if (this.#view.by === "process") {
      this.#processes.fetch();
    } else {
      this.#draw();
    }
  }

  #draw() {
    if (this.#section.hidden) {
      return;
    }
    this.#updateBy();
    const lines = this.#lines.of(this.#view);
    this.#arrange(lines);
    const { from, to } = this.#window();
    const [first, end] = this.#range(from, to);
    const timeAt = (_, index) => this.#stats.clock.at(first + index);
    const times = Float64Array.from({ length: end - first }, timeAt);
    const pointed = this.#pointedIndex(first, times);
    const texts = lines.map((line) => this.#textOf(line, pointed));
    for (const [key, panel] of this.#panels) {
      const members = lines.filter((line) => line.panel === key);
      let [{ more }] = members;
      if (panel.canvas) {
        const content = contentOf(members, first, times);
        more += content.lines.length < members.length ? ", but not drawn: these would be flat" : "";
        panel.draw({ from, to, ...content }, this.#cursor);
      }
      panel.updateLegend(members, members.map((line) => texts[lines.indexOf(line)]), more);
    }
    this.#zoomOut.hidden = this.#zoom === null;
    this.#announce(lines, texts, pointed);
  }

  /** Stats are their only series, so the choice is between all and processes. */
  #updateBy() {
    const { by } = this.#view;
    const bar = this.#bars[2];
    bar.querySelector("[value=series]").parentElement.hidden = !this.#hasNames;
    check(bar, this.#hasNames || by !== "series" ? by : "total");
  }

  /** Whether a name is chosen. */
  get #hasNames() {
    return this.#view.choices.some((choice) => this.#stats.resolve(choice).names);
  }

  #window() {
    const { clock } = this.#stats;
    const last = clock.at(clock.end - 1) || 0;
    const from = Math.max(last - 60 * this.#view.minutes, clock.at(clock.start) || 0);
    return this.#zoom ?? { from: Math.min(from, last - MIN_WINDOW), to: last };
  }

  /** The indexes of the window, and one more on either side. */
  #range(from, to) {
    const { clock } = this.#stats;
    const first = Math.max(clock.start, clock.search(from) - 1);
    return [first, Math.min(clock.end, clock.search(to) + 1)];
  }

  /** Makes new charts and texts if there are other lines, or other scales. */
  #arrange(lines) {
    const shapes = lines.map(({ panel, name, color, asRate, scale, stat }) =>
      [panel, name, color, asRate, scale, stat?.help, stat?.goneSince]);
    const layout = JSON.stringify(shapes);
    if (layout === this.#layout) {
      return;
    }
    this.#layout = layout;
    const without = (choice) => this.#view.choices.filter((other) => other !== choice);
    const onremove = (choice) => this.#onview({ choices: without(choice) });
    const onread = (time) => this.#pointAt(time);
    const onzoom = (from, to) => this.#zoomTo(from === undefined ? null : { from, to });
    this.#panels.forEach((panel) => panel.close());
    this.#panels = new Map([...new Set(lines.map(({ panel }) => panel))].map((key) => {
      const members = lines.filter(({ panel }) => panel === key);
      return [key, new Panel({ title: members[0].title, lines: members, onremove, onread, onzoom })];
    }));
    this.#charts.replaceChildren(...[...this.#panels.values()].map(({ node }) => node));
    const descriptions = this.#view.choices.map((choice) => this.#descriptionOf(choice));
    this.#descriptions.replaceChildren(...descriptions);
  }

  /** The help text of a stat, and its values in each file. */
  #descriptionOf(choice) {
    const { stat, names } = this.#stats.resolve(choice);
    const missing = `This ${partsOf(choice)[0]} doesn't exist now.`;
    const help = (stat ?? names?.[0].stat)?.help ?? missing;
    return element(
      "li",
      {},
      element("p", {}, element("span", { class: "label" }, visible(titleOf(choice))), " ",
        element("span", { class: "help" }, help)),
      stat && stat.goneSince === null ? perFile(stat) : "",
    );
  }

  #pointAt(time) {
    this.#cursor = time;
    this.#draw();
  }

  #zoomTo(zoom) {
    this.#zoom = zoom;
    this.#draw();
  }

  /** The index that is pointed at, or null. */
  #pointedIndex(first, times) {
    return this.#cursor !== null && times.length > 0 ? first + nearest(times, this.#cursor) : null;
  }

  /** The text of a line at an index, or at present. */
  #textOf({ stat, asRate }, index) {
    const { clock } = this.#stats;
    if (stat === undefined) {
      return "–";
    }
    const { isText, kind, goneSince } = stat;
    if (isText || (index === null && (kind === "timestamp" || goneSince !== null))) {
      return valueText(stat, clock);
    }
    return reading(stat, asRate, index ?? clock.end - 1);
  }

  /** Shows the time that is pointed at; if by the keyboard, screen readers announce the values. */
  #announce(lines, texts, index) {
    const time = index === null ? "" : timeOfDay(this.#stats.clock.at(index));
    setText(this.#time, time);
    const isKeyboard = index !== null && this.#charts.contains(document.activeElement);
    const values = lines.map(({ name }, line) => `${name} ${texts[line]}`);
    setText(this.#announced, isKeyboard ? [time, ...values].join(", ") : "");
  }
}

/** Checks a button of a bar. */
function check(bar, value) {
  bar.querySelector(`[value="${value}"]`).checked = true;
}
