// Shown while there are no stats: where files were searched, and why there may be none.

import { element } from "../kit/dom.js";
import { askFiles, fileErrors } from "./files.js";

/** The server is asked again after this many milliseconds. */
const INTERVAL = 3000;

const EMPTY_FILES = { places: {}, reasons: ["there are files, but they have no stats"] };

let asked = -Infinity;

/** Fills the section with what the server knows now. */
export async function showEmptyState(section) {
  if (performance.now() - asked < INTERVAL) {
    return;
  }
  asked = performance.now();
  const record = await askFiles();
  if (!record) {
    return;
  }
  const { places: states, reasons } = record.nothing ?? EMPTY_FILES;
  const locations = record.looked_at.map((location) =>
    element("li", {}, element("code", {}, location), states[location] ? ` – ${states[location]}` : ""),
  );
  section.replaceChildren(
    element("h2", {}, "There are no stats yet"),
    element("p", {}, "As soon as a program publishes some, they appear here."),
    element("p", {}, "mmash --glob reads other files; meanwhile there are ",
      element("a", { href: "?all=1" }, "mmash's own stats"), " and those of processes in general."),
    ...(locations.length > 0 ? [element("h3", {}, "Searched"), element("ul", {}, ...locations)] : []),
    ...fileErrors(record.errors),
    element("h3", {}, "Why there may be none"),
    element("ul", {}, ...reasons.map((reason) => element("li", {}, reason))),
  );
}
