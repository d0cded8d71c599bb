// Marks at times of a chart: a line with a sign at its top.

/** The lengths of dashes and of the gaps between them, in pixels. */
const DASHES = [2, 3];
/** Half the width of a sign. */
const HALF = 4;

/** The points of each sign, around its middle: a start points to the right, an end is a bar, a death a cross. */
const SIGNS = {
  started: [[-HALF, -HALF], [HALF, 0], [-HALF, HALF]],
  ended: [[-HALF, -HALF], [HALF, -HALF], [HALF, HALF], [-HALF, HALF]],
  died: null,
};

/** Of marks that are nearer to each other than this, in pixels, the gravest is drawn. */
const NEAR = 3 * HALF;
const GRAVITY = ["started", "ended", "died"];

/** The first ones of some texts, and how many more there are. */
export function firstOf(texts, most) {
  return texts.length > most ? [...texts.slice(0, most), `and ${texts.length - most} more`] : texts;
}

/** Draws marks, each in the colour of what it says; `x` maps times to pixels. */
export function drawMarks(pen, { x, top, bottom }, marks, colors) {
  pen.lineWidth = 1;
  for (const { at, what } of apart(marks.map(({ time, what }) => ({ at: x(time), what })))) {
    const [across, middle] = [Math.round(at) + 0.5, top - HALF];
    pen.strokeStyle = colors[what];
    pen.fillStyle = colors[what];
    pen.setLineDash(DASHES);
    pen.beginPath();
    pen.moveTo(across, top);
    pen.lineTo(across, bottom);
    pen.stroke();
    pen.setLineDash([]);
    drawSign(pen, SIGNS[what], across, middle);
  }
}

/** One of those that would hide each other. */
function apart(marks) {
  const drawn = [];
  let begin = -Infinity;
  for (const mark of marks.sort((a, b) => a.at - b.at)) {
    if (mark.at - begin >= NEAR) {
      begin = mark.at;
      drawn.push(mark);
    } else if (GRAVITY.indexOf(mark.what) > GRAVITY.indexOf(drawn.at(-1).what)) {
      drawn[drawn.length - 1] = mark;
    }
  }
  return drawn;
}

function drawSign(pen, corners, x, y) {
  pen.beginPath();
  if (corners) {
    corners.forEach(([right, down]) => pen.lineTo(x + right, y + down));
    pen.fill();
    return;
  }
  for (const down of [-HALF, HALF]) {
    pen.moveTo(x - HALF, y - down);
    pen.lineTo(x + HALF, y + down);
  }
  pen.lineWidth = 2;
  pen.stroke();
  pen.lineWidth = 1;
}
