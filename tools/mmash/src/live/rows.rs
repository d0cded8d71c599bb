//! The page's rows, one for each stat over all files, and how they change from poll to poll.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use mmstats::{Aggregate, Changes, HistogramSnapshot, Kind};
use mmstats_cli::json;
use mmstats_tools::common::subject::Subject;
use mmstats_tools::common::total::Total;
use mmstats_web::Feed;
use serde::Serialize;
use serde_json::value::RawValue;

use super::increases::{Increases, RowIncrease};
use super::unpublished::Unpublished;
use super::values::values_of;
use crate::polling::Snapshot;

/// The rows as they were last published.
#[derive(Debug, Default)]
pub struct Rows {
    by_label: HashMap<String, Row>,
    next_id: u64,
    /// When the poll began that was published last; `None` if there is none.
    published: Option<Instant>,
}

/// A row, encoded.
#[derive(Clone, Debug)]
struct Row {
    id: u64,
    descriptor: Arc<Descriptor>,
    values: Arc<RawValue>,
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

/// An event of the stream. In the event `whole`, all rows are new, and nothing is said about what
/// they have counted since the last poll.
#[derive(Serialize)]
struct EventRecord<'a> {
    time: f64,
    /// The time since the last poll, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    interval: Option<f64>,
    files: usize,
    new: Vec<&'a RawValue>,
    gone: Vec<u64>,
    values: Vec<(u64, &'a RawValue)>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    increases: Vec<IncreaseRecord>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    unpublished: &'a [Unpublished],
}

/// What has changed since the last poll.
#[derive(Default)]
struct Difference {
    new: Vec<Arc<Descriptor>>,
    gone: Vec<u64>,
    values: Vec<(u64, Arc<RawValue>)>,
    increases: Vec<IncreaseRecord>,
}

/// What a row has counted since the last poll, rows that are gone included.
#[derive(Serialize)]
#[serde(untagged)]
enum IncreaseRecord {
    Count(u64, u64),
    Total(u64, u64, f64),
}

impl Rows {
    /// Publishes what has changed since the last poll, unless this one is published already.
    pub fn publish(&mut self, snapshot: &Snapshot, changes: Option<&Changes>, feed: &Feed) {
        if self.published.replace(snapshot.taken) == Some(snapshot.taken) {
            return;
        }
        let increases = changes.map(Increases::of).unwrap_or_default();
        // After the first update nothing is known to be new.
        let interval = changes.map(Changes::interval).filter(|interval| !interval.is_zero());
        let interval = interval.map(|interval| interval.as_secs_f64());
        let unpublished = Unpublished::of(snapshot);
        let mut difference = Difference::default();
        self.by_label.values_mut().for_each(|row| row.found = false);
        for total in snapshot.totals().iter() {
            self.update(total, &increases, &mut difference);
        }
        for (label, row) in self.by_label.extract_if(|_, row| !row.found) {
            difference.add_increase(row.id, increases.count(&label, row.descriptor.kind));
            difference.gone.push(row.id);
        }
        let (time, files) = (snapshot.time, snapshot.files.len());
        let new = difference.new.iter();
        let values = difference.values.iter();
        let change = json::text(&EventRecord {
            time,
            interval,
            files,
            new: new.map(|descriptor| &*descriptor.encoded).collect(),
            gone: difference.gone,
            values: values.map(|(id, values)| (*id, &**values)).collect(),
            increases: difference.increases,
            unpublished: &unpublished,
        });
        let rows: Vec<Row> = self.by_label.values().cloned().collect();
        feed.publish(Some(&change), move || whole(time, files, &rows, &unpublished));
    }

    /// Updates the row of a stat.
    fn update(&mut self, total: &Total, increases: &Increases, difference: &mut Difference) {
        let label = &*total.label;
        let values = encode(&values_of(total, increases.histogram(label)));
        let known = self.by_label.get_mut(label).filter(|row| row.descriptor.describes(total));
        let id = if let Some(row) = known {
            row.found = true;
            if row.values.get() != values.get() {
                row.values = Arc::clone(&values);
                difference.values.push((row.id, values));
            }
            row.id
        } else {
            // With another descriptor it is another row.
            difference.gone.extend(self.by_label.remove(label).map(|row| row.id));
            let Row { id, descriptor, values, .. } = self.add(total, values);
            difference.new.push(descriptor);
            difference.values.push((id, values));
            id
        };
        difference.add_increase(id, increases.count(label, total.kind));
    }

    /// Whether a poll is published.
    pub fn are_published(&self) -> bool {
        self.published.is_some()
    }

    /// Forgets all rows. Their ids aren't given again.
    pub fn clear(&mut self) {
        self.by_label = HashMap::new();
        self.published = None;
    }

    fn add(&mut self, total: &Total, values: Arc<RawValue>) -> Row {
        let id = self.next_id;
        self.next_id += 1;
        let descriptor = Arc::new(Descriptor::new(id, total));
        let row = Row { id, descriptor, values, found: true };
        self.by_label.insert(total.label.clone(), row.clone());
        row
    }
}

impl Difference {
    fn add_increase(&mut self, id: u64, increase: Option<RowIncrease>) {
        self.increases.extend(increase.map(|increase| match increase {
            RowIncrease::Count(count) => IncreaseRecord::Count(id, count),
            RowIncrease::Total(count, total) => IncreaseRecord::Total(id, count, total),
        }));
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
        interval: None,
        files,
        new: rows.iter().map(|row| &*row.descriptor.encoded).collect(),
        gone: Vec::new(),
        values: rows.iter().map(|row| (row.id, &*row.values)).collect(),
        increases: Vec::new(),
        unpublished,
    })
}

fn encode(value: &impl Serialize) -> Arc<RawValue> {
    RawValue::from_string(json::text(value)).expect("just encoded").into()
}
