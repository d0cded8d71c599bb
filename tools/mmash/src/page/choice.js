// What is chosen for the charts, as a text: `stat LABEL` or `name NAME`.

/** A series or a plain stat. */
export const statChoice = (label) => `stat ${label}`;

/** All series of a name. */
export const nameChoice = (name) => `name ${name}`;

/** `stat` or `name`, and the label or the name. */
export function partsOf(choice) {
  return [choice.slice(0, 4), choice.slice(5)];
}

/** The label or the name. */
export function titleOf(choice) {
  return partsOf(choice)[1];
}

/** The API's path of a choice. */
export function pathOf(choice) {
  const [kind, text] = partsOf(choice);
  return `api/v1/${kind}s/${text.split("/").map(encodeURIComponent).join("/")}`;
}
