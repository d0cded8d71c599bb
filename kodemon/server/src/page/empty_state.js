// Shown before the first message: how to send one.

import { element } from "../kit/dom.js";

const MESSAGE = '{"key": "shell-hello", "execution_time": 0.25, "timestamp": \'$(date +%s)\', "token": "shell"}';

const WAYS = [
  ["From a shell", `echo '${MESSAGE}' > /dev/udp/127.0.0.1/4000`, "For bash; in other shells, pipe into nc -u -w1 127.0.0.1 4000."],
  [
    "From Rust",
    "#[kodemon::kodemon]\nfn checkout(cart: &Cart) -> Result<Order, Error> {\n    …\n}",
    "Each call of the function is one message.",
  ],
  [
    "From Python",
    "from kodemon import kodemon\n\n@kodemon\ndef checkout(cart):\n    …",
    "kodemon.py is one file, beside the server's sources.",
  ],
];

/** Fills the section. */
export function showEmptyState(section) {
  if (section.childElementCount > 0) {
    return;
  }
  section.append(
    element("h2", {}, "No function has been called yet"),
    element("p", {}, "As soon as a message arrives, its function appears here. Messages arrive by UDP, on port 4000 unless --udp sets another."),
    ...WAYS.flatMap(([title, code, hint]) => [
      element("h3", {}, title),
      element("pre", {}, element("code", {}, code)),
      element("p", { class: "hint" }, hint),
    ]),
    element("p", {}, "If nothing appears, ", element("a", { href: "api/health" }, "api/health"), " shows what was received and rejected."),
  );
}
