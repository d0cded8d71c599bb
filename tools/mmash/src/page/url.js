// The view (filter, chosen stats, window) in the URL, so that it can be shared.

import { replaceQuery } from "../kit/navigation.js";
import { nameChoice, partsOf, statChoice } from "./choice.js";

export const WINDOWS = [1, 5, 15, 60];
export const SHOWS = ["auto", "value", "rate"];
/** The end of the year 9999. */
const MAX_TIME = 253_402_300_800;
export const BYS = ["series", "total", "process"];

/** The view of the URL; defaults for what is missing or invalid. */
export function viewFromUrl() {
  const query = new URLSearchParams(location.search);
  const minutes = Number(query.get("window"));
  return {
    filter: query.get("filter") ?? "",
    all: query.has("all"),
    choices: choicesIn(query),
    minutes: WINDOWS.includes(minutes) ? minutes : 5,
    show: SHOWS.includes(query.get("show")) ? query.get("show") : "auto",
    by: BYS.includes(query.get("by")) ? query.get("by") : "series",
    range: rangeIn(query),
  };
}

/** The range of time that was zoomed to, or null. */
function rangeIn(query) {
  const [from, to] = ["from", "to"].map((key) => Number(query.get(key) ?? NaN));
  return from >= 0 && from < to && to < MAX_TIME ? { from, to } : null;
}

/** In their order, which is that of their colours. */
function choicesIn(query) {
  const choices = [...query].flatMap(([key, text]) =>
    key === "stat" ? [statChoice(text)] : key === "name" ? [nameChoice(text)] : []);
  return [...new Set(choices)];
}

/** Writes a view to the URL; with `step` as a new entry of the browser's history. */
export function viewToUrl({ filter, all, choices, minutes, show, by, range }, { step = false } = {}) {
  const query = new URLSearchParams();
  if (filter !== "") {
    query.set("filter", filter);
  }
  if (all) {
    query.set("all", 1);
  }
  choices.forEach((choice) => query.append(...partsOf(choice)));
  if (minutes !== 5) {
    query.set("window", minutes);
  }
  if (show !== "auto") {
    query.set("show", show);
  }
  if (by !== "series") {
    query.set("by", by);
  }
  if (range) {
    ["from", "to"].forEach((key) => query.set(key, Math.round(range[key] * 1000) / 1000));
  }
  replaceQuery(query, { step });
}
