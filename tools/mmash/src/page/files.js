// The files, their processes, and whether these are alive.

import { element, repeated } from "../kit/dom.js";
import { bytes, counted, number } from "../kit/format.js";
import { compareTexts } from "../kit/compare.js";
import { visible } from "../kit/escape.js";

/** Maximum number of files listed. */
const MAX_FILES = 200;
/** Time between refreshes, in milliseconds. */
const INTERVAL = 2000;
const ORDER = ["dead", "undecided", "alive"];
const COLUMNS = [["Process"], ["Life"], ["Stats", "number"], ["Size", "number"], ["File"]];

/** Fetches the files; null if there is no answer. */
export async function askFiles() {
  try {
    const answer = await fetch("api/v1/files");
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

/** The dialog that lists the files, refreshed while it is open. */
export class Files {
  #dialog;
  #body = element("div");
  #refresh = repeated(INTERVAL, () => this.#fill(), () => this.#dialog.open);

  constructor(dialog) {
    this.#dialog = dialog;
    const close = element("button", { type: "button", onclick: () => dialog.close() }, "Close");
    dialog.append(
      element("div", { class: "tools" }, element("h2", { id: "files-title" }, "Files"), close),
      this.#body,
    );
    // A click outside closes it, too.
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  }

  open() {
    this.#dialog.showModal();
    this.#refresh();
  }

  async #fill() {
    const record = await askFiles();
    this.#body.replaceChildren(...(record ? contentOf(record) : ["No answer from mmash."]));
  }
}

function contentOf({ files, errors, reader, looked_at: locations }) {
  const byLife = (a, b) => ORDER.indexOf(a.life) - ORDER.indexOf(b.life);
  const sorted = files.toSorted((a, b) => byLife(a, b) || compareTexts(a.path, b.path));
  const content = [element("p", { class: "summary" }, summary(files)), ...fileErrors(errors)];
  if (files.length > 0) {
    const head = COLUMNS.map(([name, kind]) => element("th", { scope: "col", class: kind }, name));
    const table = element(
      "table",
      {},
      element("thead", {}, element("tr", {}, ...head)),
      element("tbody", {}, ...sorted.slice(0, MAX_FILES).map((file) => rowOf(file, reader))),
    );
    content.push(element("div", { class: "scroll" }, table));
    if (files.length > MAX_FILES) {
      content.push(element("p", { class: "more" }, `and ${number(files.length - MAX_FILES)} more`));
    }
  }
  const patterns = locations.map((location) => element("code", {}, location)).flatMap((code) => [code, " "]);
  content.push(element("p", { class: "locations" }, "Searched: ", ...patterns));
  return content;
}

/** Threads are counted, not files: one may have several. */
function summary(files) {
  const countOf = (keyOf, of = files) => new Set(of.map(keyOf)).size;
  const lives = ORDER.map((life) => [life, countOf(threadOf, files.filter((file) => file.life === life))]);
  const present = lives.filter(([, found]) => found > 0);
  const text = present.map(([life, found]) => `${number(found)} ${life}`).join(", ");
  const [threads, processes] = [countOf(threadOf), countOf(processOf)];
  const whose = `${counted(threads, "threads")} in ${counted(processes, "processes")}`;
  return `${counted(files.length, "files")} of ${whose}${text && `: ${text}`}`;
}

/** Identifies a thread. A file that doesn't say whose it is has one of its own. */
function threadOf(file) {
  return JSON.stringify([processOf(file), file.tid ?? file.path]);
}

/** Identifies a process, over containers and boots. */
function processOf({ pid, path, identity }) {
  const { pid_namespace, boot_id, start_time } = identity ?? {};
  return pid === null ? path : JSON.stringify([pid, pid_namespace, boot_id, start_time]);
}

function rowOf({ path, pid, tid, owner, life, reason, stats, size, identity }, reader) {
  const thread = tid !== null && tid !== pid ? ` · thread ${tid}` : "";
  const process = pid === null ? "unknown" : `${pid}${thread}`;
  const command = identity?.command ? element("strong", {}, identity.command) : "";
  const whose = owner && owner.uid !== reader.uid ? ` · of ${nameOf(owner)}` : "";
  return element(
    "tr",
    {},
    element("td", {}, command, " ", process, whose),
    element("td", { title: reason }, element("span", { class: "life", "data-life": life }, life)),
    element("td", { class: "number" }, number(stats)),
    element("td", { class: "number" }, bytes(size)),
    element("td", {}, element("code", {}, path)),
  );
}

/** The user's name; where the system knows none, the uid. */
function nameOf({ uid, name }) {
  return name === null ? `uid ${uid}` : visible(name);
}

/** The files that couldn't be read, and why. */
export function fileErrors(errors) {
  if (errors.length === 0) {
    return [];
  }
  const entries = errors.slice(0, MAX_FILES).flatMap(({ path, error }) => [
    element("dt", {}, element("code", {}, path)),
    element("dd", {}, error),
  ]);
  const title = element("h3", {}, "Not read, or not to the end");
  return [title, element("dl", { class: "problems" }, ...entries)];
}
