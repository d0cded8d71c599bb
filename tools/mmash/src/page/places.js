// What each file has of a stat.

import { element, repeated } from "../kit/dom.js";
import { number } from "../kit/format.js";
import { compareTexts } from "../kit/order.js";
import { fileText } from "./measures.js";
import { pathOf } from "./processes.js";

/** So many files are listed. */
const MOST = 100;
const EVERY = 2000;

/** A part that opens: the stat in each file, as long as it is open. */
export function places(stat) {
  const body = element("div", { class: "scroll" });
  const summary = element("summary", {}, "in each file");
  const details = element("details", { class: "places" }, summary, body);
  const isSeen = () => details.open && details.isConnected;
  details.addEventListener("toggle", repeated(EVERY, () => fill(body, stat), isSeen));
  return details;
}

async function fill(body, stat) {
  const record = await fetch(pathOf(stat.label)).then((answer) => answer.json()).catch(() => null);
  if (!record?.values) {
    body.replaceChildren(record?.error ?? "mmash doesn't answer.");
    return;
  }
  const values = record.values.toSorted((a, b) => compareTexts(a.path, b.path));
  const rows = values.slice(0, MOST).map((value) => rowOf(stat, value));
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
