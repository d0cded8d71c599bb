// The page: puts streams, list, chart and address together.

import { shortcuts } from "../kit/controls.js";
import { debounced, element, setText } from "../kit/dom.js";
import { visible } from "../kit/escape.js";
import { number } from "../kit/format.js";
import { compareTexts } from "../kit/order.js";
import { followSeen } from "../kit/watch.js";
import { ask } from "./api.js";
import { Detail } from "./detail.js";
import { Keys } from "./keys.js";
import { explainNothing } from "./nothing.js";
import { hearTime, isLive, rangeOf, stillRange } from "./range.js";
import { Rows } from "./rows.js";
import { Summaries } from "./summaries.js";
import { counted } from "./texts.js";
import { Times } from "./times.js";
import { fromAddress, outerRanges, toAddress } from "./view.js";

/** So often what moves by itself moves, in milliseconds. */
const TICK = 500;
const STATES = {
  connecting: "connecting…",
  live: "live",
  paused: "paused",
  silent: "kodemon is silent",
  lost: "kodemon is gone; trying again…",
  refused: "kodemon refuses: too many pages, perhaps; trying again…",
};

const part = (id) => document.getElementById(id);
const [filter, count, token, pause, state] = ["filter", "count", "token", "pause", "state"].map(part);

let view = fromAddress();
let connection = "connecting";
/** The tokens that can be chosen; null as long as nobody has said. */
let tokens = null;
/** Whether what was missed while there was no stream must be asked for. */
let missed = false;
const keys = new Keys(refresh);
const summaries = new Summaries(() => rows.refreshSummaries());
const rows = new Rows(part("functions"), part("rows"), {
  keys,
  summaries,
  onchoose: (key) => go({ key: key === view.key ? "" : key }),
  onsort: (sort) => go({ sort }),
});
const detail = new Detail(part("detail"), {
  onview: go,
  onzoom: zoom,
  onsummary: (key, total) => summaries.hear(key, total),
});
const times = new Times(part("times"), (range) => go(range, []));

/** Shows a view. */
function look(next) {
  const goesOn = isLive(next) && !isLive(view);
  view = next;
  keys.token = view.token;
  summaries.view = view;
  rows.view = view;
  detail.view = view;
  times.view = view;
  document.body.classList.toggle("with-detail", view.key !== "");
  if (filter.value !== view.filter) {
    filter.value = view.filter;
  }
  showToken();
  refresh();
  if (goesOn) {
    keys.load();
  }
}

/** Shows a view with something else in it, from which the browser's "back" leads here. */
function go(change, outer = outerRanges()) {
  const next = { ...view, ...change };
  toAddress(next, { step: true, outer });
  look(next);
}

/** Shows a part of the range; without arguments, the range of which the present one is a part. */
function zoom(from, to) {
  const outer = outerRanges();
  const still = from === undefined ? null : stillRange(from, to);
  if (still) {
    go(still, [...outer, { from: view.from, to: view.to }]);
  } else if (from === undefined && outer.length > 0) {
    go(outer.at(-1), outer.slice(0, -1));
  }
}

function refresh() {
  const empty = keys.areKnown && keys.byName.size === 0 && view.token === "" && view.key === "";
  if (empty) {
    explainNothing(part("nothing"));
  }
  part("nothing").hidden = !empty;
  part("functions").hidden = empty || !keys.areKnown;
  rows.arrange();
  if (tokens && keys.hasTokenBeside(tokens)) {
    loadTokens();
  }
  const functions = counted(keys.byName.size, "function");
  setText(count, view.filter === "" ? functions : `${number(rows.count)} of ${functions}`);
  tellState();
}

/** Says how things stand. */
function tellState() {
  const live = isLive(view);
  const now = connection === "live" && !live ? "paused" : connection;
  state.dataset.state = now;
  setText(state, STATES[now]);
  pause.setAttribute("aria-pressed", !live);
  setText(pause, live ? "Pause" : "Go on");
}

/** Puts the tokens that are known into the choice, and what is chosen. */
async function loadTokens() {
  const record = await ask("tokens").catch(() => null);
  if (record) {
    tokens = new Set(record.tokens.map((about) => about.token).sort(compareTexts));
    token.replaceChildren(element("option", { value: "" }, "All tokens"), ...[...tokens].map(optionOf));
    showToken();
  }
}

function showToken() {
  if (![...token.options].some(({ value }) => value === view.token)) {
    token.append(optionOf(view.token));
  }
  token.value = view.token;
}

function optionOf(name) {
  return element("option", { value: name }, visible(name));
}

filter.addEventListener("input", () => {
  look({ ...view, filter: filter.value });
  sayFilter();
});
const sayFilter = debounced(250, () => toAddress(view));

token.addEventListener("change", () => go({ token: token.value }));
pause.addEventListener("click", () => {
  const { from, to } = rangeOf(view);
  go(isLive(view) ? stillRange(from, to) : { from: null, to: null }, []);
});
window.addEventListener("popstate", () => look(fromAddress()));
shortcuts(filter, rows.grid, () => {
  if (view.key !== "") {
    go({ key: "" });
  }
});

look(view);
keys.load();
loadTokens();
setInterval(() => {
  if (!document.hidden) {
    detail.tick();
    times.tick();
  }
}, TICK);
followSeen("api/stream", {
  whole: ({ time }) => {
    hearTime(time);
    if (missed) {
      keys.load();
      detail.reload();
    }
    missed = true;
  },
  change: (step) => {
    hearTime(step.time);
    if (isLive(view)) {
      keys.hear(step);
      rows.refresh();
    }
  },
  state: (now) => {
    connection = now;
    tellState();
  },
});
