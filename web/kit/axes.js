// The axes of a chart: positions of values, and which values and times have ticks.

import { time as timeOfDay } from "./format.js";
import { logarithmicTicks, spread, ticks } from "./scale.js";

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;
/** Distances of time ticks, in seconds. */
const STEPS = [
  ...[1, 2, 5, 10, 15, 30],
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 6, 12].map((hours) => hours * HOUR),
  ...[1, 2, 7, 14].map((days) => days * DAY),
];
const days = new Intl.DateTimeFormat("en", { day: "numeric", month: "short" });

/** The least and the greatest value in the window; Infinity and -Infinity if there are none. */
export function extentOf({ from, to, lines, bands, points = [], logarithmic }) {
  let [least, greatest] = [Infinity, -Infinity];
  const take = (times, values) => {
    for (let index = 0; index < times.length; index += 1) {
      const value = values[index];
      const counts = Number.isFinite(value) && !(logarithmic && value <= 0);
      if (counts && times[index] >= from && times[index] <= to) {
        least = Math.min(least, value);
        greatest = Math.max(greatest, value);
      }
    }
  };
  [...lines, ...points].forEach(({ times, values }) => take(times, values));
  bands.forEach(({ times, lower, upper }) => [lower, upper].forEach((edge) => take(times, edge)));
  return [least, greatest];
}

/**
 * A scale of values, with a margin beyond the least and the greatest: `part` is the position of a
 * value as part of the height, `ticks` are about `count` values with ticks.
 */
export function valueScale([least, greatest], { zero, base, logarithmic, span }) {
  return logarithmic
    ? logarithmicScale(least, greatest)
    : linearScale(least, greatest, { zero, base, span });
}

function linearScale(least, greatest, { zero, base, span }) {
  [least, greatest] = least > greatest ? [0, 1] : spread(least, greatest, span);
  if (zero) {
    [least, greatest] = [Math.min(0, least), Math.max(0, greatest)];
  }
  const margin = greatest > least ? (greatest - least) * 0.06 : 1;
  const bottom = least === 0 || (least > 0 && least < margin) ? 0 : least - margin;
  const top = greatest === 0 ? Math.max(0, bottom + 1) : greatest + margin;
  return {
    part: (value) => (value - bottom) / (top - bottom),
    ticks: (count) => ticks(bottom, top, count, base),
  };
}

/** `least` is the least positive value; others are at the bottom. */
function logarithmicScale(least, greatest) {
  if (least > greatest) {
    [least, greatest] = [1e-3, 1];
  }
  const margin = Math.max(1.15, (greatest / least) ** 0.05);
  const [bottom, top] = [least / margin, greatest * margin];
  const height = Math.log(top / bottom);
  return {
    part: (value) => (value > bottom ? Math.log(value / bottom) / height : value <= bottom ? 0 : NaN),
    ticks: (count) => logarithmicTicks(bottom, top, count),
  };
}

/** Ticks with their texts from `from` to `to`, at least `least` seconds apart. */
export function timeTicks(from, to, least) {
  const step = STEPS.find((candidate) => candidate >= least) ?? Math.ceil(least / DAY) * DAY;
  const times = step < DAY ? timesOfDay(from, to, step) : midnights(from, to, step / DAY);
  return times.map((at) => ({ at, text: textOf(at, step) }));
}

function timesOfDay(from, to, step) {
  const zone = new Date(from * 1000).getTimezoneOffset() * MINUTE;
  const first = Math.ceil((from - zone) / step) * step + zone;
  return Array.from({ length: Math.floor((to - first) / step) + 1 }, (_, index) => first + index * step);
}

/** By the calendar: not all days have 24 hours. */
function midnights(from, to, step) {
  const day = new Date(from * 1000);
  day.setHours(0, 0, 0, 0);
  const found = [];
  while (day.getTime() / 1000 <= to) {
    found.push(day.getTime() / 1000);
    day.setDate(day.getDate() + step);
  }
  return found.filter((at) => at >= from);
}

function textOf(at, step) {
  const text = timeOfDay(at);
  return step >= HOUR && text === "00:00:00"
    ? days.format(at * 1000)
    : text.slice(0, step < MINUTE ? 8 : 5);
}
