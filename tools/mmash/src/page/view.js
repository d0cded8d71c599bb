// What is looked at: filter, chosen stats and window. It stands in the address, so that a view
// can be sent to somebody.

export const WINDOWS = [1, 5, 15, 60];
export const SHOWS = ["auto", "value", "rate"];
export const BYS = ["total", "process"];

/** What the address says; what it doesn't say, or says wrongly, is as usual. */
export function fromAddress() {
  const said = new URLSearchParams(location.search);
  const minutes = Number(said.get("window"));
  return {
    filter: said.get("filter") ?? "",
    all: said.has("all"),
    stats: [...new Set(said.getAll("stat"))],
    minutes: WINDOWS.includes(minutes) ? minutes : 5,
    show: SHOWS.includes(said.get("show")) ? said.get("show") : "auto",
    by: BYS.includes(said.get("by")) ? said.get("by") : "total",
  };
}

/** Puts a view into the address; a step of its own is one that the browser's "back" undoes. */
export function toAddress({ filter, all, stats, minutes, show, by }, { step = false } = {}) {
  const said = new URLSearchParams();
  if (filter !== "") {
    said.set("filter", filter);
  }
  if (all) {
    said.set("all", 1);
  }
  stats.forEach((label) => said.append("stat", label));
  if (minutes !== 5) {
    said.set("window", minutes);
  }
  if (show !== "auto") {
    said.set("show", show);
  }
  if (by !== "total") {
    said.set("by", by);
  }
  const address = said.size > 0 ? `?${said}` : location.pathname;
  history[step ? "pushState" : "replaceState"](null, "", address);
}
