// The page when there is nothing: where was looked, and why there may be nothing.

import { element } from "../kit/dom.js";
import { askFiles, problems } from "./files.js";

/** How long what the server said stays as it is. */
const EVERY = 3000;

const EMPTY_FILES = { places: {}, reasons: ["there are files, but no stat in them"] };

let asked = -Infinity;

/** Fills the section with what the server knows now. */
export async function explainNothing(section) {
  if (performance.now() - asked < EVERY) {
    return;
  }
  asked = performance.now();
  const record = await askFiles();
  if (!record) {
    return;
  }
  const { places: states, reasons } = record.nothing ?? EMPTY_FILES;
  const places = record.looked_at.map((place) =>
    element("li", {}, element("code", {}, place), states[place] ? ` – ${states[place]}` : ""),
  );
  section.replaceChildren(
    element("h2", {}, "There are no stats yet"),
    element("p", {}, "As soon as a program publishes some, they appear here."),
    element("p", {}, "mmash --glob shows other places; meanwhile there are ",
      element("a", { href: "?all=1" }, "mmash's own stats"), " and those of processes as such."),
    ...(places.length > 0 ? [element("h3", {}, "Looked at"), element("ul", {}, ...places)] : []),
    ...problems(record.errors),
    element("h3", {}, "Why there may be nothing"),
    element("ul", {}, ...reasons.map((reason) => element("li", {}, reason))),
  );
}
