// What is looked at: key, range, filter, order. It stands in the address, so that a view can be
// sent to somebody.

import { PRESETS, stillRange } from "./range.js";

/** By what the list can be sorted, and whether the greatest comes first then. */
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

const USUAL = { filter: "", token: "", key: "", sort: "key", preset: "1h", scale: "log" };

/** What the address says; what it doesn't say, or says wrongly, is as usual. */
export function fromAddress() {
  const said = new URLSearchParams(location.search);
  const choice = (name, known, usual) => (known.includes(said.get(name)) ? said.get(name) : usual);
  const columns = Object.keys(COLUMNS).flatMap((name) => [name, `-${name}`]);
  const [from, to] = ["from", "to"].map((name) => parseFloat(said.get(name)));
  const still = stillRange(from, to) ?? { from: null, to: null };
  return {
    filter: said.get("filter") ?? USUAL.filter,
    token: said.get("token") ?? USUAL.token,
    key: said.get("key") ?? USUAL.key,
    sort: choice("sort", columns, USUAL.sort),
    preset: choice("range", Object.keys(PRESETS), USUAL.preset),
    scale: choice("scale", SCALES, USUAL.scale),
    /** Both null where the range moves. */
    ...still,
  };
}

/**
 * Puts a view into the address; a step of its own is one that the browser's "back" undoes. `outer`
 * are the ranges from which this one was dragged out, the last one last.
 */
export function toAddress(view, { step = false, outer = outerRanges() } = {}) {
  const said = new URLSearchParams();
  const say = (name, value, usual) => value !== usual && said.set(name, value);
  say("filter", view.filter, USUAL.filter);
  say("token", view.token, USUAL.token);
  say("sort", view.sort, USUAL.sort);
  say("key", view.key, USUAL.key);
  say("range", view.preset, USUAL.preset);
  if (view.from !== null) {
    said.set("from", view.from);
    said.set("to", view.to);
  }
  say("scale", view.scale, USUAL.scale);
  const address = said.size > 0 ? `?${said}` : location.pathname;
  history[step ? "pushState" : "replaceState"]({ outer }, "", address);
}

/** The ranges that lie around the present one. */
export function outerRanges() {
  return history.state?.outer ?? [];
}
