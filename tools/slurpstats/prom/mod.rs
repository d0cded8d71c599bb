//! `-o prom`: Prometheus' text format, version 0.0.4.
//!
//! Every metric's samples stand together in it, so they are gathered over all files first.

mod families;
mod names;
mod sample;

use std::io::{self, Write};

use mmstats::{Aggregate, HistogramSnapshot, Kind, Stat, Value};

use super::report::{Report, Shown};
use crate::common::totals::{Together, Totals, aggregate_of};
use families::{Families, label_value};
use sample::{Number, Ranges, Sample};

/// Gathers samples of all files and writes them at the end.
pub struct Prom<W> {
    out: W,
    families: Families,
    /// With `--sum`: what adds up, which then has one sample and not one a file.
    totals: Option<Totals>,
    /// Unix time in seconds, against which windows have passed or not.
    now: f64,
}

impl<W: Write> Prom<W> {
    pub fn new(out: W, sum: bool, now: f64) -> Self {
        let totals = sum.then(Totals::default);
        Self { out, families: Families::default(), totals, now }
    }

    fn add(&mut self, stat: &Stat<'_>) {
        if let Some(totals) = &mut self.totals
            && aggregate_of(stat) != Aggregate::Each
        {
            return totals.add(stat, self.now);
        }
        // A mean over a window that has passed says nothing about now.
        if stat.expired(self.now) {
            return;
        }
        let histogram = stat.histogram();
        let value = stat.value();
        // Only a timer is a summary, and most stats aren't: looking takes longer than the value.
        let timer = (stat.kind() == Some(Kind::Timer)).then_some(stat);
        let component = |name| timer.and_then(|timer| timer.component(name));
        let figures = Figures {
            kind: stat.kind(),
            histogram: histogram.as_ref(),
            count: component("count").and_then(|count| count.as_u64()),
            total: component("total").and_then(|total| total.as_f64()),
            value: Some(&value),
        };
        if let Some(sample) = figures.sample() {
            self.families.add(&stat.label(), || help_of(stat.help(), stat.unit()), sample);
        }
    }
}

/// Adds what was added up over all files.
fn add_totals(families: &mut Families, totals: &Totals) {
    families.begin_file(String::new());
    for total in totals.iter() {
        let component = |wanted| total.components().find(|(name, _)| *name == wanted);
        let together = match total.together() {
            Together::One(value) => Some(value),
            _ => None,
        };
        let figures = Figures {
            kind: total.kind,
            histogram: total.histogram(),
            count: component("count").and_then(|(_, count)| count.as_u64()),
            total: component("total").and_then(|(_, sum)| sum.as_f64()),
            value: together.as_ref(),
        };
        if let Some(sample) = figures.sample() {
            families.add(&total.label, || help_of(&total.help, &total.unit), sample);
        }
    }
}

/// What is known of a stat, of one file or of all.
struct Figures<'a> {
    kind: Option<Kind>,
    histogram: Option<&'a HistogramSnapshot>,
    count: Option<u64>,
    total: Option<f64>,
    value: Option<&'a Value<'a>>,
}

impl Figures<'_> {
    /// `None` where the format has no place for it.
    fn sample(&self) -> Option<Sample> {
        if let Some(histogram) = self.histogram {
            return Some(Sample::Histogram(Box::new(Ranges::of(histogram))));
        }
        Some(match (self.kind, self.count, self.total, self.value?) {
            (Some(Kind::Timer), Some(count), Some(sum), _) => Sample::Summary { count, sum },
            (_, _, _, Value::Text(text)) => Sample::Info((**text).into()),
            (Some(Kind::Counter), _, _, value) => Sample::Counter(Number::of(value)?),
            (Some(_), _, _, value) => Sample::Gauge(Number::of(value)?),
            (None, _, _, value) => Sample::Untyped(Number::of(value)?),
        })
    }
}

/// The help text, with the unit, which the format has no place for.
fn help_of(help: &str, unit: &str) -> String {
    match (help, unit) {
        (help, "") => help.to_owned(),
        ("", unit) => format!("In {unit}."),
        (help, unit) => format!("{help} In {unit}."),
    }
}

impl<W: Write> Report for Prom<W> {
    fn file(&mut self, shown: Shown<'_>) -> io::Result<()> {
        let path = shown.file.path().to_string_lossy();
        let file = label_value(&path);
        let labels = match shown.file.pid() {
            Some(pid) => format!("file=\"{file}\",pid=\"{pid}\""),
            None => format!("file=\"{file}\""),
        };
        self.families.begin_file(labels);
        for stat in shown.stats() {
            self.add(&stat);
        }
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        if let Some(totals) = &self.totals {
            add_totals(&mut self.families, totals);
        }
        self.families.write(&mut self.out)?;
        self.out.flush()
    }
}
