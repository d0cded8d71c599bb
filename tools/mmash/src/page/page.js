// The page: connects stream, list, charts and URL.

import { COLORS } from "../kit/chart.js";
import { setText } from "../kit/dom.js";
import { counted, duration, number, time } from "../kit/format.js";
import { connectNavigation } from "../kit/navigation.js";
import { followWhileVisible } from "../kit/visible.js";
import { Detail } from "./detail.js";
import { showEmptyState } from "./empty_state.js";
import { Files } from "./files.js";
import { History } from "./history.js";
import { askEnded } from "./recorded.js";
import { StatList } from "./stat_list.js";
import { Stats } from "./stats.js";
import { viewFromUrl, viewToUrl } from "./url.js";
import { showWarnings } from "./warnings.js";

/** How often the age of the values is updated, in milliseconds. */
const TICK = 1000;
/** Maximum number of values held while the page is paused; beyond it, the oldest are taken in. */
const MAX_HELD = 1_000_000;
/** How many seconds are shown after the end of a stat. */
const AFTER_END = 5;
const STATES = {
  connecting: "connecting…",
  live: "connected",
  paused: "paused",
  silent: "no new values",
  lost: "mmash is gone; reconnecting…",
  refused: "mmash rejects the stream, maybe too many are open; retrying…",
};

const part = (id) => document.getElementById(id);
const [filter, count, pause, state, age] = ["filter", "count", "pause", "state", "age"].map(part);
const [emptyState, dialog] = ["empty-state", "files-dialog"].map(part);

const stats = new Stats();
const rows = new StatList(part("stats"), part("rows"), stats, {
  onchoose: choose,
  onall: (all) => go({ ...view, all }),
  onshow: (stat) => history.fillRow(stat),
});
const history = new History(stats, refresh);
const detail = new Detail(part("detail"), { stats, history }, (change) => go({ ...view, ...change }));
const files = new Files(dialog);
let view = viewFromUrl();
/** The events that came while the page is paused; null while it isn't. */
let held = null;
let heldValues = 0;
let connection = "connecting";
/** How far mmash's clock is ahead of this one, in seconds, by its last change. */
let ahead = 0;
/** Settles when the events up to now were received. */
let received = Promise.resolve();

/** Shows a view. */
function show(next) {
  view = next;
  rows.view = view;
  rows.chosen = view.choices;
  detail.view = view;
  document.body.classList.toggle("with-detail", view.choices.length > 0);
  if (filter.value !== view.filter) {
    filter.value = view.filter;
  }
  showCount();
}

/** Shows another view, as a new entry of the browser's history. */
function go(next) {
  show(next);
  viewToUrl(next, { step: true });
}

/** Makes a choice alone, or with `more` adds it; one that is made already is removed. */
function choose(choice, more) {
  const others = view.choices.filter((other) => other !== choice);
  const chosen = others.length < view.choices.length;
  const alone = view.choices.length === 1;
  const next =
    more ? (chosen ? others : [...others.slice(1 - COLORS), choice])
    : chosen && alone ? []
    : [choice];
  go({ ...view, choices: next, range: rangeOf(next) });
  if (!more) {
    // In one column the list is below the chart, which is out of sight then.
    document.querySelector("main").scrollTo(0, 0);
  }
}

/** The range in which choices are shown: that before the end of one that only the recording has. */
function rangeOf(choices) {
  const { stat } = choices.length === 1 ? stats.resolve(choices[0]) : {};
  if (!stat || !stats.hasEnded(stat)) {
    return view.range;
  }
  return { from: Math.max(0, stat.goneSince - view.minutes * 60), to: stat.goneSince + AFTER_END };
}

/** Lists what only the recording has. */
async function listEnded() {
  if (stats.takeEnded(await askEnded())) {
    rows.sort();
    show(view);
    refresh();
  }
}

function receive(kind, update) {
  if (held) {
    held.push([kind, update]);
    heldValues += update.values.length + 1;
    if (heldValues <= MAX_HELD) {
      return;
    }
    [kind, update] = held.shift();
    heldValues -= update.values.length + 1;
  }
  if (kind === "whole") {
    history.begin();
    listEnded();
  }
  if (kind === "whole" || update.marks > 0) {
    detail.marksChanged();
  }
  const first = stats.clock.end;
  const haveChanged = stats[kind](update);
  if (update.missed) {
    history.missed(first, stats.clock.end);
  }
  if (haveChanged) {
    rows.sort();
    show(view);
  }
}

function refresh() {
  const isChosen = view.filter !== "" || view.all || view.choices.length > 0;
  const empty = rows.all === 0 || (!isChosen && !stats.hasWork);
  if (empty) {
    showEmptyState(emptyState);
  }
  part("stats").hidden = empty;
  emptyState.hidden = !empty;
  setText(part("files"), counted(stats.files, "files"));
  showWarnings(part("warnings"), stats.unpublished);
  rows.refresh();
  detail.refresh();
  showState();
}

function showCount() {
  const all = counted(rows.all, "stats");
  setText(count, view.filter === "" ? all : `${number(rows.count)} of ${all}`);
}

/** Shows the connection's state, and the age of the values while they don't move. */
function showState() {
  const now = held && connection === "live" ? "paused" : connection;
  const { clock } = stats;
  const polled = clock.at(clock.end - 1);
  state.dataset.state = now;
  setText(state, STATES[now]);
  state.title = clock.end > 0 ? `values of ${time(polled)}` : "";
  const seconds = Math.max(0, Math.round(Date.now() / 1000 + ahead - polled));
  // It isn't part of the state, which a screen reader announces when it changes.
  setText(age, now === "live" || clock.end === 0 ? "" : `values ${duration(seconds)} old`);
}

pause.addEventListener("click", () => {
  const updates = held;
  held = updates ? null : [];
  heldValues = 0;
  updates?.forEach(([kind, update]) => receive(kind, update));
  pause.setAttribute("aria-pressed", held !== null);
  setText(pause, held ? "Resume" : "Pause");
  refresh();
});

part("files").addEventListener("click", () => files.open());
connectNavigation(filter, rows.grid, {
  onfilter: (text) => show({ ...view, filter: text }),
  onpause: () => viewToUrl(view),
  onback: () => show(viewFromUrl()),
  onescape: () => {
    if (!dialog.open && view.choices.length > 0) {
      go({ ...view, ...(view.range ? { range: null } : { choices: [] }) });
    }
  },
});

/** Acts when the events before are received. */
function afterwards(act) {
  received = received.then(act).catch(reportError);
}

show(view);
setInterval(showState, TICK);
followWhileVisible("api/v1/stream", {
  whole: (update) => {
    // Where the stream was interrupted, the clock first needs the times that were missed.
    afterwards(async () => {
      receive("whole", { ...update, missed: await history.since() });
      refresh();
    });
  },
  change: (update) => {
    ahead = update.time - Date.now() / 1000;
    afterwards(() => {
      receive("change", update);
      if (!held) {
        refresh();
      }
    });
  },
  state: (now) => {
    connection = now;
    showState();
  },
});
