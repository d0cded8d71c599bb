// Time ranges: live ones, which end now, and fixed ones.

/** The live ranges: their names in the URL, their lengths and labels. */
export const PRESETS = {
  "5m": [300, "5 min"],
  "30m": [1800, "30 min"],
  "1h": [3600, "1 h"],
  "6h": [21_600, "6 h"],
  "1d": [86_400, "1 d"],
  "7d": [604_800, "7 d"],
  "30d": [2_592_000, "30 d"],
};

/** The number of steps of a chart, about; live ranges begin and end at a step. */
export const STEPS = 120;
/** Round steps, which also fit a store that rolls up by minute and by hour. */
const LENGTHS = [
  ...[1, 2, 5, 10, 15, 30],
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * 60),
  ...[1, 2, 3, 6, 12, 24].map((hours) => hours * 3600),
];
/** Clocks have a resolution of milliseconds. */
const MIN_STEP = 0.001;
const MIN_RANGE = 0.01;

/** How far the server's clock is ahead of this one, by its last event. */
let ahead = 0;

/** Sets the server's clock. Less than a second is only latency. */
export function setServerTime(time) {
  const offset = time - Date.now() / 1000;
  ahead = Math.abs(offset) < 1 ? 0 : offset;
}

/** The server's Unix time in seconds. */
export function now() {
  return Date.now() / 1000 + ahead;
}

/** The range of a view at present. */
export function rangeOf({ preset, from, to }) {
  const end = now();
  return from === null ? { from: end - PRESETS[preset][0], to: end } : { from, to };
}

/** A fixed range, in the precision of the URL; null if it is too short. */
export function fixedRange(from, to) {
  const [begin, end] = [from, to].map((time) => Number(time.toFixed(3)));
  return isFinite(end - begin) && end - begin >= MIN_RANGE ? { from: begin, to: end } : null;
}

/** Whether the range of a view is live. */
export function isLive({ from }) {
  return from === null;
}

/**
 * The parameters of a summary in about `count` steps. A live range begins and ends at round times:
 * else its steps would have other executions each time. They are the same for any count, so that
 * list and chart show the same executions.
 */
export function inSteps(view, count) {
  const { from, to } = rangeOf(view);
  if (!isLive(view)) {
    return { from, to, buckets: Math.max(1, Math.min(count, Math.floor((to - from) / MIN_STEP))) };
  }
  const stepOf = (count) => LENGTHS.find((step) => step * count >= to - from) ?? LENGTHS.at(-1);
  const round = stepOf(STEPS);
  const begin = Math.floor(from / round) * round;
  const end = Math.ceil(to / round) * round;
  return { from: begin, to: end, buckets: Math.ceil((end - begin) / stepOf(count)) };
}
