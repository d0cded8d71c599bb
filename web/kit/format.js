// Human-readable numbers, durations, sizes and dates.

const grouped = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const significant = [3, 4, 5, 6].map(
  (digits) => new Intl.NumberFormat("en", { maximumSignificantDigits: digits }),
);

/** A number with separated thousands, and at most `digits` significant digits if it has a fraction. */
export function number(value, digits = 6) {
  if (!Number.isFinite(value)) {
    return Number.isNaN(value) ? "NaN" : value > 0 ? "∞" : "−∞";
  }
  const size = Math.abs(value);
  if (Number.isInteger(value) && size <= Number.MAX_SAFE_INTEGER) {
    return grouped.format(value);
  }
  if (size >= 1e15 || (size < 1e-4 && size > 0)) {
    return value.toExponential(digits - 1).replace(/\.?0*e\+?/, "e");
  }
  return size >= 10 ** digits ? grouped.format(value) : significant[digits - 3].format(value);
}

/** Seconds in a fitting unit: `850 ns`, `12.3 ms`, `4.2 s`, `1h 02m 03s`. */
export function duration(seconds) {
  const size = Math.abs(seconds);
  if (!Number.isFinite(seconds)) {
    return number(seconds);
  }
  if (size >= 120) {
    return clockOf(Math.round(size), seconds < 0 ? "−" : "");
  }
  const [factor, unit] =
    size === 0 || size >= 0.9995 ? [1, "s"]
    : size >= 0.9995e-3 ? [1e3, "ms"]
    : size >= 0.9995e-6 ? [1e6, "µs"]
    : [1e9, "ns"];
  return `${number(seconds * factor, 3)} ${unit}`;
}

function clockOf(seconds, sign) {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const two = (part) => String(part).padStart(2, "0");
  const rest = `${two(seconds % 60)}s`;
  return hours > 0
    ? `${sign}${grouped.format(hours)}h ${two(minutes)}m ${rest}`
    : `${sign}${minutes}m ${rest}`;
}

/** Bytes in a fitting unit: `512 B`, `1.5 KiB`. */
export function bytes(value, digits = 4) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
  let step = 0;
  while (Math.abs(value) >= 1024 && step + 1 < units.length) {
    value /= 1024;
    step += 1;
  }
  return `${number(value, digits)} ${units[step]}`;
}

/** A Unix time in seconds as a local date: `2026-11-21 10:14:05.724`. */
export function date(seconds) {
  const moment = new Date(seconds * 1000);
  if (Number.isNaN(moment.getTime())) {
    return number(seconds);
  }
  const two = (part) => String(part).padStart(2, "0");
  const day = [moment.getFullYear(), two(moment.getMonth() + 1), two(moment.getDate())].join("-");
  return `${day} ${time(seconds)}.${String(moment.getMilliseconds()).padStart(3, "0")}`;
}

/** A Unix time in seconds as the time of day if it is today, else as a date. */
export function moment(seconds) {
  const text = date(seconds);
  const today = date(Date.now() / 1000).slice(0, 10);
  return text.startsWith(`${today} `) ? text.slice(11) : text;
}

/** The same without milliseconds. */
export function second(seconds) {
  return moment(seconds).replace(/\.\d{3}$/, "");
}

/** The time of day of a Unix time in seconds: `10:14:05`. */
export function time(seconds) {
  const moment = new Date(seconds * 1000);
  const parts = [moment.getHours(), moment.getMinutes(), moment.getSeconds()];
  return parts.map((part) => String(part).padStart(2, "0")).join(":");
}

/** A number with its unit; seconds and bytes in a fitting unit. */
export function quantity(value, unit, digits = 6) {
  switch (unit) {
    case "seconds":
      return duration(value);
    case "bytes":
      return bytes(value, Math.min(digits, 4));
    case "":
      return number(value, digits);
    default:
      return counted(value, unit, digits);
  }
}

/** A number with a noun: `1 file`, `2 files`. */
export function counted(value, unit, digits = 6) {
  const text = number(value, digits);
  return `${text} ${text === "1" ? singular(unit) : unit}`;
}

/** Patterns of plurals and their singulars; the first match counts. */
const SINGULARS = [
  [/^.{0,3}$|(series|species|bps|[^cg]pus|[^p]us|ss|is)$/i, "$&"],
  [/(cookie|movie)s$/i, "$1"],
  [/ies$/i, "y"],
  [/(ss|x|sh|tch|nch|rch|status|virus|bus)es$/i, "$1"],
  [/s$/i, ""],
];

/** The singular of a unit, of which the first word counts: `1 request in flight`. */
function singular(unit) {
  return unit.replace(/^[a-z]+/i, (word) => {
    const rule = SINGULARS.find(([pattern]) => pattern.test(word));
    return rule ? word.replace(...rule) : word;
  });
}

/** How often something happens: `2,885/s`. */
export function rate(perSecond) {
  const size = Math.abs(perSecond);
  return `${number(size >= 100 ? Math.round(perSecond) : perSecond, 3)}/s`;
}
