//! Polls of programs in a directory, and their history.

use std::time::{Duration, SystemTime};

use mmstats::{
    Changes, Counter, Field, Gauge, Histogram, Options, Published, Timer, Timestamp, Watch,
};
use mmstats_totals::increases::Increases;
use tempfile::TempDir;

use super::column::Column;
use super::excerpt::{Excerpt, Of, Query};
use super::points::Points;
use super::recorder::{History, Recorded};
use crate::polling::total;

/// Programs in a directory, and their history.
struct Programs {
    directory: TempDir,
    watch: Watch,
    changes: Changes,
    history: History,
    seconds: f64,
}

impl Programs {
    fn new() -> Self {
        let directory = TempDir::new().unwrap();
        let watch = Watch::new([directory.path()]);
        let history = History::new(Duration::from_secs(1));
        Self { directory, watch, changes: Changes::new(), history, seconds: 1e9 }
    }

    fn start(&self, name: &str) -> Published<()> {
        let options = Options::dynamic("Program").path(self.directory.path());
        let options = options.filename(format!("{name}.mmstats")).capacity(1 << 20);
        options.default_fields(false).create().unwrap()
    }

    /// Polls this many seconds later.
    fn poll_after(&mut self, seconds: f64) {
        self.seconds += seconds;
        let elapsed = Duration::from_secs_f64(self.seconds - 1e9);
        let wall = SystemTime::UNIX_EPOCH + Duration::from_secs_f64(self.seconds);
        let update = self.watch.poll_at(elapsed, wall);
        self.changes.advance(&update);
        let interval = self.changes.interval();
        self.history.record(&Recorded {
            update: &update,
            time: self.seconds,
            interval: (!interval.is_zero()).then_some(interval),
            totals: &total(update.files(), self.seconds),
            increases: &Increases::of(&self.changes),
        });
    }

    fn excerpt(&self, label: &str) -> Excerpt {
        let of = vec![Of::Label(label.to_owned())];
        self.history.excerpt(&Query { of, from: 0.0, to: 1e12, step: 0.0 })
    }

    /// The values of a label, and how many seconds after the first poll each was.
    fn values(&self, label: &str) -> Vec<(f64, f64)> {
        let Excerpt { times, stats, .. } = self.excerpt(label);
        let (column, numbers) = &stats[0].series[0];
        assert_eq!(*column, Column::Value);
        times.into_iter().map(|time| time - 1e9).zip(numbers.iter().copied()).collect()
    }
}

fn gauge(stats: &Published<()>, label: &str, value: f64) -> Gauge<f64> {
    let gauge: Gauge<f64> = stats.add(Gauge::named(label.to_owned())).unwrap();
    gauge.set(value);
    gauge
}

#[test]
fn no_line_leads_across_a_late_poll_or_a_clock_that_was_set_back() {
    let mut programs = Programs::new();
    let stats = programs.start("a");
    let depth = gauge(&stats, "depth", 1.5);
    for (after, value) in [(0.0, 1.5), (1.0, 2.5), (2.5, 3.5), (2.6, 4.5), (1.0, 5.5)] {
        depth.set(value);
        programs.poll_after(after);
    }
    let (times, values): (Vec<_>, Vec<_>) = programs.values("depth").into_iter().unzip();
    assert_eq!(values[..3], [1.5, 2.5, 3.5], "not late enough");
    assert!(values[3].is_nan() && times[3] > 3.5 && times[3] < times[4]);
    assert_eq!(values[4..], [4.5, 5.5]);
    // What was later by the clock is recorded earlier, and gone.
    programs.poll_after(-3.0);
    let points = programs.values("depth");
    assert!(points.is_sorted_by(|one, other| one.0 < other.0), "{points:?}");
    assert!((points.last().unwrap().0 - 4.1).abs() < 1e-6, "{points:?}");
    assert!(points[points.len() - 2].1.is_nan(), "{points:?}");
}

#[test]
fn what_is_gone_stays_for_the_hour_and_its_room_is_used_again() {
    let mut programs = Programs::new();
    let stats = programs.start("a");
    gauge(&stats, "old", 1.5);
    programs.poll_after(0.0);
    drop(stats);
    (0..3_598).for_each(|_| programs.poll_after(1.0));
    let values = programs.values("old");
    assert_eq!(values[0], (0.0, 1.5));
    assert!(values[1..].iter().all(|(_, value)| value.is_nan()));
    (0..2).for_each(|_| programs.poll_after(1.0));
    assert!(programs.excerpt("old").stats.is_empty());
    let stats = programs.start("b");
    gauge(&stats, "new", 2.5);
    programs.poll_after(1.0);
    assert_eq!(programs.history.points.ring.series(), 1);
    assert_eq!(programs.values("new").last().unwrap().1, 2.5);
}

#[test]
fn dates_are_exact_to_a_millisecond() {
    let mut programs = Programs::new();
    let stats = programs.start("a");
    let date = stats.add(Timestamp::named("date")).unwrap();
    for seconds in [0.125, 0.125, 0.126, 3_600.125] {
        date.set(1_764_550_000.0 + seconds);
        programs.poll_after(1.0);
    }
    let values: Vec<_> = programs.values("date").iter().map(|(_, value)| *value).collect();
    let expected = [0.125, 0.125, 0.126, 3_600.125].map(|second| 1_764_550_000.0 + second);
    let close = |(one, other): (&f64, &f64)| (one - other).abs() < 5e-4;
    assert!(values.iter().zip(&expected).all(close), "{values:?}");
}

/// Adds four stats, one of each of these kinds; those of which what is new counts are returned.
fn busy(stats: &Published<()>, label: &str) -> (Timer, Histogram) {
    let _: Counter = stats.add(Counter::named(format!("{label}.count"))).unwrap();
    let _: Gauge<u64> = stats.add(Gauge::named(format!("{label}.level"))).unwrap();
    let sizes = Histogram::named(format!("{label}.sizes")).max(255);
    let timer = stats.add(Timer::named(format!("{label}.time"))).unwrap();
    (timer, stats.add(sizes).unwrap())
}

#[test]
fn five_thousand_labels_have_room() {
    let mut programs = Programs::new();
    let stats: Vec<_> = (0..50).map(|program| programs.start(&format!("p{program}"))).collect();
    let busy: Vec<_> = stats
        .iter()
        .enumerate()
        .flat_map(|(program, stats)| {
            (0..25).map(move |label| busy(stats, &format!("p{program}.l{label}")))
        })
        .collect();
    programs.poll_after(0.0);
    for (timer, histogram) in &busy {
        timer.record(Duration::from_millis(3));
        histogram.record(3);
    }
    programs.poll_after(1.0);
    let Points { ring, is_full, .. } = &programs.history.points;
    assert_eq!((programs.history.series.len(), *is_full), (5_000, false));
    let points = 3_600 / ring.step().as_secs() as usize;
    assert_eq!((ring.series(), ring.step().as_secs()), (12_500, 5));
    assert!(ring.series() * points * size_of::<f32>() <= 64 << 20);
    drop((stats, busy));
}

#[test]
fn a_stat_for_which_there_is_no_room_has_no_history() {
    let mut programs = Programs::new();
    let stats = programs.start("a");
    gauge(&stats, "early", 1.5);
    programs.poll_after(0.0);
    assert!(!programs.excerpt("early").is_full);
    while programs.history.points.ring.add_column(Column::Value).is_some() {}
    let late = gauge(&stats, "late", 2.5);
    for value in [2.5, 3.5] {
        late.set(value);
        programs.poll_after(60.0);
        let Excerpt { stats, is_full, .. } = programs.excerpt("late");
        assert!(stats.is_empty() && is_full, "{stats:?}");
    }
    assert_eq!(programs.values("early").last().unwrap().1, 1.5);
}
