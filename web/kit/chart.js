// Lines, bands and points over time, on a canvas: hover to read, drag to zoom.

import { extentOf, timeTicks, valueScale } from "./axes.js";
import { clear } from "./canvas.js";
import { onFrame } from "./dom.js";
import { time as timeOfDay } from "./format.js";
import { drawMarks, firstOf } from "./marks.js";
import { drawBand, drawLine, drawPoints } from "./plot.js";
import { nearest } from "./scale.js";

/** How many line colours the style has: `--line-1` and so on. */
export const COLORS = 8;
/** The colour of a line for all that has none of its own: `--line-rest`. */
export const REST = COLORS;

const FONT = "11px system-ui, sans-serif";
const ABOVE = 10;
const BELOW = 22;
const RIGHT = 14;
/** How near to a mark one has to point, in pixels. */
const MARK_REACH = 6;
/** Maximum number of marks in a tooltip. */
const MAX_EXPLAINED = 10;
/** A shorter drag is a click. */
const MIN_DRAG = 6;

/**
 * A chart in a canvas. `show` gets
 *
 *     { from, to,          the window, Unix times in seconds
 *       zero,              whether the scale includes 0
 *       base,              of the scale's round numbers: 10 or 2
 *       logarithmic,       whether the scale is; values up to 0 are at its bottom
 *       span,              the least span of the scale, as part of its largest value
 *       format,            the text of a value on the scale
 *       lines: [{ color, times, values, isDashed }],      dashed is optional
 *       bands: [{ color, strength, times, lower, upper }],
 *       points: [{ color, times, values }],        in any order; optional
 *       marks: [{ time, what, text }] }            `what` is started, ended or died; optional
 *
 * with times that rise; NaN is a gap. `onread(time)` gets the time that is pointed at, or null;
 * `onzoom(from, to)` the range that was dragged over, or no arguments to zoom out.
 */
export class Chart {
  #canvas;
  #pen;
  #content = { from: 0, to: 1, lines: [], bands: [], format: String };
  #area = { left: 0, right: 1, top: 0, bottom: 1 };
  #scale = valueScale([0, 1], {});
  #cursor = null;
  #drag = null;
  #onread;
  #onzoom;
  #redraw = onFrame(() => this.draw());
  #resized = new ResizeObserver(this.#redraw);
  #scheme = matchMedia("(prefers-color-scheme: dark)");

  constructor(canvas, { onread = () => {}, onzoom = () => {} } = {}) {
    this.#canvas = canvas;
    this.#pen = canvas.getContext("2d");
    this.#onread = onread;
    this.#onzoom = onzoom;
    this.#resized.observe(canvas);
    this.#scheme.addEventListener("change", this.#redraw);
    this.#listen();
  }

  /** Stops it; the canvas can't be used again. */
  close() {
    this.#resized.disconnect();
    this.#scheme.removeEventListener("change", this.#redraw);
  }

  show(content) {
    this.#content = content;
    this.#redraw();
  }

  /** The time that is pointed at, here or in another chart. */
  set cursor(time) {
    if (time !== this.#cursor) {
      this.#cursor = time;
      this.#redraw();
    }
  }

  #listen() {
    const listen = (name, act) => this.#canvas.addEventListener(name, act);
    listen("pointerdown", (event) => {
      if (event.button === 0) {
        this.#canvas.setPointerCapture(event.pointerId);
        this.#drag = { start: event.offsetX, end: event.offsetX };
      }
    });
    listen("pointermove", (event) => {
      if (this.#drag) {
        this.#drag.end = event.offsetX;
        this.#redraw();
      }
      this.#read(this.#timeAt(event.offsetX));
      this.#explain(event.offsetX);
    });
    listen("pointerup", () => this.#dropped());
    listen("pointercancel", () => {
      this.#drag = null;
      this.#redraw();
    });
    listen("pointerleave", () => this.#read(null));
    listen("dblclick", () => this.#onzoom());
    listen("blur", () => this.#read(null));
    listen("keydown", (event) => this.#typed(event));
  }

  #dropped() {
    const { start, end } = this.#drag ?? { start: 0, end: 0 };
    this.#drag = null;
    if (Math.abs(end - start) >= MIN_DRAG) {
      const [from, to] = [start, end].sort((a, b) => a - b).map((x) => this.#timeAt(x));
      this.#onzoom(from, to);
    }
    this.#redraw();
  }

  /** The tooltip has the marks that are pointed at. */
  #explain(x) {
    const { marks = [] } = this.#content;
    const near = marks.filter(({ time }) => Math.abs(this.#x(time) - x) <= MARK_REACH);
    const texts = near.map((mark) => `${timeOfDay(mark.time)} ${mark.text}`);
    const text = firstOf(texts, MAX_EXPLAINED).join("\n");
    if (this.#canvas.title !== text) {
      this.#canvas.title = text;
    }
  }

  /** Zooms in or out around the time that is pointed at: the range becomes `factor` times as long. */
  #zoomBy(factor) {
    const { from, to } = this.#content;
    const middle = this.#cursor ?? (from + to) / 2;
    const half = (factor * (to - from)) / 2;
    this.#onzoom(middle - half, middle + half);
  }

  /** The arrows go from point to point, plus and minus zoom, Escape zooms out. */
  #typed(event) {
    const times = this.#content.lines[0]?.times ?? [];
    const at = nearest(times, this.#cursor ?? this.#content.to);
    const index = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: times.length - 1 }[event.key];
    if (index !== undefined && times.length > 0) {
      this.#read(times[Math.max(0, Math.min(times.length - 1, index))]);
    } else if (event.key === "+" || event.key === "-") {
      this.#zoomBy(event.key === "+" ? 0.5 : 2);
    } else if (event.key === "Escape" && this.#cursor !== null) {
      this.#read(null);
      this.#onzoom();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  #read(time) {
    this.cursor = time;
    this.#onread(time);
  }

  #timeAt(x) {
    const { from, to } = this.#content;
    const part = (x - this.#area.left) / Math.max(1, this.#area.right - this.#area.left);
    return from + Math.max(0, Math.min(1, part)) * (to - from);
  }

  /** Draws now; `show` does before the next frame. */
  draw() {
    const { pen, width, height } = clear(this.#canvas);
    if (width === 0 || height === 0) {
      return;
    }
    pen.font = FONT;
    pen.lineJoin = "bevel";
    const colors = this.#colors();
    [this.#area.top, this.#area.bottom] = [ABOVE, height - BELOW];
    this.#scale = valueScale(extentOf(this.#content), this.#content);
    const { format } = this.#content;
    const marks = this.#scale
      .ticks((this.#area.bottom - this.#area.top) / 45)
      .map((value) => ({ value, text: format(value) }));
    this.#area.left = 12 + Math.max(...marks.map(({ text }) => pen.measureText(text).width));
    this.#area.right = width - RIGHT;
    this.#drawScales(marks, colors);
    pen.save();
    pen.beginPath();
    pen.rect(this.#area.left, 0, this.#area.right - this.#area.left, this.#area.bottom + 1);
    pen.clip();
    this.#drawContent(colors);
    drawMarks(pen, { x: (time) => this.#x(time), ...this.#area }, this.#content.marks ?? [], colors);
    pen.restore();
    this.#drawDrag(colors);
    this.#drawCursor(colors);
  }

  #colors() {
    const style = getComputedStyle(this.#canvas);
    const color = (name) => style.getPropertyValue(name).trim();
    const lines = Array.from({ length: COLORS }, (_, index) => color(`--line-${index + 1}`));
    lines[REST] = color("--line-rest");
    const [grid, text, mark, paper] = ["--grid", "--dim", "--text", "--paper"].map(color);
    const [started, ended, died] = ["--good", "--dim", "--bad"].map(color);
    return { lines, grid, text, mark, paper, started, ended, died };
  }

  #x(time) {
    const { from, to } = this.#content;
    return this.#area.left + ((time - from) / (to - from)) * (this.#area.right - this.#area.left);
  }

  #y(value) {
    return this.#area.bottom - this.#scale.part(value) * (this.#area.bottom - this.#area.top);
  }

  #drawScales(marks, { grid, text }) {
    const pen = this.#pen;
    const { from, to } = this.#content;
    const { left, right, bottom } = this.#area;
    pen.strokeStyle = grid;
    pen.fillStyle = text;
    pen.lineWidth = 1;
    pen.textBaseline = "middle";
    pen.textAlign = "right";
    pen.beginPath();
    for (const { value, text: label } of marks) {
      const y = Math.round(this.#y(value)) + 0.5;
      pen.moveTo(left, y);
      pen.lineTo(right, y);
      pen.fillText(label, left - 6, y);
    }
    pen.stroke();
    pen.textBaseline = "bottom";
    pen.textAlign = "center";
    for (const { at, text: label } of timeTicks(from, to, ((to - from) * 90) / Math.max(1, right - left))) {
      const half = pen.measureText(label).width / 2;
      const x = this.#x(at);
      if (x - half > left - 8 && x + half < right + RIGHT) {
        pen.fillText(label, x, bottom + BELOW - 3);
      }
    }
  }

  #drawContent({ lines: colors }) {
    const { from, to, lines, bands, points = [] } = this.#content;
    const width = this.#area.right - this.#area.left;
    const plot = { from, to, width, x: (time) => this.#x(time), y: (value) => this.#y(value) };
    const coloured = (drawn) => ({ ...drawn, color: colors[drawn.color] });
    const seen = (drawn) => ({ ...coloured(drawn), ...this.#visible(drawn.times) });
    bands.forEach((band) => drawBand(this.#pen, plot, seen(band)));
    points.forEach((some) => drawPoints(this.#pen, plot, coloured(some)));
    lines.forEach((line) => drawLine(this.#pen, plot, seen(line)));
  }

  /** The points of the window, and one more on either side. */
  #visible(times) {
    const { from, to } = this.#content;
    const [first, last] = [nearest(times, from), nearest(times, to)];
    return { first: Math.max(0, first - 1), end: Math.min(times.length, last + 2) };
  }

  #drawDrag({ mark }) {
    if (this.#drag) {
      const { start, end } = this.#drag;
      const { top, bottom } = this.#area;
      this.#pen.globalAlpha = 0.12;
      this.#pen.fillStyle = mark;
      this.#pen.fillRect(Math.min(start, end), top, Math.abs(end - start), bottom - top);
      this.#pen.globalAlpha = 1;
    }
  }

  #drawCursor({ lines: colors, mark, paper }) {
    const { from, to, lines } = this.#content;
    if (this.#cursor === null || this.#cursor < from || this.#cursor > to) {
      return;
    }
    const pen = this.#pen;
    const first = lines[0]?.times ?? [];
    const time = first.length > 0 ? first[nearest(first, this.#cursor)] : this.#cursor;
    const x = this.#x(time);
    pen.strokeStyle = mark;
    pen.globalAlpha = 0.4;
    pen.lineWidth = 1;
    pen.beginPath();
    pen.moveTo(x, this.#area.top);
    pen.lineTo(x, this.#area.bottom);
    pen.stroke();
    pen.globalAlpha = 1;
    for (const { color, times, values } of lines) {
      const value = values[nearest(times, time)];
      if (Number.isFinite(value)) {
        pen.beginPath();
        pen.arc(x, this.#y(value), 4, 0, 2 * Math.PI);
        pen.fillStyle = colors[color];
        pen.fill();
        pen.strokeStyle = paper;
        pen.lineWidth = 1.5;
        pen.stroke();
      }
    }
  }
}
