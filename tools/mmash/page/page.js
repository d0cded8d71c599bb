// The page: rows of stats, live.
const rows = new Map();
const list = document.getElementById("rows");
const source = new EventSource("api/v1/stream");

function take(step) {
  for (const about of step.new) {
    const line = document.createElement("p");
    list.append(line);
    rows.set(about.id, { about, line });
  }
  for (const [id, figures] of step.values) {
    const row = rows.get(id);
    row.line.textContent = `${row.about.label} ${JSON.stringify(figures)}`;
  }
}

source.addEventListener("whole", (event) => {
  rows.clear();
  list.replaceChildren();
  take(JSON.parse(event.data));
});
source.addEventListener("change", (event) => take(JSON.parse(event.data)));
