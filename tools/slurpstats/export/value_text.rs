//! A stat's value in a line of text: readable, or exact.

use std::io::Write;

use mmstats::{HistogramSnapshot, Kind, Stat, Value};
use mmstats_cli::escape::escape;
use mmstats_cli::number::{
    push_duration, push_exact, push_grouped, push_plain, push_readable, push_signed,
};
use mmstats_cli::plural::noun;

use crate::common::identifier::is_identifier;
use crate::common::json::Hex;
use crate::common::records::{PERCENTILES, percentile};
use crate::common::time::Calendar;

/// The maximum number of components in a line.
const MOST_COMPONENTS: usize = 16;

/// The maximum number of raw bytes in a line.
const MOST_BYTES: usize = 32;

/// Appends values to a line.
#[derive(Debug)]
pub struct ValueText {
    raw: bool,
    /// Unix time in seconds, by which windows expire.
    now: f64,
    calendar: Calendar,
}

/// How a number is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberStyle {
    /// In full.
    Exact,
    /// Six digits; integers in full, as for ids and versions.
    Plain,
    /// With thousands separators.
    Grouped,
    /// Seconds, in the unit that fits.
    Duration,
    /// Unix time, as a date.
    Date,
}

impl ValueText {
    /// Exact if `raw`, else readable.
    pub fn new(raw: bool, now: f64) -> Self {
        Self { raw, now, calendar: Calendar::local() }
    }

    /// Appends everything that follows the label in a stat's line; `value` is the stat's.
    pub fn push(&mut self, out: &mut Vec<u8>, stat: &Stat<'_>, value: &Value<'_>) {
        let style = self.style(stat.kind(), stat.unit(), stat.label_bytes(), stat.is_buffered());
        if let Some(histogram) = stat.histogram() {
            self.push_histogram(out, &histogram, stat.unit(), style);
        } else if stat.is_expired(self.now) {
            out.push(b'-');
        } else {
            self.push_value(out, value, style);
            push_unit(out, value, stat.unit(), style);
            // Most types are one letter, and one component then.
            if stat.signature().len() > 1 {
                self.push_components(out, stat.components().skip(1), style);
            }
        }
    }

    /// How the numbers of a stat are written.
    pub fn style(
        &self,
        kind: Option<Kind>,
        unit: &str,
        label: &[u8],
        buffered: bool,
    ) -> NumberStyle {
        if self.raw {
            return NumberStyle::Exact;
        }
        match kind {
            Some(Kind::Timestamp) => NumberStyle::Date,
            Some(Kind::Timer) => NumberStyle::Duration,
            Some(Kind::Info) => NumberStyle::Plain,
            Some(Kind::Gauge) | None if is_identifier(label) => NumberStyle::Plain,
            Some(_) if unit == "seconds" => NumberStyle::Duration,
            Some(_) => NumberStyle::Grouped,
            // The original's files have no kinds, but this is one of its labels.
            None if label.ends_with(b"sys.created") => NumberStyle::Date,
            None if buffered => NumberStyle::Grouped,
            None => NumberStyle::Plain,
        }
    }

    /// Appends a value.
    pub fn push_value(&mut self, out: &mut Vec<u8>, value: &Value<'_>, style: NumberStyle) {
        let separator = (style == NumberStyle::Grouped).then_some(b',');
        match value {
            Value::Unsigned(value) if style == NumberStyle::Duration => {
                push_duration(out, *value as f64);
            }
            Value::Signed(value) if style == NumberStyle::Duration => {
                push_duration(out, *value as f64);
            }
            Value::Unsigned(value) if style == NumberStyle::Grouped => push_grouped(out, *value),
            Value::Unsigned(value) => push_plain(out, *value),
            Value::Signed(value) => push_signed(out, *value, separator),
            Value::Float(value) => self.push_float(out, *value, style),
            Value::Bool(value) => out.extend_from_slice(if *value { b"true" } else { b"false" }),
            Value::Text(text) => out.extend_from_slice(escape(text).as_bytes()),
            Value::Bytes(bytes) => push_bytes(out, bytes, style),
            // A kind of value that a later version of the library knows.
            other => out.extend_from_slice(escape(&other.to_string()).as_bytes()),
        }
    }

    fn push_float(&mut self, out: &mut Vec<u8>, value: f64, style: NumberStyle) {
        match style {
            NumberStyle::Exact => push_exact(out, value),
            NumberStyle::Plain | NumberStyle::Grouped => push_readable(out, value),
            NumberStyle::Duration => push_duration(out, value),
            // What was never set is still 0.
            NumberStyle::Date if value == 0.0 => out.extend_from_slice(b"never"),
            NumberStyle::Date => {
                if !self.calendar.push_date(out, value) {
                    push_exact(out, value);
                }
            }
        }
    }

    /// Appends `  (count 7, total 1.23 s, …)`: what follows the first component.
    pub fn push_components<'a, N: AsRef<str>>(
        &mut self,
        out: &mut Vec<u8>,
        components: impl Iterator<Item = (N, Value<'a>)>,
        style: NumberStyle,
    ) {
        let mut components = components.peekable();
        if components.peek().is_none() {
            return;
        }
        for (index, (name, value)) in components.by_ref().take(MOST_COMPONENTS).enumerate() {
            out.extend_from_slice(if index == 0 { b"  (" } else { b", " });
            let name = name.as_ref();
            out.extend_from_slice(name.as_bytes());
            out.push(b' ');
            let style = match name {
                "last_add" if !self.raw => NumberStyle::Date,
                "count" if !self.raw => NumberStyle::Grouped,
                _ => style,
            };
            self.push_value(out, &value, style);
        }
        let more = components.count();
        if more > 0 {
            out.extend_from_slice(b", and ");
            push_grouped(out, more as u64);
            out.extend_from_slice(b" more");
        }
        out.push(b')');
    }

    /// Appends `1,234 values  (p50 7, p90 12, p99 30, max 40 bytes)`.
    pub fn push_histogram(
        &mut self,
        out: &mut Vec<u8>,
        histogram: &HistogramSnapshot,
        unit: &str,
        style: NumberStyle,
    ) {
        let counting = if self.raw { NumberStyle::Exact } else { NumberStyle::Grouped };
        self.push_value(out, &Value::Unsigned(histogram.count()), counting);
        push_unit(out, &Value::Unsigned(histogram.count()), "values", counting);
        let mut separator = "  (";
        let mut last = Value::Unsigned(0);
        for (name, percent) in PERCENTILES {
            let Some(value) = percentile(histogram, percent) else {
                return;
            };
            out.extend_from_slice(separator.as_bytes());
            out.extend_from_slice(name.as_bytes());
            out.push(b' ');
            if value.as_u64().is_none() {
                out.extend_from_slice(b"> ");
                self.push_value(out, &Value::Unsigned(histogram.range_end()), style);
            } else {
                self.push_value(out, &value, style);
            }
            separator = ", ";
            last = value;
        }
        push_unit(out, &last, unit, style);
        out.push(b')');
    }
}

/// Appends formatted text. A `Vec` takes everything, so there is no error to return.
pub fn put(out: &mut Vec<u8>, text: &dyn std::fmt::Display) {
    write!(out, "{text}").expect("a Vec takes everything");
}

/// Appends a space and the unit of a value. Durations and dates have theirs already.
pub fn push_unit(out: &mut Vec<u8>, value: &Value<'_>, unit: &str, style: NumberStyle) {
    if !unit.is_empty() && !matches!(style, NumberStyle::Duration | NumberStyle::Date) {
        out.push(b' ');
        let is_one = matches!(value, Value::Unsigned(1) | Value::Signed(1));
        out.extend_from_slice(escape(&noun(is_one, unit)).as_bytes());
    }
}

fn push_bytes(out: &mut Vec<u8>, bytes: &[u8], style: NumberStyle) {
    let shown = match style {
        NumberStyle::Exact => bytes,
        _ => &bytes[..bytes.len().min(MOST_BYTES)],
    };
    out.extend_from_slice(Hex(shown).to_string().as_bytes());
    if shown.len() < bytes.len() {
        out.extend_from_slice(escape("…").as_bytes());
    }
}
