//! What has changed in rows since the last poll, and the events that say it.

use std::sync::Arc;

use mmstats_cli::json;
use mmstats_totals::increases::Increased;
use mmstats_totals::total::Total;
use serde::Serialize;
use serde_json::value::RawValue;

use super::row::{Descriptor, Row};
use super::unpublished::Unpublished;

/// What has changed in rows since the last poll.
#[derive(Debug, Default)]
pub struct Difference {
    new: Vec<Arc<Descriptor>>,
    gone: Vec<u64>,
    values: Vec<(u64, Arc<RawValue>)>,
    increases: Vec<IncreaseRecord>,
}

/// What a row has counted since the last poll, rows that are gone included.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum IncreaseRecord {
    Count(u64, u64),
    Total(u64, u64, f64),
}

impl Difference {
    /// Updates a row if the total continues it; with another description it is another row.
    pub fn update(&mut self, row: &mut Row, total: &Total, values: &Arc<RawValue>) -> bool {
        let is_same = row.descriptor.describes(total);
        if is_same && row.values.get() != values.get() {
            row.values = Arc::clone(values);
            self.values.push((row.id, Arc::clone(values)));
        }
        is_same
    }

    pub fn add(&mut self, row: &Row) {
        self.new.push(Arc::clone(&row.descriptor));
        self.values.push((row.id, Arc::clone(&row.values)));
    }

    pub fn remove(&mut self, row: &Row) {
        self.gone.push(row.id);
    }

    pub fn add_increase(&mut self, id: u64, increase: Option<Increased>) {
        self.increases.extend(increase.map(|increase| match increase {
            Increased::Count(count) => IncreaseRecord::Count(id, count),
            Increased::Total(count, total) => IncreaseRecord::Total(id, count, total),
        }));
    }

    fn is_empty(&self) -> bool {
        self.new.is_empty()
            && self.gone.is_empty()
            && self.values.is_empty()
            && self.increases.is_empty()
    }
}

/// What an event has besides rows.
#[derive(Debug)]
pub struct About {
    /// When the files were read, as Unix time in seconds.
    pub time: f64,
    /// The time since the last poll, in seconds; `None` if nothing is known to be new.
    pub interval: Option<f64>,
    /// The number of files.
    pub files: usize,
    /// How many programs started, ended or died since the last poll.
    pub marks: usize,
    pub unpublished: Vec<Unpublished>,
}

/// An event of the stream. In the event `whole`, all rows are new, and nothing is said about what
/// they have counted since the last poll.
#[derive(Serialize)]
struct EventRecord<'a> {
    time: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    interval: Option<f64>,
    files: usize,
    /// Only if there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    marks: Option<usize>,
    #[serde(flatten)]
    series: PartRecord<'a>,
    /// The same of names that have several series.
    #[serde(skip_serializing_if = "Option::is_none")]
    names: Option<PartRecord<'a>>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    unpublished: &'a [Unpublished],
}

#[derive(Serialize)]
struct PartRecord<'a> {
    new: Vec<&'a RawValue>,
    gone: &'a [u64],
    values: Vec<(u64, &'a RawValue)>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    increases: &'a [IncreaseRecord],
}

impl<'a> PartRecord<'a> {
    fn change(difference: &'a Difference) -> Self {
        let Difference { new, gone, values, increases } = difference;
        Self {
            new: new.iter().map(|descriptor| &*descriptor.encoded).collect(),
            gone,
            values: values.iter().map(|(id, values)| (*id, &**values)).collect(),
            increases,
        }
    }

    fn whole(rows: &'a [Row]) -> Self {
        Self {
            new: rows.iter().map(|row| &*row.descriptor.encoded).collect(),
            gone: &[],
            values: rows.iter().map(|row| (row.id, &*row.values)).collect(),
            increases: &[],
        }
    }
}

/// The event `change`.
pub fn change(about: &About, series: &Difference, names: &Difference) -> String {
    json::text(&EventRecord {
        time: about.time,
        interval: about.interval,
        files: about.files,
        marks: Some(about.marks).filter(|marks| *marks > 0),
        series: PartRecord::change(series),
        names: (!names.is_empty()).then(|| PartRecord::change(names)),
        unpublished: &about.unpublished,
    })
}

/// The event `whole`.
pub fn whole(about: &About, series: &[Row], names: &[Row]) -> String {
    json::text(&EventRecord {
        time: about.time,
        interval: None,
        files: about.files,
        marks: None,
        series: PartRecord::whole(series),
        names: (!names.is_empty()).then(|| PartRecord::whole(names)),
        unpublished: &about.unpublished,
    })
}
