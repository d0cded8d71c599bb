//! The page's rows, one for each stat over all files, and how they change from poll to poll.

use std::collections::HashMap;
use std::sync::Arc;

use mmstats::{Aggregate, HistogramSnapshot, Kind};
use mmstats_cli::json;
use mmstats_tools::common::subject::Subject;
use mmstats_tools::common::total::Total;
use mmstats_web::Feed;
use serde::Serialize;
use serde_json::value::RawValue;

use super::unpublished::Unpublished;
use super::values::values_of;
use crate::polling::Snapshot;

/// The rows as they were last published.
#[derive(Debug, Default)]
pub struct Rows {
    by_label: HashMap<String, Row>,
    next_id: u64,
}

/// A row, encoded.
#[derive(Clone, Debug)]
struct Row {
    id: u64,
    descriptor: Arc<Descriptor>,
    values: Arc<RawValue>,
    /// The stat's histogram at the last poll.
    histogram: Option<HistogramSnapshot>,
    /// Whether the last poll found the stat.
    found: bool,
}

/// What is sent of a row once, and its encoding.
#[derive(Debug)]
struct Descriptor {
    kind: Option<Kind>,
    unit: String,
    help: String,
    subject: Subject,
    aggregate: Aggregate,
    range_end: Option<u64>,
    encoded: Box<RawValue>,
}

#[derive(Serialize)]
struct DescriptorRecord<'a> {
    id: u64,
    label: &'a str,
    kind: Option<&'static str>,
    unit: &'a str,
    help: &'a str,
    about: &'static str,
    aggregate: &'static str,
    /// The largest value that has a bucket, if it is a histogram.
    #[serde(skip_serializing_if = "Option::is_none")]
    range_end: Option<u64>,
}

/// An event of the stream. In the event `whole`, all rows are new.
#[derive(Serialize)]
struct EventRecord<'a> {
    time: f64,
    files: usize,
    new: Vec<&'a RawValue>,
    gone: Vec<u64>,
    values: Vec<(u64, &'a RawValue)>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    unpublished: &'a [Unpublished],
}

impl Rows {
    /// Publishes what has changed since the last poll.
    pub fn publish(&mut self, snapshot: &Snapshot, feed: &Feed) {
        let (time, files) = (snapshot.time, snapshot.files.len());
        let unpublished = Unpublished::of(snapshot);
        let (mut new, mut gone, mut changed) = (Vec::new(), Vec::new(), Vec::new());
        self.by_label.values_mut().for_each(|row| row.found = false);
        for total in snapshot.totals().iter() {
            let known =
                self.by_label.get_mut(&total.label).filter(|row| row.descriptor.describes(total));
            let previous = known.as_ref().and_then(|row| row.histogram.as_ref());
            let values = encode(&values_of(total, previous));
            let Some(row) = known else {
                // With another descriptor it is another row.
                gone.extend(self.by_label.remove(&total.label).map(|row| row.id));
                let row = self.add(total, values);
                new.push(row.descriptor);
                changed.push((row.id, row.values));
                continue;
            };
            row.found = true;
            row.histogram = total.histogram().cloned();
            if row.values.get() != values.get() {
                row.values = Arc::clone(&values);
                changed.push((row.id, values));
            }
        }
        gone.extend(self.by_label.extract_if(|_, row| !row.found).map(|(_, row)| row.id));
        let change = EventRecord {
            time,
            files,
            new: new.iter().map(|descriptor| &*descriptor.encoded).collect(),
            gone,
            values: changed.iter().map(|(id, values)| (*id, &**values)).collect(),
            unpublished: &unpublished,
        };
        let change = json::text(&change);
        let rows: Vec<Row> = self.by_label.values().cloned().collect();
        feed.publish(Some(&change), move || whole(time, files, &rows, &unpublished));
    }

    fn add(&mut self, total: &Total, values: Arc<RawValue>) -> Row {
        let id = self.next_id;
        self.next_id += 1;
        let descriptor = Arc::new(Descriptor::new(id, total));
        let histogram = total.histogram().cloned();
        let row = Row { id, descriptor, values, histogram, found: true };
        self.by_label.insert(total.label.clone(), row.clone());
        row
    }
}

impl Descriptor {
    fn new(id: u64, total: &Total) -> Self {
        let Total { label, kind, unit, help, subject, aggregate, .. } = total;
        let range_end = range_end(total);
        let encoded = json::text(&DescriptorRecord {
            id,
            label,
            kind: kind.map(Kind::name),
            unit,
            help,
            about: subject.name(),
            aggregate: aggregate.name(),
            range_end,
        });
        Self {
            kind: *kind,
            unit: unit.clone(),
            help: help.clone(),
            subject: *subject,
            aggregate: *aggregate,
            range_end,
            encoded: RawValue::from_string(encoded).expect("just encoded"),
        }
    }

    fn describes(&self, total: &Total) -> bool {
        let Self { kind, unit, help, subject, aggregate, .. } = self;
        (kind, subject, aggregate) == (&total.kind, &total.subject, &total.aggregate)
            && (unit, help) == (&total.unit, &total.help)
            && self.range_end == range_end(total)
    }
}

fn range_end(total: &Total) -> Option<u64> {
    total.histogram().map(HistogramSnapshot::range_end)
}

fn whole(time: f64, files: usize, rows: &[Row], unpublished: &[Unpublished]) -> String {
    json::text(&EventRecord {
        time,
        files,
        new: rows.iter().map(|row| &*row.descriptor.encoded).collect(),
        gone: Vec::new(),
        values: rows.iter().map(|row| (row.id, &*row.values)).collect(),
        unpublished,
    })
}

fn encode(value: &impl Serialize) -> Arc<RawValue> {
    RawValue::from_string(json::text(value)).expect("just encoded").into()
}
