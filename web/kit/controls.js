// Buttons, choices and keys.

import { element } from "./dom.js";

/** A button that takes something away. */
export function cross(name, onclick) {
  const attributes = { type: "button", class: "plain close", "aria-label": name, onclick };
  return element("button", attributes, "✕");
}

/** A choice of one among few. */
export function bar(name, title, values, nameOf, onchange) {
  const buttons = values.map((value) =>
    element(
      "label",
      {},
      element("input", { type: "radio", name, value, onchange: () => onchange(value) }),
      nameOf(value),
    ),
  );
  const legend = element("legend", { class: "unseen" }, title);
  return element("fieldset", { class: "bar" }, legend, ...buttons);
}

/**
 * The slash key goes to the search, and from there Enter opens the first thing in the list and the
 * arrow down leads there; so do the keys that move in lists where nothing has the focus. Escape goes
 * to what `escape` does, unless somebody is writing.
 */
export function shortcuts(search, grid, escape) {
  search.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") {
      grid.enter(event);
    } else if (event.key === "Enter" && !event.isComposing) {
      grid.open();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.target.matches("input:not([type=radio])")) {
      return;
    }
    if (event.key === "/") {
      event.preventDefault();
      search.select();
    } else if (event.key === "Escape") {
      escape();
    } else if (event.target === document.body) {
      grid.enter(event);
    }
  });
}
