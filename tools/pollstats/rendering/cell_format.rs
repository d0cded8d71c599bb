//! Cells as text for people.

use mmstats::Value;
use mmstats_cli::escape::escape;
use mmstats_cli::number;

use super::cells::Cell;
use super::columns::CellFormat;
use crate::common::time::Calendar;

/// Writes cells as text.
#[derive(Debug)]
pub struct CellFormatter {
    /// Exact numbers.
    pub raw: bool,
    /// For dates and times.
    pub calendar: Calendar,
}

impl CellFormatter {
    /// The cell as text, of a row at the Unix time `now`.
    pub fn write(&mut self, cell: &Cell, format: CellFormat, now: f64) -> String {
        match cell {
            Cell::Missing => "?".to_owned(),
            Cell::Idle => "-".to_owned(),
            Cell::Never => "never".to_owned(),
            Cell::Beyond(end) => {
                format!("> {}", self.write(&Cell::Value(Value::Unsigned(*end)), format, now))
            }
            Cell::Value(value) if self.raw => escape(&value.to_string()).into_owned(),
            Cell::Value(value) => self.readable(value, format, now),
        }
    }

    fn readable(&mut self, value: &Value<'_>, format: CellFormat, now: f64) -> String {
        let mut text = Vec::new();
        match (value, value.as_f64(), format) {
            (_, Some(seconds), CellFormat::Duration) => number::push_duration(&mut text, seconds),
            (_, Some(seconds), CellFormat::DateTime) => {
                return self.date_or_time(seconds, now).unwrap_or_else(|| value.to_string());
            }
            (_, Some(rate), CellFormat::Rate) => push_rate(&mut text, rate),
            (Value::Unsigned(value), _, CellFormat::Identifier) => {
                number::push_plain(&mut text, *value);
            }
            (Value::Signed(value), _, CellFormat::Identifier) => {
                number::push_signed(&mut text, *value, None);
            }
            (Value::Unsigned(value), ..) => number::push_grouped(&mut text, *value),
            (Value::Signed(value), ..) => number::push_signed(&mut text, *value, Some(b',')),
            (Value::Float(value), ..) => number::push_readable(&mut text, *value),
            _ => return escape(&value.to_string()).into_owned(),
        }
        String::from_utf8_lossy(&text).into_owned()
    }

    /// The time of day within the last day, else the date.
    fn date_or_time(&mut self, seconds: f64, now: f64) -> Option<String> {
        const DAY: f64 = 86_400.0;
        let (date, time) = self.date_and_time(seconds)?;
        let is_recent = seconds <= now && now - seconds < DAY;
        Some(if is_recent { time[..HMS].to_owned() } else { date })
    }

    /// The local time of day of a Unix time in seconds, with milliseconds if wanted.
    pub fn time_of_day(&mut self, seconds: f64, milliseconds: bool) -> String {
        let Some((_, mut time)) = self.date_and_time(seconds) else {
            return String::new();
        };
        if !milliseconds {
            time.truncate(HMS);
        }
        time
    }

    fn date_and_time(&mut self, seconds: f64) -> Option<(String, String)> {
        let mut text = Vec::new();
        self.calendar.push_date(&mut text, seconds).then_some(())?;
        let text = String::from_utf8(text).ok()?;
        let mut parts = text.split(' ').map(str::to_owned);
        Some((parts.next()?, parts.next()?))
    }
}

/// The length of `10:14:05`.
const HMS: usize = 8;

/// Three digits where there are decimals, and all digits before the point.
fn push_rate(text: &mut Vec<u8>, rate: f64) {
    const WHOLE: f64 = 1e18;
    match rate.abs() {
        0.0 => text.push(b'0'),
        99.95..WHOLE => number::push_signed(text, rate.round() as i64, Some(b',')),
        9.995..99.95 => text.extend(format!("{rate:.1}").bytes()),
        0.01..9.995 => text.extend(format!("{rate:.2}").bytes()),
        _ => number::push_readable(text, rate),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(format: CellFormat, values: Vec<Value<'static>>) -> Vec<String> {
        let mut text = CellFormatter { raw: false, calendar: Calendar::local() };
        let cells = values.into_iter().map(Cell::Value);
        cells.map(|cell| text.write(&cell, format, 1e9)).collect()
    }

    #[test]
    fn rates_have_few_digits() {
        let rates = [0.0, 0.25, 9.994, 9.996, 33.333, 99.96, 1234.5, 3e9];
        let rates = rates.into_iter().map(Value::Float).collect();
        let expected = ["0", "0.25", "9.99", "10.0", "33.3", "100", "1,235", "3,000,000,000"];
        assert_eq!(texts(CellFormat::Rate, rates), expected);
        for odd in [f64::NAN, f64::INFINITY, 1e300, 1e-7] {
            assert!(!texts(CellFormat::Rate, vec![Value::Float(odd)])[0].is_empty());
        }
    }

    #[test]
    fn numbers_are_readable_and_texts_harmless() {
        let values = vec![
            Value::Unsigned(1_234_567),
            Value::Signed(-1234),
            Value::Bool(true),
            Value::Text("\x1b[2J".into()),
        ];
        assert_eq!(texts(CellFormat::Plain, values), ["1,234,567", "-1,234", "true", "\\x1b[2J"]);
        let ids = vec![Value::Unsigned(11_490), Value::Signed(-11_490)];
        assert_eq!(texts(CellFormat::Identifier, ids), ["11490", "-11490"]);
        assert_eq!(texts(CellFormat::Duration, vec![Value::Float(0.0123)]), ["12.3 ms"]);
    }

    #[test]
    fn a_moment_is_a_time_or_a_date() {
        let today = &texts(CellFormat::DateTime, vec![Value::Float(1e9 - 5.0)])[0];
        assert_eq!((today.len(), today.matches(':').count()), (8, 2), "{today}");
        let before = &texts(CellFormat::DateTime, vec![Value::Float(1e9 - 1e6)])[0];
        assert_eq!((before.len(), before.matches('-').count()), (10, 2), "{before}");
        assert_eq!(texts(CellFormat::DateTime, vec![Value::Float(f64::NAN)]), ["NaN"]);
    }

    #[test]
    fn what_is_missing_is_marked() {
        let mut text = CellFormatter { raw: true, calendar: Calendar::local() };
        assert_eq!(text.write(&Cell::Missing, CellFormat::Rate, 0.0), "?");
        assert_eq!(text.write(&Cell::Idle, CellFormat::Rate, 0.0), "-");
        assert_eq!(text.write(&Cell::Never, CellFormat::DateTime, 0.0), "never");
        assert_eq!(text.write(&Cell::Beyond(1023), CellFormat::Plain, 0.0), "> 1023");
        text.raw = false;
        assert_eq!(text.write(&Cell::Beyond(1023), CellFormat::Plain, 0.0), "> 1,023");
        text.raw = true;
        let exact = Cell::Value(Value::Float(1234.5));
        assert_eq!(text.write(&exact, CellFormat::Rate, 0.0), "1234.5");
    }
}
