// What is looked at: filter, chosen stats and window. It stands in the address, so that a view
// can be sent to somebody.

export const WINDOWS = [1, 5, 15, 60];
export const SHOWS = ["auto", "value", "rate"];

/** What the address says; what it doesn't say, or says wrongly, is as usual. */
export function fromAddress() {
  const said = new URLSearchParams(location.search);
  const minutes = Number(said.get("window"));
  return {
    filter: said.get("filter") ?? "",
    stats: [...new Set(said.getAll("stat"))],
    minutes: WINDOWS.includes(minutes) ? minutes : 5,
    show: SHOWS.includes(said.get("show")) ? said.get("show") : "auto",
  };
}

/** Puts a view into the address; a step of its own is one that the browser's "back" undoes. */
export function toAddress({ filter, stats, minutes, show }, { step = false } = {}) {
  const said = new URLSearchParams();
  if (filter !== "") {
    said.set("filter", filter);
  }
  stats.forEach((label) => said.append("stat", label));
  if (minutes !== 5) {
    said.set("window", minutes);
  }
  if (show !== "auto") {
    said.set("show", show);
  }
  const address = said.size > 0 ? `?${said}` : location.pathname;
  history[step ? "pushState" : "replaceState"](null, "", address);
}
