// A live stream of steps: each a change, after a whole. It comes back by itself.

/** How long after a refusal it asks again. */
const PAUSE = 3000;
/** A server that says nothing for so long, and for so many of its intervals, is said to be silent. */
const PATIENCE = 5000;
const INTERVALS = 4;

/**
 * Follows a stream of server-sent events. `whole` and `change` get what the events have; `state`
 * gets "connecting" first, then "live", "silent", "lost" (it isn't there; it is asked for again) or
 * "refused". What comes out ends it.
 */
export function follow(address, { whole, change, state }) {
  const ended = new AbortController();
  let source;
  let again;
  let told;
  let last = performance.now();
  let interval = 0;

  function tell(now) {
    if (now !== told) {
      told = now;
      state(now);
    }
  }

  function take(act) {
    return (event) => {
      const now = performance.now();
      interval = now - last;
      last = now;
      act(JSON.parse(event.data));
      tell("live");
    };
  }

  function open() {
    source?.close();
    source = new EventSource(address);
    source.addEventListener("whole", take(whole));
    source.addEventListener("change", take(change));
    source.addEventListener("error", () => {
      if (source.readyState === EventSource.CLOSED) {
        tell("refused");
        again = setTimeout(open, PAUSE);
      } else {
        tell("lost");
      }
    });
  }

  const watch = setInterval(() => {
    const silence = performance.now() - last;
    if (told === "live" && silence > Math.max(PATIENCE, INTERVALS * interval)) {
      tell("silent");
    }
  }, 1000);
  // A browser keeps pages that are left, with their connections, of which it has six to a server.
  const { signal } = ended;
  window.addEventListener("pagehide", () => source.close(), { signal });
  window.addEventListener("pageshow", (event) => event.persisted && open(), { signal });
  tell("connecting");
  open();
  return () => {
    ended.abort();
    source.close();
    clearTimeout(again);
    clearInterval(watch);
  };
}
