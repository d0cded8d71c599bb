// Buttons and choices.

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
