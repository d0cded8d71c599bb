// What every page with a filter and a list does: URL, history, keyboard shortcuts.

import { shortcuts } from "./controls.js";
import { debounced } from "./dom.js";

/** Replaces the query of the URL; with `step` as a new entry of the browser's history. */
export function replaceQuery(query, { step, state = null }) {
  const url = query.size > 0 ? `?${query}` : location.pathname;
  history[step ? "pushState" : "replaceState"](state, "", url);
}

/**
 * Connects the filter's field, the browser's "back" and the shortcuts. `onfilter(text)` gets what is
 * typed, `onpause()` is called once typing pauses, `onback()` for "back" and `onescape()` for Escape.
 */
export function connectNavigation(field, grid, { onfilter, onpause, onback, onescape }) {
  const paused = debounced(250, onpause);
  field.addEventListener("input", () => {
    onfilter(field.value);
    paused();
  });
  window.addEventListener("popstate", onback);
  shortcuts(field, grid, onescape);
}
