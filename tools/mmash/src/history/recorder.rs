//! Records each poll.

use std::time::Duration;

use mmstats::Update;
use mmstats_totals::increases::Increases;
use mmstats_totals::totals::Totals;

use super::column::Column;
use super::keys::Keys;
use super::marks::Marks;
use super::numbers::Numbers;
use super::points::{Points, Stored, store_absent};
use super::row::Row;
use super::step::COVERED;
use super::sums::Sums;

/// What the page draws, of an hour of polls.
#[derive(Debug)]
pub struct History {
    pub(super) points: Points,
    /// Of series and plain stats, by label.
    pub(super) series: Keys,
    /// Of names that have several series, added up.
    pub(super) names: Keys,
    pub(super) marks: Marks,
    polls: u64,
}

/// What a poll found.
#[derive(Debug)]
pub struct Recorded<'a> {
    pub update: &'a Update<'a>,
    /// When it began, as Unix time in seconds.
    pub time: f64,
    /// The time since the last poll; `None` if nothing is known to be new.
    pub interval: Option<Duration>,
    pub totals: &'a Totals,
    pub increases: &'a Increases,
}

impl History {
    /// How many polls it covers.
    pub const POLLS: usize = COVERED;

    /// An empty one for polls this far apart.
    pub fn new(interval: Duration) -> Self {
        Self {
            points: Points::new(interval),
            series: Keys::default(),
            names: Keys::default(),
            marks: Marks::default(),
            polls: 0,
        }
    }

    /// Records a poll; returns how many programs started, ended or died.
    pub fn record(&mut self, poll: &Recorded<'_>) -> usize {
        self.polls += 1;
        self.points.is_full = false;
        let elapsed = poll.update.monotonic();
        let mut row = Row::of(poll.time, elapsed, self.polls, self.points.ring.series());
        let seconds = poll.interval.map_or(f64::NAN, |interval| interval.as_secs_f64());
        row.interval = seconds as f32;
        row.is_after_gap = self.points.is_late(poll.time);
        let mut sums = Sums::of(poll.totals, poll.increases);
        let mut present = 0;
        for total in poll.totals.iter() {
            let increase = poll.increases.count(&total.label, total.kind);
            let new = poll.increases.histogram(&total.label);
            let numbers = Numbers::of(total, increase, new, seconds);
            let stored = Stored { text: &total.label, total, numbers, seconds, poll: self.polls };
            present += usize::from(self.points.store(&mut self.series, &stored, &mut row));
        }
        if present < self.series.len() {
            self.leave(poll, &mut sums, seconds, &mut row);
        }
        self.record_names(&sums, seconds, &mut row);
        if self.points.ring.push(row) {
            self.forget();
        }
        self.marks.take(poll.update, poll.time)
    }

    /// Leaves a gap where no file has a stat any more, after what it counted last.
    fn leave(&mut self, poll: &Recorded<'_>, sums: &mut Sums<'_>, seconds: f64, row: &mut Row) {
        for (label, entry) in self.series.iter().filter(|(_, entry)| entry.last < self.polls) {
            let is_last = entry.last + 1 == self.polls;
            let increase = is_last.then(|| poll.increases.count(label, entry.kind)).flatten();
            if increase.is_some() {
                sums.add_last(label, entry.kind, &entry.unit, increase);
            }
            let rate = entry.index(Column::Rate).filter(|_| is_last);
            let last = Numbers::last(increase, seconds);
            store_absent(entry, rate.map_or(Numbers::NONE, |_| last), row);
        }
    }

    fn record_names(&mut self, sums: &Sums<'_>, seconds: f64, row: &mut Row) {
        let mut present = 0;
        for name in sums.several() {
            let numbers = Numbers::of(name.total, name.increase, name.new, seconds);
            let (text, total) = (name.name, name.total);
            let stored = Stored { text, total, numbers, seconds, poll: self.polls };
            present += usize::from(self.points.store(&mut self.names, &stored, row));
        }
        if present == self.names.len() {
            return;
        }
        for (name, entry) in self.names.iter().filter(|(_, entry)| entry.last < self.polls) {
            let is_last = entry.last + 1 == self.polls && entry.index(Column::Rate).is_some();
            let increase = || sums.increase(name, entry.kind, &entry.unit);
            let last = if is_last { Numbers::last(increase(), seconds) } else { Numbers::NONE };
            store_absent(entry, last, row);
        }
    }

    /// Drops what is gone for longer than the rows go back.
    fn forget(&mut self) {
        let Some(oldest) = self.points.ring.rows().front() else {
            return;
        };
        self.marks.forget(oldest.elapsed);
        let first_poll = oldest.first_poll;
        for keys in [&mut self.series, &mut self.names] {
            self.points.free(keys.forget(first_poll));
        }
    }
}
