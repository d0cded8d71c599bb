// The view (key, range, filter, order) in the URL, so that it can be shared.

import { replaceQuery } from "../kit/navigation.js";
import { PRESETS, fixedRange } from "./range.js";

/** The columns to sort by, and whether the greatest value comes first. */
export const COLUMNS = {
  key: false,
  count: true,
  rate: true,
  p50: true,
  p99: true,
  trend: true,
  tokens: false,
};
export const SCALES = ["log", "linear"];

const DEFAULTS = { filter: "", token: "", key: "", sort: "key", preset: "1h", scale: "log" };

/** The view of the URL; defaults for what is missing or invalid. */
export function viewFromUrl() {
  const query = new URLSearchParams(location.search);
  const choice = (name, known, fallback) => (known.includes(query.get(name)) ? query.get(name) : fallback);
  const columns = Object.keys(COLUMNS).flatMap((name) => [name, `-${name}`]);
  const [from, to] = ["from", "to"].map((name) => parseFloat(query.get(name)));
  const fixed = fixedRange(from, to) ?? { from: null, to: null };
  return {
    filter: query.get("filter") ?? DEFAULTS.filter,
    token: query.get("token") ?? DEFAULTS.token,
    key: query.get("key") ?? DEFAULTS.key,
    sort: choice("sort", columns, DEFAULTS.sort),
    preset: choice("range", Object.keys(PRESETS), DEFAULTS.preset),
    scale: choice("scale", SCALES, DEFAULTS.scale),
    /** Both null if the range is live. */
    ...fixed,
  };
}

/**
 * Writes a view to the URL; with `step` as a new entry of the browser's history. `outer` are the
 * ranges that this one was zoomed out of, the innermost last.
 */
export function viewToUrl(view, { step = false, outer = outerRanges() } = {}) {
  const query = new URLSearchParams();
  const set = (name, value, fallback) => value !== fallback && query.set(name, value);
  set("filter", view.filter, DEFAULTS.filter);
  set("token", view.token, DEFAULTS.token);
  set("sort", view.sort, DEFAULTS.sort);
  set("key", view.key, DEFAULTS.key);
  set("range", view.preset, DEFAULTS.preset);
  if (view.from !== null) {
    query.set("from", view.from);
    query.set("to", view.to);
  }
  set("scale", view.scale, DEFAULTS.scale);
  replaceQuery(query, { step, state: { outer } });
}

/** The ranges that the present one was zoomed out of. */
export function outerRanges() {
  return history.state?.outer ?? [];
}
