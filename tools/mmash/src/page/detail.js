// The charts of the chosen stats, with their window, and what each stat is at the moment that is
// pointed at.

import { Chart } from "../kit/chart.js";
import { bar, cross } from "../kit/controls.js";
import { element, setText } from "../kit/dom.js";
import { time as timeOfDay } from "../kit/format.js";
import { nearest } from "../kit/scale.js";
import {
  bandsOf,
  deathText,
  drawnAt,
  lineOf,
  reading,
  scaleOf,
  scaleText,
  showsRate,
  valueText,
} from "./measures.js";
import { places } from "./places.js";
import { SHOWS, WINDOWS } from "./view.js";

/** What is known is shown over the whole width from that many seconds on. */
const LEAST_WINDOW = 60;
const SHOW_NAMES = { auto: "As suits", value: "Value", rate: "Rate" };

/** The charts. `onview(part)` is told what of the view was changed here. */
export class Detail {
  #section;
  #stats;
  #onview;
  #view = { stats: [], minutes: 5, show: "auto" };
  /** The drawn stats, one chart for each scale. */
  #panels = [];
  #zoom = null;
  #cursor = null;
  #layout = "";
  #charts = element("div", { class: "charts" });
  #legend = element("ul", { class: "legend", "aria-label": "Stats in the chart" });
  #moment = element("p", { class: "moment" });
  #spoken = element("p", { class: "unseen", role: "status" });
  #back;
  #bars;

  constructor(section, stats, onview) {
    this.#section = section;
    this.#stats = stats;
    this.#onview = onview;
    const minutes = (value) => `${value} min`;
    const setMinutes = (value) => onview({ minutes: value });
    const setShow = (value) => onview({ show: value });
    this.#bars = [
      bar("minutes", "Window", WINDOWS, minutes, setMinutes),
      bar("show", "What is drawn", SHOWS, (value) => SHOW_NAMES[value], setShow),
    ];
    const zoomOut = () => this.#zoomTo(null);
    this.#back = element("button", { type: "button", hidden: true, onclick: zoomOut }, "Zoom out");
    const close = cross("Close the chart", () => onview({ stats: [] }));
    section.append(
      element("div", { class: "tools" }, ...this.#bars, this.#back, this.#moment, close),
      this.#charts,
      this.#legend,
      this.#spoken,
    );
  }

  set view(view) {
    if (view.minutes !== this.#view.minutes) {
      this.#zoom = null;
    }
    this.#view = view;
    const { minutes, show } = view;
    const chosen = [minutes, show];
    this.#bars.forEach((fieldset, index) => {
      fieldset.querySelector(`[value="${chosen[index]}"]`).checked = true;
    });
    this.#section.hidden = view.stats.length === 0;
    this.refresh();
  }

  /** Draws what is known now. */
  refresh() {
    if (this.#section.hidden) {
      return;
    }
    const drawn = this.#view.stats.map((label, color) => this.#drawnOf(label, color));
    this.#arrange(drawn);
    const { from, to } = this.#window();
    const [first, end] = this.#places(from, to);
    const timeAt = (_, index) => this.#stats.clock.at(first + index);
    const times = Float64Array.from({ length: end - first }, timeAt);
    for (const { chart, scale } of this.#panels) {
      const members = drawn.filter((one) => one.scale === scale);
      chart.show({ from, to, ...this.#content(members, first, times) });
      chart.cursor = this.#cursor;
    }
    this.#back.hidden = this.#zoom === null;
    this.#read(drawn, first, times);
  }

  #drawnOf(label, color) {
    const stat = this.#stats.find(label);
    const asRate = stat !== undefined && showsRate(stat, this.#view.show);
    const scale = stat && !stat.isText ? scaleOf(stat, asRate) : null;
    return { label, color, stat, asRate, scale };
  }

  #window() {
    const { clock } = this.#stats;
    const last = clock.at(clock.end - 1) || 0;
    const from = Math.max(last - 60 * this.#view.minutes, clock.at(clock.start) || 0);
    return this.#zoom ?? { from: Math.min(from, last - LEAST_WINDOW), to: last };
  }

  /** The places of the window, and one more on either side. */
  #places(from, to) {
    const { clock } = this.#stats;
    const first = Math.max(clock.start, clock.search(from) - 1);
    return [first, Math.min(clock.end, clock.search(to) + 1)];
  }

  #content(drawn, first, times) {
    const lines = [];
    const bands = [];
    const along = (numberAt) => Float64Array.from(times, (_, index) => numberAt(first + index));
    for (const { stat, asRate, color } of drawn) {
      lines.push({ color, times, values: along(lineOf(stat, this.#stats.clock, asRate)) });
      for (const [low, high, strength] of bandsOf(stat, asRate)) {
        const [lower, upper] = [low, high].map((name) => along((place) => drawnAt(stat, name, place)));
        bands.push({ color, strength, times, lower, upper });
      }
    }
    const [{ stat, asRate }] = drawn;
    const base = stat.unit === "bytes" && !asRate ? 2 : 10;
    const zero = drawn.some((one) => one.asRate);
    return { lines, bands, base, zero, format: scaleText(stat, asRate) };
  }

  /** Makes charts and legend anew where other stats are drawn, or on other scales. */
  #arrange(drawn) {
    const scales = [...new Set(drawn.map(({ scale }) => scale).filter((scale) => scale !== null))];
    const members = drawn.map(({ label, stat }) => [label, stat?.help, stat?.goneSince]);
    const layout = JSON.stringify([scales, members]);
    if (layout === this.#layout) {
      return;
    }
    this.#layout = layout;
    this.#panels.forEach(({ chart }) => chart.close());
    this.#panels = scales.map((scale) => {
      const labels = drawn.filter((one) => one.scale === scale).map(({ label }) => label);
      const keys = "The arrows read point after point; Escape ends it.";
      const name = `Chart of ${labels.join(", ")}. ${keys}`;
      const canvas = element("canvas", { tabindex: 0, role: "img", "aria-label": name });
      const chart = new Chart(canvas, {
        onread: (time) => this.#pointAt(time),
        onzoom: (from, to) => this.#zoomTo(from === undefined ? null : { from, to }),
      });
      return { chart, canvas, scale };
    });
    this.#charts.replaceChildren(...this.#panels.map(({ canvas }) => canvas));
    this.#legend.replaceChildren(...drawn.map((one) => this.#entry(one)));
  }

  #entry({ label, color, stat }) {
    const others = () => this.#view.stats.filter((other) => other !== label);
    return element(
      "li",
      {},
      element("span", { class: "mark", "data-color": color + 1 }),
      element(
        "div",
        { class: "title" },
        element("span", { class: "label" }, label),
        element("span", { class: "life", "data-life": "dead" }),
        element("span", { class: "reading" }),
      ),
      cross(`Take ${label} out`, () => this.#onview({ stats: others() })),
      element("p", { class: "help" }, stat ? stat.help : "There is no such stat now."),
      stat && stat.goneSince === null ? places(stat) : "",
    );
  }

  #pointAt(time) {
    this.#cursor = time;
    this.refresh();
  }

  #zoomTo(zoom) {
    this.#zoom = zoom;
    this.refresh();
  }

  /** Tells what each stat was at the cursor, or else is. */
  #read(drawn, first, times) {
    const { clock } = this.#stats;
    const pointed = this.#cursor !== null && times.length > 0;
    const place = pointed ? first + nearest(times, this.#cursor) : clock.end - 1;
    setText(this.#moment, pointed ? timeOfDay(clock.at(place)) : "");
    const hasNoReading = ({ isText, kind, goneSince }) =>
      isText || (!pointed && (kind === "timestamp" || goneSince !== null));
    const texts = drawn.map(({ stat, asRate }) =>
      stat === undefined ? "–"
      : hasNoReading(stat) ? valueText(stat, clock)
      : reading(stat, clock, asRate, place),
    );
    const readings = this.#legend.querySelectorAll(".reading");
    texts.forEach((text, index) => setText(readings[index], text));
    const deaths = this.#legend.querySelectorAll(".title .life");
    drawn.forEach(({ stat }, index) => setText(deaths[index], stat ? deathText(stat) : ""));
    // What the arrows point at is heard; what the mouse does is only seen.
    const heard = pointed && this.#charts.contains(document.activeElement);
    const told = drawn.map(({ label }, index) => `${label} ${texts[index]}`);
    setText(this.#spoken, heard ? [timeOfDay(clock.at(place)), ...told].join(", ") : "");
  }
}
