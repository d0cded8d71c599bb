// Warnings about threads that publish nothing.

import { element } from "../kit/dom.js";
import { counted, number } from "../kit/format.js";

/** Maximum number of processes listed. */
const MAX_PROCESSES = 5;

/** Updates the list, only if it changes: screen readers announce it. */
export function showWarnings(list, unpublished) {
  const texts = unpublished.slice(0, MAX_PROCESSES).map(textOf);
  if (unpublished.length > MAX_PROCESSES) {
    texts.push(`and of ${number(unpublished.length - MAX_PROCESSES)} more`);
  }
  const known = [...list.children].map((item) => item.textContent);
  if (texts.join("\n") !== known.join("\n")) {
    list.replaceChildren(...texts.map((text) => element("li", {}, text)));
    list.hidden = texts.length === 0;
  }
}

function textOf({ command, pid, threads }) {
  const process = [command ?? "process", pid].filter((part) => part !== null).join(" ");
  const publish = threads === 1 ? "publishes" : "publish";
  return `${counted(threads, "threads")} of ${process} ${publish} nothing`;
}
