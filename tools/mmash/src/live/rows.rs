//! The page's rows, one for each stat over all files, and how they change from poll to poll.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mmstats_totals::increases::Increases;
use mmstats_totals::total::Total;
use mmstats_web::Feed;
use serde_json::value::RawValue;

use super::difference::{About, Difference, change, whole};
use super::names::{NameKey, Names};
use super::row::{Row, RowOf};
use super::unpublished::Unpublished;
use super::values::{encode, values_of};
use crate::polling::Snapshot;

/// The rows as they were last published.
#[derive(Debug, Default)]
pub struct Rows {
    by_label: HashMap<String, SeriesRow>,
    names: Names,
    next_id: u64,
    /// When the poll began that was published last; `None` if there is none.
    published: Option<Instant>,
}

/// The row of a series, or of a plain stat.
#[derive(Debug)]
struct SeriesRow {
    row: Row,
    /// The number of its name, so that labels are parsed once.
    name: u64,
    /// Whether the last poll found the stat.
    found: bool,
}

/// What is new since the last poll.
#[derive(Debug)]
pub struct News<'a> {
    /// The time since then; `None` if nothing is known to be new.
    pub interval: Option<Duration>,
    pub increases: &'a Increases,
    /// How many programs started, ended or died.
    pub marks: usize,
}

impl Rows {
    /// Publishes what has changed since the last poll, unless this one is published already.
    pub fn publish(&mut self, snapshot: &Snapshot, news: Option<&News<'_>>, feed: &Feed) {
        if self.published.replace(snapshot.taken) == Some(snapshot.taken) {
            return;
        }
        let (series, names) = match news {
            Some(news) => self.update(snapshot, news.increases),
            None => self.update(snapshot, &Increases::default()),
        };
        let interval = news.and_then(|news| news.interval);
        let about = About {
            time: snapshot.time,
            interval: interval.map(|interval| interval.as_secs_f64()),
            files: snapshot.files.len(),
            marks: news.map_or(0, |news| news.marks),
            unpublished: Unpublished::of(snapshot),
        };
        let change = change(&about, &series, &names);
        let series: Vec<Row> = self.by_label.values().map(|series| series.row.clone()).collect();
        let names = self.names.rows();
        feed.publish(Some(&change), move || whole(&about, &series, &names));
    }

    /// Updates all rows, and returns what has changed in those of series and of names.
    fn update(&mut self, snapshot: &Snapshot, increases: &Increases) -> (Difference, Difference) {
        let mut difference = Difference::default();
        self.by_label.values_mut().for_each(|series| series.found = false);
        let totals = snapshot.totals();
        let update = |total| (total, self.update_series(total, increases, &mut difference));
        let found: Vec<(&Total, u64)> = totals.iter().map(update).collect();
        for (label, series) in self.by_label.extract_if(|_, series| !series.found) {
            let increase = increases.count(&label, series.row.descriptor.kind);
            difference.remove(&series.row);
            difference.add_increase(series.row.id, increase);
            self.names.leave(series.name, increase);
        }
        // Only now is it known which names have several series.
        for (total, name) in found {
            let increase = increases.count(&total.label, total.kind);
            self.names.add(name, total, increase, increases.histogram(&total.label));
        }
        (difference, self.names.update(&mut self.next_id))
    }

    /// Updates the row of a series, and returns the number of its name.
    fn update_series(
        &mut self,
        total: &Total,
        increases: &Increases,
        difference: &mut Difference,
    ) -> u64 {
        let label = &*total.label;
        let values = encode(&values_of(total, increases.histogram(label)));
        let known = self.by_label.get_mut(label);
        let is_known = known.is_some_and(|series| {
            series.found = true;
            difference.update(&mut series.row, total, &values)
        });
        if !is_known {
            // With another description it is another row.
            if let Some(other) = self.by_label.remove(label) {
                difference.remove(&other.row);
                self.names.leave(other.name, None);
            }
            let series = self.new_series(total, values);
            difference.add(&series.row);
            self.by_label.insert(total.label.clone(), series);
        }
        let series = &self.by_label[label];
        difference.add_increase(series.row.id, increases.count(label, total.kind));
        series.name
    }

    fn new_series(&mut self, total: &Total, values: Arc<RawValue>) -> SeriesRow {
        let series = total.series();
        let of = RowOf::Series { label: &total.label, series: &series };
        let row = Row::new(self.next_id, of, total, values);
        self.next_id += 1;
        let name = series.name().to_owned();
        let name = self.names.join(NameKey { name, kind: total.kind, unit: total.unit.clone() });
        SeriesRow { row, name, found: true }
    }

    /// Whether a poll is published.
    pub fn are_published(&self) -> bool {
        self.published.is_some()
    }

    /// Forgets all rows. Their ids aren't given again.
    pub fn clear(&mut self) {
        self.by_label = HashMap::new();
        self.names = Names::default();
        self.published = None;
    }
}
