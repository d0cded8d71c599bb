// Streams for as long as the page is seen.

import { follow } from "./stream.js";

/**
 * Follows a stream, but not in a tab behind others: a browser has six connections to a server for
 * all its tabs. What comes out ends it.
 */
export function followSeen(address, acts) {
  let stop = null;
  const turn = () => {
    if (document.hidden) {
      stop?.();
      stop = null;
    } else {
      stop ??= follow(address, acts);
    }
  };
  document.addEventListener("visibilitychange", turn);
  turn();
  return () => {
    document.removeEventListener("visibilitychange", turn);
    stop?.();
  };
}
