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

/** Draws marks, each in the colour of what it says; `x` maps times to pixels. */
export function drawMarks(pen, { x, top, bottom }, marks, colors) {
  pen.lineWidth = 1;
  for (const { time, what } of marks) {
    const [across, middle] = [Math.round(x(time)) + 0.5, top - HALF];
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
