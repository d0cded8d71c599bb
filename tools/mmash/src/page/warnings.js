// Warnings: threads whose stats are counted nowhere.

import { element } from "../kit/dom.js";
import { counted, number } from "../kit/format.js";

/** How many processes are listed. */
const MOST = 5;

/** Fills the list, and only when there is something else to say: it is read aloud. */
export function warn(list, unpublished) {
  const texts = unpublished.slice(0, MOST).map(textOf);
  if (unpublished.length > MOST) {
    texts.push(`and of ${number(unpublished.length - MOST)} more`);
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
