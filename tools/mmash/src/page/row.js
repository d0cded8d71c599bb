// The rows of the list.

import { element, setText } from "../kit/dom.js";
import { visible } from "../kit/escape.js";
import { counted, number } from "../kit/format.js";
import { spark } from "../kit/spark.js";
import { deathText, lineOf, rateText, showsRate, spanOf, valueText } from "./display.js";
import { dimensionsText, shownPairs } from "./stat.js";

/** Maximum and minimum number of polls in a sparkline. */
const MAX_POLLS = 120;
const MIN_POLLS = 30;
/** What a row can be of. A plain stat is none of them. */
const KINDS = ["group", "secondary", "names", "series"];

export function makeRow() {
  return element(
    "div",
    { role: "row", class: "row" },
    element("span", { role: "gridcell", class: "mark", title: "Add to the chart, or remove" }),
    element(
      "span",
      { role: "gridcell", class: "label" },
      element("span", { class: "visually-hidden" }),
      element("span", { class: "toggle", "aria-hidden": "true" }),
      element("span", { class: "name" }),
      element("span", { class: "dimensions" }),
      element("span", { class: "count toggle" }, element("span"), element("span", { class: "unit" })),
      element("span", { class: "life", "data-life": "dead" }),
      element("span", { class: "hint" }),
    ),
    element("span", { role: "gridcell", class: "value number" }),
    element("span", { role: "gridcell", class: "rate number" }),
    element("canvas", { class: "spark", "aria-hidden": "true" }),
  );
}

/** Fills a row with a heading. */
export function fillHeading(row, { title, hint = "", count, isOpen, isSecondary }) {
  const [mark, , value, rate, line] = row.children;
  setText(mark, isOpen ? "▾" : "▸");
  setLabel(row, { name: visible(title), hint });
  setText(value, counted(count, "stats"));
  setText(rate, "");
  line.hidden = true;
  row.title = "";
  setKind(row, "group", ...(isSecondary ? ["secondary"] : []));
  row.classList.remove("gone");
  delete row.dataset.label;
  delete row.dataset.name;
  delete mark.dataset.color;
  setLevel(row, 1, isOpen);
  row.removeAttribute("aria-selected");
}

/** Fills a row with a stat; `color` is that of its line, or -1. */
export function fillStat(row, { stat, prefix, of }, { color, clock }) {
  setKind(row, of ? "series" : null);
  row.dataset.label = stat.label;
  delete row.dataset.name;
  setLevel(row, of ? 3 : 2);
  const death = deathText(stat);
  // Each series has the help text of its name.
  const hint = of ? "" : stat.help;
  const texts = of
    ? { hidden: `${visible(stat.name)} `, labels: of.differenceOf(stat), dimensions: dimensionsText(of.common) }
    : { hidden: prefix, name: shortName(stat, prefix), dimensions: stat.dimensions };
  setLabel(row, { ...texts, death, hint });
  row.title = [visible(stat.label), death, stat.help].filter(Boolean).join("\n");
  fillValues(row, stat, color, clock);
}

/** Fills a row with a name and its series. */
export function fillName(row, { name, prefix, count, size, isOpen }, { color, clock }) {
  const { stat } = name;
  setKind(row, "names");
  row.dataset.name = name.name;
  delete row.dataset.label;
  setLevel(row, 2, isOpen);
  const death = deathText(stat);
  const series = count < size ? `${number(count)} of ${number(size)}` : number(size);
  const texts = { hidden: prefix, toggle: isOpen ? "▾" : "▸", name: shortName(stat, prefix), count: series };
  setLabel(row, { ...texts, death, hint: stat.help });
  row.title = [`${visible(name.name)}: ${series} series`, death, stat.help].filter(Boolean).join("\n");
  fillValues(row, stat, color, clock);
}

/** A name without its prefix, which stands above it. */
function shortName({ name }, prefix) {
  return visible(name.slice(prefix.length)) || "(no name)";
}

function setKind(row, ...kinds) {
  KINDS.forEach((kind) => row.classList.toggle(kind, kinds.includes(kind)));
}

function setLevel(row, level, isOpen) {
  row.setAttribute("aria-level", level);
  if (isOpen === undefined) {
    row.removeAttribute("aria-expanded");
  } else {
    row.setAttribute("aria-expanded", isOpen);
  }
}

function setLabel(row, { hidden = "", toggle = "", name, labels, dimensions = "", count = "", death = "", hint = "" }) {
  const [hiddenNode, toggleNode, nameNode, dimensionsNode, countNode, deathNode, hintNode] =
    row.children[1].children;
  setText(hiddenNode, hidden);
  setText(toggleNode, toggle);
  if (labels) {
    setLabels(nameNode, labels);
  } else {
    setText(nameNode, name);
  }
  setText(dimensionsNode, dimensions && `{${dimensions}}`);
  setText(countNode.children[0], count);
  setText(countNode.children[1], count && " series");
  countNode.hidden = count === "";
  setText(deathNode, death);
  setText(hintNode, hint);
}

/** Sets what tells a series from the others. Where there is little room, keys are hidden. */
function setLabels(node, labels) {
  const text = dimensionsText(labels) || "(no dimensions)";
  if (node.textContent !== text) {
    const parts = shownPairs(labels).flatMap(([key, value], index) =>
      [index > 0 ? ", " : "", element("span", { class: "key" }, `${key}=`), value]);
    node.replaceChildren(...(parts.length > 0 ? parts : [text]));
  }
}

function fillValues(row, stat, color, clock) {
  const [mark, , value, rate, line] = row.children;
  setText(mark, "");
  if (color >= 0) {
    mark.dataset.color = color + 1;
  } else {
    delete mark.dataset.color;
  }
  setText(value, valueText(stat, clock));
  setText(rate, rateText(stat, clock));
  row.classList.toggle("gone", stat.goneSince !== null);
  row.setAttribute("aria-selected", color >= 0);
  line.hidden = stat.isText;
  if (!stat.isText && line.clientWidth > 0) {
    const lineAt = lineOf(stat, showsRate(stat, "auto"));
    const length = Math.max(MIN_POLLS, Math.min(MAX_POLLS, clock.end - clock.start));
    const from = clock.end - length;
    const numbers = Array.from({ length }, (_, index) => lineAt(from + index));
    spark(line, numbers, getComputedStyle(line).color, spanOf(stat));
  }
}
