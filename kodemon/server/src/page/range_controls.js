// The controls of the time range: a bar of live ranges, and fields for any other.

import { choiceBar } from "../kit/controls.js";
import { element } from "../kit/dom.js";
import { date } from "../kit/format.js";
import { isLive, PRESETS, rangeOf } from "./range.js";

/** The controls. `onview(change)` gets what of the view was changed here. */
export class RangeControls {
  #view;
  #onview;
  #bar;
  /** The exact times of the fields, which have neither fractions nor an offset from UTC. */
  #shown = [0, 0];
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
    this.#bar = choiceBar("range", "Range", Object.keys(PRESETS), nameOf, choose);
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

  /** Updates the fields, unless one of them has the focus. */
  tick() {
    const { from, to } = rangeOf(this.#view);
    if (!this.#fields.includes(document.activeElement)) {
      this.#shown = [from, to];
      this.#fields.forEach((field, index) => (field.value = fieldText(this.#shown[index])));
      this.#fields[1].setCustomValidity("");
    }
  }

  #changed() {
    const [from, to] = this.#fields.map(({ value }, index) => timeOf(value, this.#shown[index]));
    const [, second] = this.#fields;
    const invalid = from >= to ? "The end must be after the beginning." : "";
    second.setCustomValidity(invalid);
    if (invalid !== "") {
      second.reportValidity();
    } else if (Number.isFinite(from) && Number.isFinite(to)) {
      this.#shown = [from, to];
      this.#onview({ from, to });
    }
  }
}

/**
 * The time of a field that showed `shown` before. An unchanged field keeps its exact time; of a
 * local time that occurs twice, the one with the same offset from UTC is meant.
 */
function timeOf(value, shown) {
  // A field leaves out seconds that are 0.
  const text = `${value}:00`.slice(0, 19);
  if (text === fieldText(shown)) {
    return shown;
  }
  const offset = new Date(shown * 1000).getTimezoneOffset() * 60;
  const sameOffset = Date.parse(`${text}Z`) / 1000 + offset;
  return fieldText(sameOffset) === text ? sameOffset : Date.parse(text) / 1000;
}

/** A local date and time as the fields have it. */
function fieldText(seconds) {
  return date(seconds).slice(0, 19).replace(" ", "T");
}
