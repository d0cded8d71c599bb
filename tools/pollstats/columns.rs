//! The columns of a table: one a field, two for a timer, each with its names and its unit.

use mmstats::Aggregate;

use super::fields::{Catalogue, Fields};
use super::show::Show;
use crate::common::identifier::is_identifier;

/// A field, and how it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// The whole label.
    pub label: String,
    /// The label without the prefix.
    pub title: String,
    /// `None`: no file has had it yet.
    pub show: Option<Show>,
    /// The stat's unit, or an empty text.
    pub unit: String,
    /// How the values of several files become one, where a file tells.
    pub aggregate: Option<Aggregate>,
}

/// How changes become numbers.
#[derive(Clone, Copy, Debug)]
pub struct Measure {
    /// Differences instead of rates.
    pub delta: bool,
    /// How up-down counters change, instead of what they are.
    pub change: bool,
    /// Which percentile of a histogram is shown, from 0 to 100.
    pub percentile: f64,
}

/// What stands above one number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// Its name in csv and json: the label, with `.mean`, `.rate` … where it needs to be told.
    pub name: String,
    /// The label without the prefix.
    pub title: String,
    /// What is counted or measured, in words: `requests/s`, `mean`, `p99`.
    pub unit: String,
    /// How it is written for people.
    pub form: Form,
    /// How the field is shown.
    pub show: Option<Show>,
}

/// How a number is written for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As a number.
    Number,
    /// As a number with few digits: what is measured over a second jitters anyway.
    Rate,
    /// As a duration; it is in seconds.
    Duration,
    /// As a number that identifies: in full.
    Identifier,
    /// As a date or a time of day; it is in seconds of Unix time.
    Moment,
}

/// The columns for what is known, in their order.
pub fn columns(fields: &Fields, known: &Catalogue) -> Vec<Column> {
    let column = |chosen: super::fields::Chosen| {
        let known = known.get(&chosen.label);
        Column {
            show: known.map(|known| known.show),
            unit: known.map(|known| known.unit.clone()).unwrap_or_default(),
            aggregate: known.and_then(|known| known.aggregate),
            label: chosen.label,
            title: chosen.title,
        }
    };
    fields.choose(known).into_iter().map(column).collect()
}

impl Column {
    /// What stands above the column's numbers.
    pub fn headings(&self, measure: Measure) -> Vec<Heading> {
        let unit = self.unit.as_str();
        match self.show {
            Some(Show::Counter) if measure.delta => vec![self.heading("", unit.into())],
            Some(Show::Counter) => vec![self.heading("", format!("{unit}/s")).written(Form::Rate)],
            Some(Show::Timer) => {
                let how_often = if measure.delta {
                    self.heading(".count", "count".into())
                } else {
                    self.heading(".rate", "/s".into()).written(Form::Rate)
                };
                let mean = self.heading(".mean", "mean".into());
                vec![mean.written(Form::Duration), how_often]
            }
            Some(Show::Histogram) => {
                let percentile = format!("p{}", measure.percentile);
                let space = if unit.is_empty() { "" } else { " " };
                vec![self.heading(&format!(".{percentile}"), format!("{percentile}{space}{unit}"))]
            }
            Some(Show::UpDownCounter) if measure.change && measure.delta => {
                vec![self.heading(".change", unit.into())]
            }
            Some(Show::UpDownCounter) if measure.change => {
                vec![self.heading(".change", format!("{unit}/s")).written(Form::Rate)]
            }
            Some(Show::Timestamp) => {
                vec![self.heading("", String::new()).written(Form::Moment)]
            }
            Some(Show::Info) => vec![self.heading("", unit.into()).written(Form::Identifier)],
            Some(Show::UpDownCounter | Show::Gauge | Show::Average) | None => {
                let is_identifier = is_identifier(self.label.as_bytes());
                let form = if is_identifier { Form::Identifier } else { Form::Number };
                vec![self.heading("", unit.into()).written(form)]
            }
        }
    }

    fn heading(&self, suffix: &str, unit: String) -> Heading {
        Heading {
            name: format!("{}{suffix}", self.label),
            title: self.title.clone(),
            unit,
            form: Form::Number,
            show: self.show,
        }
    }
}

impl Heading {
    fn written(self, form: Form) -> Self {
        Self { form, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headings(
        show: Option<Show>,
        unit: &str,
        [delta, change]: [bool; 2],
    ) -> Vec<(String, String)> {
        let column = Column {
            label: "web.x".into(),
            title: "x".into(),
            show,
            unit: unit.into(),
            aggregate: None,
        };
        let headings = column.headings(Measure { delta, change, percentile: 99.5 });
        headings.into_iter().map(|heading| (heading.name, heading.unit)).collect()
    }

    fn texts(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|&(name, unit)| (name.into(), unit.into())).collect()
    }

    #[test]
    fn names_and_units_tell_what_is_shown() {
        use Show::{Counter, Gauge, Histogram, Timer, UpDownCounter};
        for (show, unit, delta, expected) in [
            (Some(Counter), "requests", false, &[("web.x", "requests/s")][..]),
            (Some(Counter), "requests", true, &[("web.x", "requests")]),
            (Some(Gauge), "", false, &[("web.x", "")]),
            (Some(Timer), "seconds", false, &[("web.x.mean", "mean"), ("web.x.rate", "/s")]),
            (Some(Timer), "", true, &[("web.x.mean", "mean"), ("web.x.count", "count")]),
            (Some(Histogram), "bytes", false, &[("web.x.p99.5", "p99.5 bytes")]),
            (None, "", false, &[("web.x", "")]),
            (Some(UpDownCounter), "jobs", true, &[("web.x", "jobs")]),
        ] {
            assert_eq!(headings(show, unit, [delta, false]), texts(expected), "{show:?}");
        }
        for (delta, unit) in [(false, "jobs/s"), (true, "jobs")] {
            let found = headings(Some(UpDownCounter), "jobs", [delta, true]);
            assert_eq!(found, texts(&[("web.x.change", unit)]));
        }
        assert_eq!(headings(Some(Gauge), "jobs", [false, true]), texts(&[("web.x", "jobs")]));
    }
}
