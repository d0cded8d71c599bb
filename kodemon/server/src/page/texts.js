// Values as texts.

import { visible } from "../kit/escape.js";
import { duration, number, rate } from "../kit/format.js";

const short = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });

/** A count that fits a narrow column: exact up to a million, `12.3M` beyond. */
export function countText(count) {
  return count < 1e6 ? number(count) : short.format(count);
}

/** `1 execution`, `2 executions`; `word` may stand between: `2 newest executions`. */
export function counted(count, noun, word = "") {
  return [number(count), word, count === 1 ? noun : `${noun}s`].filter(Boolean).join(" ");
}

/** File and function of a key, as they are shown. */
export function partsOf(key) {
  const end = key.lastIndexOf("-") + 1;
  return [key.slice(0, end), key.slice(end)].map(visible);
}

/** A duration, if there is one. */
export function durationText(seconds) {
  return Number.isFinite(seconds) ? duration(seconds) : "–";
}

/** How long a step is: `10 s`, `15 min`, `6 h`; others as durations. */
export function stepText(seconds) {
  const units = [[3600, "h"], [60, "min"], [1, "s"]];
  const [size, unit] = units.find(([size]) => seconds >= size && seconds % size === 0) ?? [];
  return size ? `${number(seconds / size)} ${unit}` : duration(seconds);
}

/** How often something happens, in a fitting unit: `12.3/s`, `4.2/min`, `15/h`. */
export function rateText(perSecond) {
  const perMinute = perSecond * 60;
  if (perSecond === 0 || perSecond >= 0.1) {
    return rate(perSecond);
  }
  return perMinute >= 1 ? `${number(perMinute, 3)}/min` : `${number(perMinute * 60, 3)}/h`;
}
