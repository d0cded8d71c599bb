//! `-o prom`: Prometheus' text format, version 0.0.4.
//!
//! Every metric's samples stand together in it, so they are gathered over all files first.

mod families;
mod names;

use std::io::{self, Write};

use mmstats::{Aggregate, HistogramSnapshot, Kind, Stat, Value};

use super::report::{Report, Shown};
use super::sum::{Together, Totals, aggregate_of};
use families::{Families, Sample, label_value};

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

    fn add(&mut self, stat: &Stat<'_>, labels: &str) {
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
            let help = help_of(stat.help(), stat.unit());
            self.families.add(&stat.label(), &help, labels, &sample);
        }
    }
}

/// Adds what was added up over all files.
fn add_totals(families: &mut Families, totals: &Totals) {
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
            families.add(&total.label, &help_of(&total.help, &total.unit), "", &sample);
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

impl<'a> Figures<'a> {
    /// `None` where the format has no place for it.
    fn sample(&self) -> Option<Sample<'a>> {
        if let Some(histogram) = self.histogram {
            return Some(Sample::Histogram(histogram));
        }
        match (self.kind, self.count, self.total, self.value?) {
            (Some(Kind::Timer), Some(count), Some(sum), _) => Some(Sample::Summary { count, sum }),
            (_, _, _, Value::Text(text)) => Some(Sample::Info(text)),
            (_, _, _, Value::Bytes(_)) => None,
            (Some(Kind::Counter), _, _, value) => Some(Sample::Counter(value)),
            (Some(_), _, _, value) => Some(Sample::Gauge(value)),
            (None, _, _, value) => Some(Sample::Untyped(value)),
        }
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
        let file = label_value(&shown.file.path().to_string_lossy());
        let labels = match shown.file.pid() {
            Some(pid) => format!("file=\"{file}\",pid=\"{pid}\""),
            None => format!("file=\"{file}\""),
        };
        for stat in shown.stats() {
            self.add(&stat, &labels);
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
