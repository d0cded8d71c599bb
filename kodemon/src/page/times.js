// Which range of time is looked at: a bar of ranges that end now, and fields for any other.

import { bar } from "/kit/controls.js";
import { element } from "/kit/dom.js";
import { date } from "/kit/format.js";
import { isLive, PRESETS, rangeOf } from "./range.js";

/** The controls. `onview(part)` is told what of the view was changed here. */
export class Times {
  #view;
  #onview;
  #bar;
  #fields = ["From", "To"].map((title) =>
    element("input", {
      type: "datetime-local",
      step: 1,
      name: title.toLowerCase(),
      "aria-label": title,
      onchange: () => this.#changed(),
    }),
  );

  constructor(section, onview) {
    this.#onview = onview;
    const nameOf = (preset) => PRESETS[preset][1];
    const choose = (preset) => onview({ preset, from: null, to: null });
    this.#bar = bar("range", "Range", Object.keys(PRESETS), nameOf, choose);
    const [from, to] = this.#fields;
    section.append(this.#bar, element("span", { class: "fields" }, from, "–", to));
  }

  set view(view) {
    this.#view = view;
    for (const input of this.#bar.querySelectorAll("input")) {
      input.checked = isLive(view) && input.value === view.preset;
    }
    this.tick();
  }

  /** Shows when the range begins and ends now, but not where somebody writes. */
  tick() {
    const { from, to } = rangeOf(this.#view);
    const [first, second] = this.#fields;
    if (!this.#fields.includes(document.activeElement)) {
      first.value = fieldText(from);
      second.value = fieldText(to);
      second.setCustomValidity("");
    }
  }

  #changed() {
    const [from, to] = this.#fields.map((field) => new Date(field.value).getTime() / 1000);
    const [, second] = this.#fields;
    const wrong = from >= to ? "It doesn't end after it begins." : "";
    second.setCustomValidity(wrong);
    if (wrong !== "") {
      second.reportValidity();
    } else if (Number.isFinite(from) && Number.isFinite(to)) {
      this.#onview({ from, to });
    }
  }
}

/** A local date and time as the fields have it. */
function fieldText(seconds) {
  return date(seconds).slice(0, 19).replace(" ", "T");
}
