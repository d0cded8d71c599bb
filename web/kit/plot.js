// Drawing lines, bands and points of charts.

/** More points than that are drawn as squares: circles would take too long. */
const MAX_CIRCLES = 2000;
/** The lengths of dashes and of the gaps between them, in pixels. */
const DASHES = [6, 4];

/**
 * Draws a line. `x` and `y` map times and values to pixels, from index `first` until before `end`.
 * Of many points in one column of pixels, the first, least, greatest and last are drawn.
 */
export function drawLine(pen, { x, y, width }, { color, times, values, first, end, isDashed = false }) {
  const path = new Path2D();
  const single = new Path2D();
  let column = NaN;
  let [low, high, last] = [0, 0, 0];
  let [begun, points] = [NaN, 0];
  const finishColumn = () => {
    if (points > 0) {
      [low, high, last].forEach((height) => path.lineTo(column, height));
    }
  };
  const finishRun = () => {
    finishColumn();
    if (points === 1) {
      single.moveTo(column + 2, begun);
      single.arc(column, begun, 2, 0, 2 * Math.PI);
    }
    points = 0;
  };
  for (let index = first; index < end; index += 1) {
    if (!Number.isFinite(values[index])) {
      finishRun();
      continue;
    }
    const across = Math.round(x(times[index]) * 2) / 2;
    const height = y(values[index]);
    if (points > 0 && across === column) {
      [low, high, last] = [Math.min(low, height), Math.max(high, height), height];
    } else {
      finishColumn();
      if (points === 0) {
        path.moveTo(across, height);
        begun = height;
      } else {
        path.lineTo(across, height);
      }
      [column, low, high, last] = [across, height, height, height];
    }
    points += 1;
  }
  finishRun();
  pen.strokeStyle = color;
  pen.fillStyle = color;
  // Without a GPU, many wide strokes take ten times as long as thin ones.
  pen.lineWidth = end - first > width ? 1 : 1.75;
  pen.setLineDash(isDashed ? DASHES : []);
  pen.stroke(path);
  pen.setLineDash([]);
  pen.fill(single);
}

/** Draws the area between two lines, with opacity `strength`. */
export function drawBand(pen, { x, y }, { color, strength, times, lower, upper, first, end }) {
  const path = new Path2D();
  let run = [];
  const finishRun = () => {
    run.forEach(({ across, top }, index) => path[index === 0 ? "moveTo" : "lineTo"](across, top));
    run.reverse().forEach(({ across, bottom }) => path.lineTo(across, bottom));
    run = [];
  };
  for (let index = first; index < end; index += 1) {
    const across = Math.round(x(times[index]));
    const [top, bottom] = [y(upper[index]), y(lower[index])];
    const last = run.at(-1);
    if (!Number.isFinite(top) || !Number.isFinite(bottom)) {
      finishRun();
    } else if (last?.across === across) {
      [last.top, last.bottom] = [Math.min(last.top, top), Math.max(last.bottom, bottom)];
    } else {
      run.push({ across, top, bottom });
    }
  }
  finishRun();
  pen.globalAlpha = strength;
  pen.fillStyle = color;
  pen.fill(path);
  pen.globalAlpha = 1;
}

/** Draws points in any order; the more there are, the fainter each is. */
export function drawPoints(pen, { x, y, from, to }, { color, times, values }) {
  const count = times.length;
  const radius = count > 500 ? 1.5 : 2;
  pen.fillStyle = color;
  pen.globalAlpha = Math.max(0.15, Math.min(0.8, 20 / Math.sqrt(count)));
  for (let index = 0; index < count; index += 1) {
    if (times[index] < from || times[index] > to) {
      continue;
    }
    const [across, height] = [x(times[index]), y(values[index])];
    if (count > MAX_CIRCLES) {
      pen.fillRect(across - radius, height - radius, 2 * radius, 2 * radius);
    } else {
      pen.beginPath();
      pen.arc(across, height, radius, 0, 2 * Math.PI);
      pen.fill();
    }
  }
  pen.globalAlpha = 1;
}
