// The page when there is nothing: where was looked, and why there may be nothing.

import { element } from "/kit/dom.js";
import { askFiles, problems } from "./files.js";

const REASONS = [
  "No program that publishes stats is running. One that ends removes its files.",
  "It puts them elsewhere: start mmash with --glob and the directory, or with MMSTATS_PATH as it is set there.",
  "systemd gives it a /tmp of its own (PrivateTmp=yes): try --glob '/tmp/systemd-private-*/tmp'.",
  "The user that runs mmash may not look into the directory.",
  "The files are of a version that this mmash doesn't know; then they are listed here as files that can't be read.",
];

/** Fills the section with what the server knows now. */
export async function explainNothing(section) {
  const record = await askFiles();
  if (!record) {
    return;
  }
  const places = record.looked_at.map((place) => element("li", {}, element("code", {}, place)));
  section.replaceChildren(
    element("h2", {}, "There are no stats yet"),
    element("p", {}, "As soon as a program publishes some, they appear here."),
    element("h3", {}, "Looked at"),
    element("ul", {}, ...places),
    ...problems(record.errors),
    element("h3", {}, "Why there may be nothing"),
    element("ul", {}, ...REASONS.map((reason) => element("li", {}, reason))),
  );
}
