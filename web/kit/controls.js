// Buttons, choices and keyboard shortcuts.

import { element } from "./dom.js";

/** A button that removes or closes something. */
export function closeButton(name, onclick) {
  const attributes = { type: "button", class: "plain close", "aria-label": name, onclick };
  return element("button", attributes, "✕");
}

/** Radio buttons in a bar. */
export function choiceBar(name, title, values, nameOf, onchange) {
  const buttons = values.map((value) =>
    element(
      "label",
      {},
      element("input", { type: "radio", name, value, onchange: () => onchange(value) }),
      nameOf(value),
    ),
  );
  const legend = element("legend", { class: "visually-hidden" }, title);
  return element("fieldset", { class: "bar" }, legend, ...buttons);
}

/**
 * Keyboard shortcuts: slash focuses the search field. From there Enter opens the first row of the
 * list, and the down arrow goes to the list; so do the keys that move in lists while nothing has the
 * focus. Escape calls `onescape`, except in a text field.
 */
export function shortcuts(search, grid, onescape) {
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
      onescape();
    } else if (event.target === document.body) {
      grid.enter(event);
    }
  });
}
