// Streams that pause while the page is hidden.

import { follow } from "./stream.js";

/**
 * Follows a stream while the page is visible: a browser has six connections to a server for all its
 * tabs. Returns a function that ends it.
 */
export function followWhileVisible(address, handlers) {
  let stop = null;
  const update = () => {
    if (document.hidden) {
      stop?.();
      stop = null;
    } else {
      stop ??= follow(address, handlers);
    }
  };
  document.addEventListener("visibilitychange", update);
  update();
  return () => {
    document.removeEventListener("visibilitychange", update);
    stop?.();
  };
}
