// The page: puts stream, list, chart and address together.

import { COLORS } from "../kit/chart.js";
import { shortcuts } from "../kit/controls.js";
import { debounced, setText } from "../kit/dom.js";
import { counted, duration, number, time } from "../kit/format.js";
import { followSeen } from "../kit/watch.js";
import { Detail } from "./detail.js";
import { Files } from "./files.js";
import { explainNothing } from "./nothing.js";
import { Rows } from "./rows.js";
import { Stats } from "./stats.js";
import { fromAddress, toAddress } from "./view.js";
import { warn } from "./warnings.js";

/** How often the age of the values is shown anew, in milliseconds. */
const TICK = 1000;
/** So many values are kept while the page stands still; the oldest are taken in then. */
const KEPT = 1_000_000;
const STATES = {
  connecting: "connecting…",
  live: "connected",
  paused: "paused",
  silent: "no new values",
  lost: "mmash is gone; trying again…",
  refused: "mmash refuses: too many pages, perhaps; trying again…",
};

const part = (id) => document.getElementById(id);
const [filter, count, pause, state, age] = ["filter", "count", "pause", "state", "age"].map(part);
const [nothing, dialog] = ["nothing", "files-dialog"].map(part);

const stats = new Stats();
const rows = new Rows(part("stats"), part("rows"), stats, {
  onchoose: choose,
  onall: (all) => go({ ...view, all }),
});
const detail = new Detail(part("detail"), stats, (change) => go({ ...view, ...change }));
const files = new Files(dialog);
let view = fromAddress();
/** The steps that came while the page stands still; null while it moves. */
let held = null;
let kept = 0;
let connection = "connecting";
/** How far mmash's clock is ahead of this one, in seconds, as its last change showed. */
let ahead = 0;

/** Shows a view. */
function look(next) {
  view = next;
  rows.view = view;
  rows.chosen = view.stats;
  detail.view = view;
  document.body.classList.toggle("with-detail", view.stats.length > 0);
  if (filter.value !== view.filter) {
    filter.value = view.filter;
  }
  tellCount();
}

/** Shows another view, from which the browser's "back" leads here. */
function go(next) {
  look(next);
  toAddress(next, { step: true });
}

/** Chooses a stat alone, or adds it; what is chosen already is taken out. */
function choose(label, more) {
  const others = view.stats.filter((other) => other !== label);
  const chosen = others.length < view.stats.length;
  const alone = view.stats.length === 1;
  const next =
    more ? (chosen ? others : [...others.slice(1 - COLORS), label])
    : chosen && alone ? []
    : [label];
  go({ ...view, stats: next });
  if (!more) {
    // Where the list is below the chart, that is out of sight.
    document.querySelector("main").scrollTo(0, 0);
  }
}

function take(kind, step) {
  if (held) {
    held.push([kind, step]);
    kept += step.values.length + 1;
    if (kept <= KEPT) {
      return;
    }
    [kind, step] = held.shift();
    kept -= step.values.length + 1;
  }
  if (stats[kind](step)) {
    rows.sort();
    look(view);
  }
}

function refresh() {
  const asked = view.filter !== "" || view.all || view.stats.length > 0;
  const empty = rows.all === 0 || (!asked && !stats.areAnyOfWork);
  if (empty) {
    explainNothing(nothing);
  }
  part("stats").hidden = empty;
  nothing.hidden = !empty;
  setText(part("files"), counted(stats.files, "files"));
  warn(part("warnings"), stats.unpublished);
  rows.refresh();
  detail.refresh();
  tellState();
}

function tellCount() {
  const all = counted(rows.all, "stats");
  setText(count, view.filter === "" ? all : `${number(rows.count)} of ${all}`);
}

/** Says how the connection is, and how old the values are where they don't move. */
function tellState() {
  const now = held && connection === "live" ? "paused" : connection;
  const { clock } = stats;
  const polled = clock.at(clock.end - 1);
  state.dataset.state = now;
  setText(state, STATES[now]);
  state.title = clock.end > 0 ? `values of ${time(polled)}` : "";
  const seconds = Math.max(0, Math.round(Date.now() / 1000 + ahead - polled));
  // It isn't part of the state, which is read aloud when it changes.
  setText(age, now === "live" || clock.end === 0 ? "" : `values ${duration(seconds)} old`);
}

filter.addEventListener("input", () => {
  look({ ...view, filter: filter.value });
  sayFilter();
});
const sayFilter = debounced(250, () => toAddress(view));

pause.addEventListener("click", () => {
  const steps = held;
  held = steps ? null : [];
  kept = 0;
  steps?.forEach(([kind, step]) => take(kind, step));
  pause.setAttribute("aria-pressed", held !== null);
  setText(pause, held ? "Go on" : "Pause");
  refresh();
});

part("files").addEventListener("click", () => files.open());
window.addEventListener("popstate", () => look(fromAddress()));
shortcuts(filter, rows.grid, () => {
  if (!dialog.open && view.stats.length > 0) {
    go({ ...view, stats: [] });
  }
});

look(view);
setInterval(tellState, TICK);
followSeen("api/v1/stream", {
  whole: (step) => {
    take("whole", step);
    refresh();
  },
  change: (step) => {
    ahead = step.time - Date.now() / 1000;
    take("change", step);
    if (!held) {
      refresh();
    }
  },
  state: (now) => {
    connection = now;
    tellState();
  },
});
