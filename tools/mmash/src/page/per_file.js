// The values of a stat in each file.

import { element, repeated } from "../kit/dom.js";
import { number } from "../kit/format.js";
import { compareTexts } from "../kit/compare.js";
import { pathOf, statChoice } from "./choice.js";
import { fileText } from "./display.js";

/** Maximum number of files listed. */
const MAX_FILES = 100;
/** Time between refreshes, in milliseconds. */
const INTERVAL = 2000;

/** A disclosure with the stat's value in each file, refreshed while it is open. */
export function perFile(stat) {
  const body = element("div", { class: "scroll" });
  const summary = element("summary", {}, "in each file");
  const details = element("details", { class: "per-file" }, summary, body);
  const isOpen = () => details.open && details.isConnected;
  details.addEventListener("toggle", repeated(INTERVAL, () => fill(body, stat), isOpen));
  return details;
}

async function fill(body, stat) {
  const record = await fetch(pathOf(statChoice(stat.label))).then((answer) => answer.json()).catch(() => null);
  if (!record?.values) {
    body.replaceChildren(record?.error ?? "No answer from mmash.");
    return;
  }
  const values = record.values.toSorted((a, b) => compareTexts(a.path, b.path));
  const rows = values.slice(0, MAX_FILES).map((value) => rowOf(stat, value));
  const more = record.values.length - rows.length;
  body.replaceChildren(
    element("table", {}, element("tbody", {}, ...rows)),
    more > 0 ? element("p", { class: "more" }, `and ${number(more)} more`) : "",
  );
}

function rowOf(stat, { path, life, value, components }) {
  return element(
    "tr",
    {},
    element("td", {}, element("code", {}, path)),
    element("td", {}, element("span", { class: "life", "data-life": life }, life)),
    element("td", { class: "number" }, fileText(stat, value, components)),
  );
}
