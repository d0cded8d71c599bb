// Lines and bands over time, on a canvas: hover to read, drag to zoom.

import { time as timeOfDay } from "./format.js";
import { onFrame } from "./dom.js";
import { nearest, ticks } from "./scale.js";

/** How many colours of lines a style has: `--line-1` and so on. */
export const COLORS = 8;

const FONT = "11px system-ui, sans-serif";
const ABOVE = 10;
const BELOW = 22;
const RIGHT = 14;
/** Less than that was meant as a click. */
const LEAST_DRAG = 6;
const TIME_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600];

/**
 * A chart in a canvas. `show` gets
 *
 *     { from, to,          the window, Unix times in seconds
 *       zero,              whether the scale begins there
 *       base,              to which the scale is round: 10, or 2
 *       format,            of a value, for the scale
 *       lines: [{ color, times, values }],
 *       bands: [{ color, strength, times, lower, upper }] }
 *
 * with times that rise; NaN is a gap. `onread(time)` is told what is pointed at, or null;
 * `onzoom(from, to)` what was dragged over, and without arguments that all is wanted again.
 */
export class Chart {
  #canvas;
  #pen;
  #content = { from: 0, to: 1, lines: [], bands: [], format: String };
  #area = { left: 0, right: 1, top: 0, bottom: 1 };
  #range = { least: 0, greatest: 1 };
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

  /** Ends it; the canvas is of no more use. */
  close() {
    this.#resized.disconnect();
    this.#scheme.removeEventListener("change", this.#redraw);
  }

  show(content) {
    this.#content = content;
    this.#redraw();
  }

  /** The time that is pointed at, here or in a chart beside it. */
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
    if (Math.abs(end - start) >= LEAST_DRAG) {
      const [from, to] = [start, end].sort((a, b) => a - b).map((x) => this.#timeAt(x));
      this.#onzoom(from, to);
    }
    this.#redraw();
  }

  /** The arrows go from point to point, Escape shows all again. */
  #typed(event) {
    const times = this.#content.lines[0]?.times ?? [];
    const at = nearest(times, this.#cursor ?? this.#content.to);
    const index = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: times.length - 1 }[event.key];
    if (index !== undefined && times.length > 0) {
      this.#read(times[Math.max(0, Math.min(times.length - 1, index))]);
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

  /** Draws now; `show` does before the next picture. */
  draw() {
    const [width, height] = [this.#canvas.clientWidth, this.#canvas.clientHeight];
    if (width === 0 || height === 0) {
      return;
    }
    const ratio = window.devicePixelRatio;
    const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.#canvas.width !== wide || this.#canvas.height !== high) {
      [this.#canvas.width, this.#canvas.height] = [wide, high];
    }
    const pen = this.#pen;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    pen.font = FONT;
    pen.lineJoin = "bevel";
    const colors = this.#colors();
    [this.#area.top, this.#area.bottom] = [ABOVE, height - BELOW];
    const marks = this.#scale();
    this.#area.left = 12 + Math.max(...marks.map(({ text }) => pen.measureText(text).width));
    this.#area.right = width - RIGHT;
    this.#drawScales(marks, colors);
    pen.save();
    pen.beginPath();
    pen.rect(this.#area.left, 0, this.#area.right - this.#area.left, this.#area.bottom + 1);
    pen.clip();
    this.#content.bands.forEach((band) => this.#drawBand(band, colors));
    this.#content.lines.forEach((line) => this.#drawLine(line, colors));
    pen.restore();
    this.#drawDrag(colors);
    this.#drawCursor(colors);
  }

  #colors() {
    const style = getComputedStyle(this.#canvas);
    const color = (name) => style.getPropertyValue(name).trim();
    const lines = Array.from({ length: COLORS }, (_, index) => color(`--line-${index + 1}`));
    const [grid, text, mark, paper] = ["--grid", "--dim", "--text", "--paper"].map(color);
    return { lines, grid, text, mark, paper };
  }

  /** Finds the least and the greatest value in the window; gives the marks between them. */
  #scale() {
    const { from, to, lines, bands, zero, base, format } = this.#content;
    let [least, greatest] = [Infinity, -Infinity];
    const take = (times, values) => {
      for (let index = 0; index < times.length; index += 1) {
        const value = values[index];
        if (times[index] >= from && times[index] <= to && Number.isFinite(value)) {
          least = Math.min(least, value);
          greatest = Math.max(greatest, value);
        }
      }
    };
    lines.forEach(({ times, values }) => take(times, values));
    bands.forEach(({ times, lower, upper }) => [lower, upper].forEach((edge) => take(times, edge)));
    if (least > greatest) {
      [least, greatest] = [0, 1];
    }
    if (zero) {
      [least, greatest] = [Math.min(0, least), Math.max(0, greatest)];
    }
    // A line that doesn't move runs through the middle.
    const room = greatest > least ? (greatest - least) * 0.06 : Math.abs(greatest) * 0.1 || 1;
    this.#range.least = least === 0 || (least > 0 && least < room) ? 0 : least - room;
    this.#range.greatest = greatest === 0 ? Math.max(0, this.#range.least + 1) : greatest + room;
    const count = (this.#area.bottom - this.#area.top) / 45;
    const found = ticks(this.#range.least, this.#range.greatest, count, base);
    return found.map((value) => ({ value, text: format(value) }));
  }

  #x(time) {
    const { from, to } = this.#content;
    return this.#area.left + ((time - from) / (to - from)) * (this.#area.right - this.#area.left);
  }

  #y(value) {
    const part = (value - this.#range.least) / (this.#range.greatest - this.#range.least);
    return this.#area.bottom - part * (this.#area.bottom - this.#area.top);
  }

  #drawScales(marks, { grid, text }) {
    const pen = this.#pen;
    const { from, to } = this.#content;
    pen.strokeStyle = grid;
    pen.fillStyle = text;
    pen.lineWidth = 1;
    pen.textBaseline = "middle";
    pen.textAlign = "right";
    pen.beginPath();
    for (const { value, text: label } of marks) {
      const y = Math.round(this.#y(value)) + 0.5;
      pen.moveTo(this.#area.left, y);
      pen.lineTo(this.#area.right, y);
      pen.fillText(label, this.#area.left - 6, y);
    }
    pen.stroke();
    const rough = ((to - from) * 90) / Math.max(1, this.#area.right - this.#area.left);
    const step = TIME_STEPS.find((candidate) => candidate >= rough) ?? 86400;
    const zone = new Date(from * 1000).getTimezoneOffset() * 60;
    pen.textBaseline = "bottom";
    pen.textAlign = "center";
    for (let at = Math.ceil((from - zone) / step) * step + zone; at <= to; at += step) {
      const label = timeOfDay(at).slice(0, step < 60 ? 8 : 5);
      const half = pen.measureText(label).width / 2;
      const x = this.#x(at);
      if (x - half > this.#area.left - 8 && x + half < this.#area.right + RIGHT) {
        pen.fillText(label, x, this.#area.bottom + BELOW - 3);
      }
    }
  }

  /** Of many points in one column of the screen the first, least, greatest and last are drawn. */
  #drawLine({ color, times, values }, { lines }) {
    const pen = this.#pen;
    const path = new Path2D();
    const single = new Path2D();
    const [first, end] = this.#visible(times);
    let column = NaN;
    let [low, high, last] = [0, 0, 0];
    let [begun, points] = [NaN, 0];
    const finishColumn = () => {
      if (points > 0) {
        [low, high, last].forEach((y) => path.lineTo(column, y));
      }
    };
    const finishRun = () => {
      finishColumn();
      if (points === 1) {
        single.moveTo(column + 2, begun);
        single.arc(column, begun, 2, 0, 2 * Math.PI);
      }
      points = 0;
    };
    for (let index = first; index < end; index += 1) {
      if (!Number.isFinite(values[index])) {
        finishRun();
        continue;
      }
      const x = Math.round(this.#x(times[index]) * 2) / 2;
      const y = this.#y(values[index]);
      if (points > 0 && x === column) {
        [low, high, last] = [Math.min(low, y), Math.max(high, y), y];
      } else {
        finishColumn();
        if (points === 0) {
          path.moveTo(x, y);
          begun = y;
        } else {
          path.lineTo(x, y);
        }
        [column, low, high, last] = [x, y, y, y];
      }
      points += 1;
    }
    finishRun();
    pen.strokeStyle = lines[color % COLORS];
    pen.fillStyle = lines[color % COLORS];
    // Without a graphics processor, many wide strokes take ten times as long as thin ones.
    pen.lineWidth = end - first > this.#area.right - this.#area.left ? 1 : 1.75;
    pen.stroke(path);
    pen.fill(single);
  }

  #drawBand({ color, strength, times, lower, upper }, { lines }) {
    const pen = this.#pen;
    const [first, end] = this.#visible(times);
    const path = new Path2D();
    let run = [];
    const finishRun = () => {
      run.forEach(({ x, top }, index) => path[index === 0 ? "moveTo" : "lineTo"](x, top));
      run.reverse().forEach(({ x, bottom }) => path.lineTo(x, bottom));
      run = [];
    };
    for (let index = first; index < end; index += 1) {
      const x = Math.round(this.#x(times[index]));
      const [top, bottom] = [this.#y(upper[index]), this.#y(lower[index])];
      const last = run.at(-1);
      if (!Number.isFinite(top) || !Number.isFinite(bottom)) {
        finishRun();
      } else if (last?.x === x) {
        [last.top, last.bottom] = [Math.min(last.top, top), Math.max(last.bottom, bottom)];
      } else {
        run.push({ x, top, bottom });
      }
    }
    finishRun();
    pen.globalAlpha = strength;
    pen.fillStyle = lines[color % COLORS];
    pen.fill(path);
    pen.globalAlpha = 1;
  }

  /** The points of the window, and one more on either side. */
  #visible(times) {
    const { from, to } = this.#content;
    const first = nearest(times, from);
    const last = nearest(times, to);
    return [Math.max(0, first - 1), Math.min(times.length, last + 2)];
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
        pen.fillStyle = colors[color % COLORS];
        pen.fill();
        pen.strokeStyle = paper;
        pen.lineWidth = 1.5;
        pen.stroke();
      }
    }
  }
}
