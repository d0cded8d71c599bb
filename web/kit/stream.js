// A live stream: the whole state, then changes. It reconnects by itself.

/** Reconnects this long after the server rejected it, in milliseconds. */
const RETRY_AFTER = 3000;
/** The server is silent if nothing came for this long, and for this many of its intervals. */
const SILENT_AFTER = 5000;
const SILENT_INTERVALS = 4;

/**
 * Follows a stream of server-sent events. `whole` and `change` get the data of the events; `state`
 * gets "connecting" first, then "live", "silent", "lost" (reconnecting) or "refused". Returns a
 * function that ends it.
 */
export function follow(address, { whole, change, state }) {
  const ended = new AbortController();
  let source;
  let retry;
  let current;
  let last = performance.now();
  let interval = 0;

  function setState(now) {
    if (now !== current) {
      current = now;
      state(now);
    }
  }

  function receive(act) {
    return (event) => {
      const now = performance.now();
      interval = now - last;
      last = now;
      act(JSON.parse(event.data));
      setState("live");
    };
  }

  function open() {
    source?.close();
    source = new EventSource(address);
    source.addEventListener("whole", receive(whole));
    source.addEventListener("change", receive(change));
    source.addEventListener("error", () => {
      if (source.readyState === EventSource.CLOSED) {
        setState("refused");
        retry = setTimeout(open, RETRY_AFTER);
      } else {
        setState("lost");
      }
    });
  }

  const watch = setInterval(() => {
    const silence = performance.now() - last;
    if (current === "live" && silence > Math.max(SILENT_AFTER, SILENT_INTERVALS * interval)) {
      setState("silent");
    }
  }, 1000);
  // A browser may keep a page that was left, with its connections, of which it has six to a server.
  const { signal } = ended;
  window.addEventListener("pagehide", () => source.close(), { signal });
  window.addEventListener("pageshow", (event) => event.persisted && open(), { signal });
  setState("connecting");
  open();
  return () => {
    ended.abort();
    source.close();
    clearTimeout(retry);
    clearInterval(watch);
  };
}
