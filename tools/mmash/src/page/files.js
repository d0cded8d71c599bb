// Which files there are, whose they are, and whether their programs are alive.

import { element, repeated } from "../kit/dom.js";
import { bytes, counted, number } from "../kit/format.js";
import { compareTexts } from "../kit/order.js";

/** So many files are listed. */
const MOST = 200;
const EVERY = 2000;
const ORDER = ["dead", "undecided", "alive"];
const COLUMNS = [["Process"], ["Life"], ["Stats", "number"], ["Size", "number"], ["File"]];

/** Asks what the files are; null where nobody answers. */
export async function askFiles() {
  try {
    const answer = await fetch("api/v1/files");
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

/** The dialog that lists them, as long as it is open. */
export class Files {
  #dialog;
  #body = element("div");
  #refresh = repeated(EVERY, () => this.#fill(), () => this.#dialog.open);

  constructor(dialog) {
    this.#dialog = dialog;
    const close = element("button", { type: "button", onclick: () => dialog.close() }, "Close");
    dialog.append(
      element("div", { class: "tools" }, element("h2", { id: "files-title" }, "Files"), close),
      this.#body,
    );
    // A click beside it closes it, too.
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  }

  open() {
    this.#dialog.showModal();
    this.#refresh();
  }

  async #fill() {
    const record = await askFiles();
    this.#body.replaceChildren(...(record ? contentOf(record) : ["mmash doesn't answer."]));
  }
}

function contentOf({ files, errors, looked_at: places }) {
  const byLife = (a, b) => ORDER.indexOf(a.life) - ORDER.indexOf(b.life);
  const sorted = files.toSorted((a, b) => byLife(a, b) || compareTexts(a.path, b.path));
  const content = [element("p", { class: "summary" }, summary(files)), ...problems(errors)];
  if (files.length > 0) {
    const head = COLUMNS.map(([name, kind]) => element("th", { scope: "col", class: kind }, name));
    const table = element(
      "table",
      {},
      element("thead", {}, element("tr", {}, ...head)),
      element("tbody", {}, ...sorted.slice(0, MOST).map(rowOf)),
    );
    content.push(element("div", { class: "scroll" }, table));
    if (files.length > MOST) {
      content.push(element("p", { class: "more" }, `and ${number(files.length - MOST)} more`));
    }
  }
  const patterns = places.map((place) => element("code", {}, place)).flatMap((code) => [code, " "]);
  content.push(element("p", { class: "places" }, "Looked at: ", ...patterns));
  return content;
}

function summary(files) {
  const processes = new Set(files.map(processOf)).size;
  const lives = ORDER.map((life) => [life, files.filter((file) => file.life === life).length]);
  const present = lives.filter(([, found]) => found > 0);
  const told = present.map(([life, found]) => `${number(found)} ${life}`).join(", ");
  const whose = counted(processes, "processes");
  return `${counted(files.length, "files")} of ${whose}${told && `: ${told}`}`;
}

/** A text that tells processes apart: of one container and another, of one boot and another. */
function processOf({ pid, path, identity }) {
  const { pid_namespace, boot_id, start_time } = identity ?? {};
  return pid === null ? path : JSON.stringify([pid, pid_namespace, boot_id, start_time]);
}

function rowOf({ path, pid, tid, life, reason, stats, size, identity }) {
  const thread = tid !== null && tid !== pid ? ` · thread ${tid}` : "";
  const process = pid === null ? "unknown" : `${pid}${thread}`;
  const command = identity?.command ? element("strong", {}, identity.command) : "";
  return element(
    "tr",
    {},
    element("td", {}, command, " ", process),
    element("td", { title: reason }, element("span", { class: "life", "data-life": life }, life)),
    element("td", { class: "number" }, number(stats)),
    element("td", { class: "number" }, bytes(size)),
    element("td", {}, element("code", {}, path)),
  );
}

/** What couldn't be read, and why. */
export function problems(errors) {
  if (errors.length === 0) {
    return [];
  }
  const entries = errors.slice(0, MOST).flatMap(({ path, error }) => [
    element("dt", {}, element("code", {}, path)),
    element("dd", {}, error),
  ]);
  const title = element("h3", {}, "Can't be read, or not to the end");
  return [title, element("dl", { class: "problems" }, ...entries)];
}
