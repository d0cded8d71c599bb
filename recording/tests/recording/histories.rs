//! What stats were over time.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use mmstats::{
    Changes, Counter, Field, Gauge, Histogram, Increase, MmStats, Options, Published, Stat, Timer,
    UpDownCounter, Watch,
};
use mmstats_recording::{Histories, HistoryPoint, HistoryQuery, Recording, Settings};
use mmstats_testing::kept_update::KeptUpdate;
use mmstats_testing::random::{Random, seed};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::fixture::{Fixture, SECOND};

#[derive(MmStats)]
struct Jobs {
    done: Counter,
    load: Gauge<f64>,
    level: Gauge<i64>,
    took: Timer,
    open: UpDownCounter,
    sizes: Histogram,
}

impl Jobs {
    fn work(&self, random: &mut Random) {
        if random.below(5) > 0 {
            self.done.add(random.below(10) as u64);
            self.level.add(random.below(7) as i64 - 3);
            self.open.add(random.below(3) as i64 - 1);
        }
        if random.below(30) == 0 {
            self.load.set(random.below(1_000) as f64 / 8.0);
            self.took.record_secs(random.below(8) as f64 / 4.0);
        }
        for _ in 0..random.below(4) {
            self.sizes.record(random.below(100_000) as u64);
        }
    }
}

/// Files that come, grow and go, and a gap.
pub fn recorded(polls: usize) -> (TempDir, Fixture) {
    let directory = TempDir::new().unwrap();
    let mut random = Random::new(seed());
    let jobs = || Jobs::options().path(directory.path()).create().unwrap();
    let mut all: Vec<Published<Jobs>> = vec![jobs(), jobs()];
    let growing = Options::dynamic("Grows").path(directory.path()).capacity(4_096);
    let growing = growing.create().unwrap();
    let grown: Counter = growing.add(Counter::named("grown")).unwrap();
    let mut later: Option<Counter> = None;
    let mut watch = Watch::new([directory.path()]);
    let mut fixture = Fixture::new();
    for poll in 0..polls {
        for jobs in &all {
            jobs.work(&mut random);
        }
        grown.add(3);
        if let Some(later) = &later {
            later.add(2);
        }
        match poll {
            45 | 130 => all.push(jobs()),
            170 => drop(all.remove(1)),
            100 => later = Some(growing.add(Counter::named("done")).unwrap()),
            250 => {
                fixture.start();
                fixture.clocks.pass(400 * SECOND);
                watch = Watch::new([directory.path()]);
            }
            // Late.
            300 => fixture.clocks.pass(20 * SECOND),
            _ => {}
        }
        fixture.poll(&mut watch).unwrap();
    }
    (directory, fixture)
}

/// Of a step, or of a poll.
#[derive(Clone, Debug, Default, PartialEq)]
struct Point {
    writer: i64,
    value: String,
    least: f64,
    greatest: f64,
    counted: u64,
    total: f64,
    greatest_new: f64,
    up: i64,
}

impl Point {
    fn of(stat: &Stat<'_>, increase: Option<Increase>) -> Self {
        let number = stat.value().as_f64().filter(|_| stat.word_count() == 1);
        let number = number.unwrap_or(f64::NAN);
        let components: Vec<_> = stat.components().map(|(_, value)| value.to_string()).collect();
        let value = format!("{} {}", stat.value(), components.join(" "));
        let mut point = Self { value, least: number, greatest: number, ..Self::default() };
        match increase {
            Some(Increase::Count(count)) => point.counted = count,
            Some(Increase::Total { count, total }) => (point.counted, point.total) = (count, total),
            Some(Increase::UpDown(up)) => point.up = up,
            Some(Increase::Histogram(new)) => {
                point.counted = new.count();
                point.greatest_new = new.percentile(100.0).unwrap_or_default();
            }
            _ => {}
        }
        point
    }

    fn add(&mut self, later: &Self) {
        self.least = self.least.min(later.least);
        self.greatest = self.greatest.max(later.greatest);
        self.counted += later.counted;
        self.up += later.up;
        // Writers are numbered in the order in which they began.
        if later.writer >= self.writer {
            self.value.clone_from(&later.value);
        }
        self.greatest_new = self.greatest_new.max(later.greatest_new);
        self.total += later.total;
    }
}

type Points = BTreeMap<(PathBuf, usize), Point>;

/// The points of a label as replaying says, where each step has so many polls.
fn expected(kept: &[KeptUpdate], label: &str, histories: &Histories, from: usize) -> Points {
    let mut changes = Changes::new();
    let mut points = Points::new();
    let sizes = histories.steps.iter().map(|step| step.polls as usize);
    let mut steps = sizes.enumerate().flat_map(|(step, polls)| std::iter::repeat_n(step, polls));
    for (number, update) in kept.iter().enumerate() {
        changes.advance(&update.update());
        let Some(step) = (number >= from).then(|| steps.next()).flatten() else { continue };
        for change in changes.files() {
            let Some(stat) = change.file().get(label) else { continue };
            let point = Point::of(&stat, change.increase(&stat));
            let key = (change.file().path().to_owned(), step);
            points.entry(key).and_modify(|known| known.add(&point)).or_insert(point);
        }
    }
    assert_eq!(steps.next(), None);
    points
}

fn visited(recording: &Recording, query: &HistoryQuery<'_>) -> (Points, Histories) {
    let mut found = Points::new();
    let histories = recording.visit_histories(query, |it: &HistoryPoint<'_>| {
        let mut point = Point::of(&it.stat, it.increase.clone());
        (point.least, point.greatest, point.writer) = (it.least, it.greatest, it.writer.id);
        // A file that grew has another writer, perhaps within a step.
        let key = (it.writer.path.to_owned(), it.step);
        found.entry(key).and_modify(|known| known.add(&point)).or_insert(point);
    });
    let histories = histories.unwrap();
    assert!(histories.errors.is_empty(), "{:?}", histories.errors);
    (found, histories)
}

/// Behind the gap a replay counts nothing, too.
fn with_gap(fixture: &Fixture) -> Vec<KeptUpdate> {
    let (kept, errors) = crate::fixture::replayed(&fixture.path(), ..);
    assert!(errors.is_empty());
    kept
}

#[track_caller]
fn same(found: &Points, expected: &Points, is_rolled_up: bool) {
    let missing = expected.keys().find(|key| !found.contains_key(key));
    let unexpected = found.keys().find(|key| !expected.contains_key(key));
    assert_eq!((missing, unexpected), (None, None));
    for (key, found) in found {
        let mut expected = expected[key].clone();
        let mut found = found.clone();
        // In a roll-up behind a gap, what it was at the first poll isn't known.
        let is_up_known = found.up != 0;
        for point in [&mut found, &mut expected] {
            point.writer = 0;
            // They are sums of floats, and NaNs are equal here.
            point.total = (point.total * 1e6).round();
            if is_rolled_up && !is_up_known {
                point.up = 0;
            }
            if point.least.is_nan() || is_rolled_up && point.counted > 0 {
                (point.least, point.greatest) = (0.0, 0.0);
            }
        }
        assert_eq!(found, expected, "{key:?}");
    }
}

const LABELS: [&str; 7] = ["done", "load", "level", "took", "open", "sizes", "grown"];

#[test]
fn points_are_what_changes_says_of_their_polls() {
    let (_directory, fixture) = recorded(500);
    let recording = Recording::open(fixture.path()).unwrap();
    let kept = with_gap(&fixture);
    for label in LABELS {
        for points in [10_000, 100, 18] {
            let query = HistoryQuery::of(|stat| stat.label() == label).points(points);
            let (found, histories) = visited(&recording, &query);
            assert!(histories.steps.iter().all(|step| !step.is_rolled_up));
            let expected = expected(&kept, label, &histories, 0);
            same(&found, &expected, false);
        }
    }
}

#[test]
fn roll_ups_say_the_same_of_whole_minutes() {
    let (_directory, mut fixture) = recorded(500);
    fixture.recorder.take().unwrap().finish().unwrap();
    let kept = with_gap(&fixture);
    for is_expired in [false, true] {
        if is_expired {
            // As if all blocks had expired.
            let connection = Connection::open(fixture.path()).unwrap();
            connection
                .execute_batch("DELETE FROM blocks; UPDATE spans SET form = 2 WHERE form = 1")
                .unwrap();
        }
        let recording = Recording::open(fixture.path()).unwrap();
        for label in LABELS {
            let points = if is_expired { 10_000 } else { 12 };
            let query = HistoryQuery::of(|stat| stat.label() == label).points(points);
            let (found, histories) = visited(&recording, &query);
            assert!(histories.steps.iter().any(|step| step.is_rolled_up));
            let expected = expected(&kept, label, &histories, 0);
            same(&found, &expected, true);
        }
    }
}

#[test]
fn spans_are_rolled_up_if_they_are_no_longer_than_a_step() {
    let directory = TempDir::new().unwrap();
    let jobs = Jobs::options().path(directory.path()).create().unwrap();
    let mut watch = Watch::new([directory.path()]);
    // Each recorder goes on with another interval: spans of a minute, of ten, and of a minute again.
    let mut fixture = Fixture::new();
    for interval in [1, 10, 1] {
        fixture.settings = Settings::new(interval * SECOND);
        fixture.start();
        for _ in 0..120 {
            jobs.done.add(1);
            fixture.clocks.pass((interval - 1) * SECOND);
            fixture.poll(&mut watch).unwrap();
        }
    }
    fixture.recorder.take().unwrap().finish().unwrap();
    let recording = Recording::open(fixture.path()).unwrap();
    let kept = with_gap(&fixture);
    for (points, expected_steps) in [(24, [true, false, true]), (2, [true; 3]), (100, [false; 3])] {
        let query = HistoryQuery::of(|stat| stat.label() == "done").points(points);
        let (found, histories) = visited(&recording, &query);
        let expected = expected(&kept, "done", &histories, 0);
        same(&found, &expected, true);
        let is_rolled_up = |poll: usize| {
            let wall = kept[poll].wall;
            let step = histories.steps.iter().find(|step| (step.first..=step.last).contains(&wall));
            step.unwrap().is_rolled_up
        };
        assert_eq!([30, 180, 330].map(is_rolled_up), expected_steps, "{points} points");
    }
}

#[test]
fn a_part_and_one_file_can_be_asked_for() {
    let (directory, fixture) = recorded(400);
    let recording = Recording::open(fixture.path()).unwrap();
    let kept = with_gap(&fixture);
    let path = kept[0].update().files().next().unwrap().file().path().to_owned();
    assert!(path.starts_with(directory.path()));
    for (from, to) in [(0, 30), (59, 62), (75, 200), (245, 260), (350, 400)] {
        let range = kept[from].wall..kept[to - 1].wall + SECOND;
        let query = HistoryQuery::of(|stat| stat.label() == "done")
            .files(|found| found == path)
            .range(range)
            .points(20);
        let (found, histories) = visited(&recording, &query);
        let polls: u32 = histories.steps.iter().map(|step| step.polls).sum();
        assert_eq!(polls as usize, to - from);
        let mut expected = expected(&kept, "done", &histories, from);
        expected.retain(|(found, _), _| *found == path);
        same(&found, &expected, false);
    }
}

#[test]
fn steps_say_where_gaps_are_and_how_long_they_counted() {
    let (_directory, fixture) = recorded(400);
    let recording = Recording::open(fixture.path()).unwrap();
    let query = HistoryQuery::of(|stat| stat.label() == "done").points(10_000);
    let (_, histories) = visited(&recording, &query);
    let gaps: Vec<_> = (0..400).filter(|poll| histories.steps[*poll].is_after_gap).collect();
    assert_eq!(gaps, [0, 250]);
    let elapsed = |poll: usize| histories.steps[poll].elapsed;
    let found = [0, 1, 250, 251, 300].map(elapsed);
    assert_eq!(found, [Duration::ZERO, SECOND, Duration::ZERO, SECOND, 21 * SECOND]);
    // The first step of a part also counts since the poll before.
    let from = fixture.kept[100].wall;
    let query = HistoryQuery::of(|stat| stat.label() == "done").range(from..).points(10_000);
    let (_, histories) = visited(&recording, &query);
    assert_eq!((histories.steps[0].elapsed, histories.steps[0].is_after_gap), (SECOND, false));
    let never = HistoryQuery::of(|_| true).range(..SystemTime::UNIX_EPOCH);
    let (points, histories) = visited(&recording, &never);
    assert!(points.is_empty() && histories.steps.is_empty());
}

#[test]
fn damage_costs_its_own_writers_up_to_a_keyframe() {
    let (_directory, mut fixture) = recorded(240);
    fixture.recorder.take().unwrap().finish().unwrap();
    let connection = Connection::open(fixture.path()).unwrap();
    let change = "UPDATE blocks SET bytes = CAST(substr(bytes, 1, 20) || x'00' || substr(bytes, 22) \
                  AS BLOB) WHERE key >> 32 = 2";
    assert_eq!(connection.execute(change, ()).unwrap(), 1);
    let recording = Recording::open(fixture.path()).unwrap();
    let mut steps = Vec::new();
    let query = HistoryQuery::of(|stat| stat.label() == "grown").points(10_000);
    let histories = recording.visit_histories(&query, |point| steps.push(point.step)).unwrap();
    let errors: Vec<_> = histories.errors.iter().map(ToString::to_string).collect();
    assert!(errors.len() == 1 && errors[0].starts_with("damaged row 8589934593 of blocks: "));
    // That of the writer that the file is since it grew is in the same row.
    assert_eq!(steps, (0..60).collect::<Vec<_>>());
}
