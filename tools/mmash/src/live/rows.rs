//! The page's rows: a stat over all files each, and what has changed of them.

use std::collections::HashMap;
use std::sync::Arc;

use mmstats::{Aggregate, HistogramSnapshot, Kind, Value};
use mmstats_tools::common::about::About;
use mmstats_tools::common::json::{self, Exact};
use mmstats_tools::common::records::PERCENTILES;
use mmstats_tools::common::totals::{Together, Total};
use mmstats_web::Feed;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::live::Unpublished;
use crate::polling::Snapshot;

/// The rows as they were told last.
#[derive(Debug, Default)]
pub struct Rows {
    by_label: HashMap<String, Row>,
    next: u64,
}

/// A row, encoded.
#[derive(Clone, Debug)]
struct Row {
    id: u64,
    declared: Arc<Declared>,
    value: Arc<RawValue>,
    /// What a histogram had at the last look.
    histogram: Option<HistogramSnapshot>,
    /// Whether the last look found it.
    seen: bool,
}

/// What is told of a row once, and how it is encoded.
#[derive(Debug)]
struct Declared {
    kind: Option<Kind>,
    unit: String,
    help: String,
    about: About,
    aggregate: Aggregate,
    range_end: Option<u64>,
    encoded: Box<RawValue>,
}

#[derive(Serialize)]
struct DeclaredRecord<'a> {
    id: u64,
    label: &'a str,
    kind: Option<&'static str>,
    unit: &'a str,
    help: &'a str,
    about: &'static str,
    aggregate: &'static str,
    /// Of a histogram: the largest value that has a bucket.
    #[serde(skip_serializing_if = "Option::is_none")]
    range_end: Option<u64>,
}

/// A step: of a whole, all rows are new.
#[derive(Serialize)]
struct Step<'a> {
    time: f64,
    files: usize,
    new: Vec<&'a RawValue>,
    gone: Vec<u64>,
    values: Vec<(u64, &'a RawValue)>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    unpublished: &'a [Unpublished],
}

impl Rows {
    /// Tells what has changed since the last look.
    pub fn publish(&mut self, snapshot: &Snapshot, feed: &Feed) {
        let (time, files) = (snapshot.time, snapshot.files.len());
        let unpublished = Unpublished::of(snapshot);
        let (mut new, mut gone, mut values) = (Vec::new(), Vec::new(), Vec::new());
        self.by_label.values_mut().for_each(|row| row.seen = false);
        for total in snapshot.totals().iter() {
            let known = self.by_label.get_mut(&total.label).filter(|row| row.declared.is_of(total));
            let before = known.as_ref().and_then(|row| row.histogram.as_ref());
            let value = raw(&value_of(total, before));
            let Some(row) = known else {
                // Declared anew, it is another one.
                gone.extend(self.by_label.remove(&total.label).map(|row| row.id));
                let row = self.add(total, value);
                new.push(row.declared);
                values.push((row.id, row.value));
                continue;
            };
            row.seen = true;
            row.histogram = total.histogram().cloned();
            if row.value.get() != value.get() {
                row.value = Arc::clone(&value);
                values.push((row.id, value));
            }
        }
        gone.extend(self.by_label.extract_if(|_, row| !row.seen).map(|(_, row)| row.id));
        let change = Step {
            time,
            files,
            new: new.iter().map(|declared| &*declared.encoded).collect(),
            gone,
            values: values.iter().map(|(id, value)| (*id, &**value)).collect(),
            unpublished: &unpublished,
        };
        let change = json::text(&change);
        let rows: Vec<Row> = self.by_label.values().cloned().collect();
        feed.publish(Some(&change), move || whole(time, files, &rows, &unpublished));
    }

    fn add(&mut self, total: &Total, value: Arc<RawValue>) -> Row {
        let id = self.next;
        self.next += 1;
        let declared = Arc::new(Declared::of(id, total));
        let histogram = total.histogram().cloned();
        let row = Row { id, declared, value, histogram, seen: true };
        self.by_label.insert(total.label.clone(), row.clone());
        row
    }
}

impl Declared {
    fn of(id: u64, total: &Total) -> Self {
        let Total { label, kind, unit, help, about, aggregate, .. } = total;
        let range_end = range_end(total);
        let encoded = json::text(&DeclaredRecord {
            id,
            label,
            kind: kind.map(Kind::name),
            unit,
            help,
            about: about.name(),
            aggregate: aggregate.name(),
            range_end,
        });
        Self {
            kind: *kind,
            unit: unit.clone(),
            help: help.clone(),
            about: *about,
            aggregate: *aggregate,
            range_end,
            encoded: RawValue::from_string(encoded).expect("just encoded"),
        }
    }

    fn is_of(&self, total: &Total) -> bool {
        let Self { kind, unit, help, about, aggregate, .. } = self;
        (kind, about, aggregate) == (&total.kind, &total.about, &total.aggregate)
            && (unit, help) == (&total.unit, &total.help)
            && self.range_end == range_end(total)
    }
}

fn range_end(total: &Total) -> Option<u64> {
    total.histogram().map(HistogramSnapshot::range_end)
}

fn whole(time: f64, files: usize, rows: &[Row], unpublished: &[Unpublished]) -> String {
    json::text(&Step {
        time,
        files,
        new: rows.iter().map(|row| &*row.declared.encoded).collect(),
        gone: Vec::new(),
        values: rows.iter().map(|row| (row.id, &*row.value)).collect(),
        unpublished,
    })
}

/// A row's figures by name; `value` is what is shown first.
#[derive(Default, Serialize)]
#[serde(transparent)]
pub struct Figures(serde_json::Map<String, serde_json::Value>);

impl Figures {
    fn put(&mut self, name: &str, value: Value<'_>) {
        let value = serde_json::to_value(Exact(value)).unwrap_or_default();
        self.0.insert(name.to_owned(), value);
    }

    fn put_percentiles(&mut self, histogram: &HistogramSnapshot) {
        for (name, percent) in PERCENTILES {
            if let Some(value) = histogram.percentile(percent) {
                self.put(name, Value::Float(value));
            }
        }
    }
}

/// The figures of a stat. A histogram's `recent` are those of what is new since `before`: over
/// all of a long life nothing moves.
pub fn value_of(total: &Total, before: Option<&HistogramSnapshot>) -> Figures {
    let mut figures = Figures::default();
    match total.together() {
        Together::One(value) => figures.put("value", value),
        Together::Range { least, greatest } => {
            figures.put("least", least);
            figures.put("greatest", greatest);
        }
        Together::Different | Together::Nothing => {}
    }
    total.components().for_each(|(name, value)| figures.put(name, value));
    if let Some(histogram) = total.histogram() {
        figures.put("count", Value::Unsigned(histogram.count()));
        figures.put_percentiles(histogram);
        if let Some(new) = before.and_then(|before| histogram.since(before))
            && new.count() > 0
        {
            let mut recent = Figures::default();
            recent.put_percentiles(&new);
            figures.0.insert("recent".to_owned(), recent.0.into());
        }
    }
    if total.dead_files > 0 {
        figures.put("dead_files", Value::Unsigned(total.dead_files));
        figures.put("live_files", Value::Unsigned(total.live_files));
    }
    figures
}

fn raw(value: &impl Serialize) -> Arc<RawValue> {
    RawValue::from_string(json::text(value)).expect("just encoded").into()
}
