// The page: connects streams, list, chart and URL.

import { compareTexts } from "../kit/compare.js";
import { element, setText } from "../kit/dom.js";
import { visible } from "../kit/escape.js";
import { number } from "../kit/format.js";
import { connectNavigation } from "../kit/navigation.js";
import { followWhileVisible } from "../kit/visible.js";
import { ask } from "./api.js";
import { Detail } from "./detail.js";
import { showEmptyState } from "./empty_state.js";
import { FunctionList } from "./function_list.js";
import { Keys } from "./keys.js";
import { fixedRange, isLive, rangeOf, setServerTime } from "./range.js";
import { RangeControls } from "./range_controls.js";
import { Summaries } from "./summaries.js";
import { counted } from "./texts.js";
import { outerRanges, viewFromUrl, viewToUrl } from "./url.js";

/** How often live ranges move, in milliseconds. */
const TICK = 500;
const STATES = {
  connecting: "connecting…",
  live: "live",
  paused: "paused",
  silent: "kodemon is silent",
  lost: "kodemon is gone; reconnecting…",
  refused: "kodemon rejects the stream, maybe too many are open; retrying…",
};

const part = (id) => document.getElementById(id);
const [filter, count, token, pause, state] = ["filter", "count", "token", "pause", "state"].map(part);

let view = viewFromUrl();
let connection = "connecting";
/** The tokens to choose from; null until they are fetched. */
let tokens = null;
/** Whether the next stream follows a gap, of which everything must be fetched. */
let missed = false;
const keys = new Keys(refresh);
const summaries = new Summaries(() => rows.refreshSummaries());
const rows = new FunctionList(part("functions"), part("rows"), {
  keys,
  summaries,
  onchoose: (key) => go({ key: key === view.key ? "" : key }),
  onsort: (sort) => go({ sort }),
});
const detail = new Detail(part("detail"), {
  onview: go,
  onzoom: zoom,
  onsummary: (key, total) => summaries.setChosen(key, total),
});
const times = new RangeControls(part("times"), (range) => go(range, []));

/** Shows a view. */
function show(next) {
  const resumes = isLive(next) && !isLive(view);
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
  if (resumes) {
    keys.load();
  }
}

/** Shows a changed view, as a new entry of the browser's history. */
function go(change, outer = outerRanges()) {
  const next = { ...view, ...change };
  viewToUrl(next, { step: true, outer });
  show(next);
}

/** Zooms into a part of the range; without arguments, out of it. */
function zoom(from, to) {
  const outer = outerRanges();
  const fixed = from === undefined ? null : fixedRange(from, to);
  if (fixed) {
    go(fixed, [...outer, { from: view.from, to: view.to }]);
  } else if (from === undefined && outer.length > 0) {
    go(outer.at(-1), outer.slice(0, -1));
  }
}

function refresh() {
  const empty = keys.areKnown && keys.byName.size === 0 && view.token === "" && view.key === "";
  if (empty) {
    showEmptyState(part("empty-state"));
  }
  part("empty-state").hidden = !empty;
  part("functions").hidden = empty || !keys.areKnown;
  rows.arrange();
  if (tokens && keys.hasOtherToken(tokens)) {
    loadTokens();
  }
  const functions = counted(keys.byName.size, "function");
  setText(count, view.filter === "" ? functions : `${number(rows.count)} of ${functions}`);
  showState();
}

/** Shows the state of the connection and of the range. */
function showState() {
  const live = isLive(view);
  const now = connection === "live" && !live ? "paused" : connection;
  state.dataset.state = now;
  setText(state, STATES[now]);
  pause.setAttribute("aria-pressed", !live);
  setText(pause, live ? "Pause" : "Resume");
}

/** Fetches the tokens to choose from. */
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

token.addEventListener("change", () => go({ token: token.value }));
pause.addEventListener("click", () => {
  const { from, to } = rangeOf(view);
  go(isLive(view) ? fixedRange(from, to) : { from: null, to: null }, []);
});
connectNavigation(filter, rows.grid, {
  onfilter: (text) => show({ ...view, filter: text }),
  onpause: () => viewToUrl(view),
  onback: () => show(viewFromUrl()),
  onescape: () => {
    if (view.key !== "") {
      go({ key: "" });
    }
  },
});

show(view);
keys.load();
loadTokens();
setInterval(() => {
  if (!document.hidden) {
    detail.tick();
    times.tick();
  }
}, TICK);
followWhileVisible("api/stream", {
  whole: ({ time }) => {
    setServerTime(time);
    if (missed) {
      keys.load();
      detail.reload();
    }
    missed = true;
  },
  change: (update) => {
    setServerTime(update.time);
    if (isLive(view)) {
      keys.receive(update);
      rows.refresh();
    }
  },
  state: (now) => {
    connection = now;
    showState();
  },
});
