// Sparklines.

import { clear } from "./canvas.js";
import { spread } from "./scale.js";

/** Draws numbers into a canvas; NaN is a gap. `span` is the least range, as part of the largest. */
export function spark(canvas, numbers, color, span) {
  const { pen, width, height } = clear(canvas);
  const finite = numbers.filter(Number.isFinite);
  if (finite.length < 2) {
    return;
  }
  const [least, greatest] = spread(Math.min(...finite), Math.max(...finite), span);
  const range = greatest - least;
  const y = (value) => (range > 0 ? height - 2 - ((value - least) / range) * (height - 4) : height / 2);
  const step = (width - 4) / (numbers.length - 1);
  pen.beginPath();
  let drawing = false;
  let end;
  numbers.forEach((value, index) => {
    if (Number.isFinite(value)) {
      end = [1 + index * step, y(value)];
      pen[drawing ? "lineTo" : "moveTo"](...end);
      if (!drawing && !Number.isFinite(numbers[index + 1])) {
        // A single point.
        pen.lineTo(end[0] + 2, end[1]);
      }
    }
    drawing = Number.isFinite(value);
  });
  pen.strokeStyle = color;
  pen.fillStyle = color;
  pen.lineWidth = 1.25;
  pen.lineJoin = "round";
  pen.stroke();
  pen.beginPath();
  pen.arc(...end, 1.75, 0, 2 * Math.PI);
  pen.fill();
}
