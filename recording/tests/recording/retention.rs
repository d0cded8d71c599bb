//! What stays of a recording, and for how long.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use mmstats::{Counter, Field, MmStats, Published, Watch};
use mmstats_recording::Settings;
use mmstats_testing::random::{Random, seed};
use mmstats_testing::world::World;
use mmstats_testing::world::step::Step;
use mmstats_testing::world::steps::run;
use rusqlite::Connection;
use tempfile::TempDir;

use crate::fixture::{Fixture, SECOND, replayed};

const MINUTE: Duration = Duration::from_mins(1);
const YEAR: Duration = Duration::from_hours(24 * 365);
const MIB: u64 = 1 << 20;

#[derive(MmStats)]
struct Jobs {
    done: Counter,
}

#[derive(MmStats)]
struct Other {
    other: Counter,
}

struct Recorded {
    directory: TempDir,
    stats: Published<Jobs>,
    watch: Watch,
    fixture: Fixture,
}

impl Recorded {
    fn new(change: impl FnOnce(&mut Settings)) -> Self {
        let directory = TempDir::new().unwrap();
        let stats = Jobs::options().path(directory.path()).create().unwrap();
        let watch = Watch::new([directory.path()]);
        let mut settings = Settings::new(SECOND);
        change(&mut settings);
        Self { directory, stats, watch, fixture: Fixture::with(settings) }
    }

    fn poll(&mut self, times: usize) {
        for _ in 0..times {
            self.stats.done.add(1);
            self.fixture.poll(&mut self.watch).unwrap();
        }
    }

    /// The only poll of its span, as the clock was set.
    fn span(&mut self) {
        self.fixture.clocks.wall += 10 * SECOND;
        self.poll(1);
    }

    /// A file that was there at one poll.
    fn short_lived(&mut self) {
        let stats = Jobs::options().path(self.directory.path()).create().unwrap();
        self.poll(1);
        drop(stats);
        self.poll(1);
    }

    fn number(&self, sql: &str) -> i64 {
        let connection = Connection::open(self.fixture.path()).unwrap();
        connection.query_row(&format!("SELECT {sql}"), (), |row| row.get(0)).unwrap()
    }

    fn numbers(&self, sql: &str) -> Vec<i64> {
        let connection = Connection::open(self.fixture.path()).unwrap();
        let mut statement = connection.prepare(&format!("SELECT {sql}")).unwrap();
        let found = statement.query_map((), |row| row.get(0)).unwrap();
        found.map(Result::unwrap).collect()
    }
}

/// The sizes of the file and its log.
fn sizes(fixture: &Fixture) -> (u64, u64) {
    let mut log = fixture.path().into_os_string();
    log.push("-wal");
    let size = |path: PathBuf| fs::metadata(path).map_or(0, |metadata| metadata.len());
    (size(fixture.path()), size(log.into()))
}

#[test]
fn what_is_older_than_keep_goes_and_the_rest_is_read_from_a_span_that_says_everything() {
    let mut recorded = Recorded::new(|settings| settings.keep = 5 * MINUTE);
    recorded.poll(60 * 18 + 30);
    // Span 13 was over 5 minutes and 30 seconds ago.
    assert_eq!(recorded.numbers("id FROM spans ORDER BY id"), [14, 15, 16, 17, 18, 19]);
    for (table, span) in [("events", "key >> 30"), ("recent", "key >> 14"), ("blocks", "key >> 32")]
    {
        let below = format!("count(*) FROM {table} WHERE {span} < 14");
        assert_eq!(recorded.number(&below), 0, "{table}");
    }
    assert_eq!(recorded.fixture.readable(), Ok(60 * 5 + 30));
}

#[test]
fn blocks_older_than_fine_go_and_roll_ups_stay() {
    let mut recorded = Recorded::new(|settings| settings.fine = 5 * MINUTE);
    recorded.poll(60 * 18 + 30);
    let spans = "id FROM spans WHERE form = 2 ORDER BY id";
    assert_eq!(recorded.numbers(spans), (1..=13).collect::<Vec<_>>());
    let minutes = "key & 0xffffffff FROM minutes ORDER BY 1";
    assert_eq!(recorded.numbers(minutes), (1..=18).collect::<Vec<_>>());
    let blocks = "key >> 32 FROM blocks ORDER BY 1";
    assert_eq!(recorded.numbers(blocks), (14..=18).collect::<Vec<_>>());
    assert_eq!(recorded.fixture.readable(), Ok(60 * 5 + 30));
}

#[test]
fn all_polls_that_are_kept_can_be_read() {
    type Change = fn(&mut Settings);
    let changes: [Change; 2] =
        [|settings| settings.keep = 100 * SECOND, |settings| settings.fine = 100 * SECOND];
    for change in changes {
        let mut recorded = Recorded::new(change);
        for second in 1..=160 {
            recorded.span();
            if second % 7 == 0 {
                let readable = recorded.fixture.readable().unwrap();
                assert!(readable >= second.min(101), "{second}: {readable}");
            }
        }
        // Ten spans at a time.
        let stays = "count(*) FROM spans WHERE form != 2";
        assert!((101..=111).contains(&recorded.number(stays)), "{}", recorded.number(stays));
    }
}

#[test]
fn age_is_the_time_that_passed_whatever_the_clock_says() {
    let mut recorded = Recorded::new(|settings| settings.keep = 60 * MINUTE);
    recorded.fixture.clocks.wall += 10 * YEAR;
    for step in [0, 1, 2, 3] {
        recorded.poll(90);
        match step {
            0 => recorded.fixture.clocks.wall -= 60 * MINUTE,
            1 => recorded.fixture.clocks.wall += YEAR,
            2 => recorded.fixture.clocks.wall -= 2 * YEAR,
            _ => {}
        }
        if step == 2 {
            recorded.fixture.start();
        }
    }
    recorded.poll(60);
    recorded.fixture.kept[270].after_gap = true;
    assert_eq!(recorded.fixture.readable(), Ok(420), "nothing has gone");
    // A suspend counts.
    recorded.fixture.clocks.wall += 57 * MINUTE;
    recorded.fixture.clocks.boot.time += 57 * MINUTE;
    recorded.poll(60);
    assert_eq!(recorded.number("own_time / 1000000000 FROM spans ORDER BY id LIMIT 1"), 270);
}

#[test]
fn writers_and_structures_that_no_span_mentions_go() {
    let mut recorded = Recorded::new(|settings| settings.keep = 3 * MINUTE);
    recorded.poll(10);
    recorded.short_lived();
    let other = Other::options().path(recorded.directory.path()).create().unwrap();
    other.other.add(1);
    recorded.poll(1);
    drop(other);
    for _ in 0..70 {
        recorded.span();
    }
    assert_eq!(recorded.numbers("id FROM writers ORDER BY id"), [1, 2, 3]);
    assert_eq!(recorded.number("count(DISTINCT key >> 8) FROM structures"), 2);
    assert_eq!(recorded.number("count(*) FROM minutes WHERE key >> 32 > 1"), 2);
    for _ in 0..200 {
        recorded.span();
    }
    assert_eq!(recorded.numbers("id FROM writers ORDER BY id"), [1]);
    assert_eq!(recorded.number("count(DISTINCT key >> 8) FROM structures"), 1);
    assert_eq!(recorded.number("count(*) FROM minutes WHERE key >> 32 > 1"), 0);
    let unused = "count(*) FROM stretches WHERE id NOT IN (SELECT stretch FROM spans)";
    assert_eq!(recorded.number(unused), 0);
    assert_eq!(recorded.number("count(*) < 250 FROM minutes"), 1);
    // A structure that is gone is written again.
    let other = Other::options().path(recorded.directory.path()).create().unwrap();
    recorded.poll(20);
    drop(other);
    recorded.poll(1);
    recorded.fixture.readable().unwrap();
}

/// A file with many numbers, each of which becomes any other at each poll.
struct Noise {
    watch: Watch,
    stats: Vec<(Published<Jobs>, Vec<Counter>)>,
    _directory: TempDir,
    random: Random,
}

impl Noise {
    fn new(files: usize) -> Self {
        let directory = TempDir::new().unwrap();
        let stats = (0..files).map(|_| {
            let options = Jobs::options().path(directory.path()).capacity(60_000);
            let stats = options.create().unwrap();
            let counters =
                (0..300).map(|number| stats.add(Counter::named(format!("n{number}"))).unwrap());
            let counters = counters.collect();
            (stats, counters)
        });
        let stats = stats.collect();
        let watch = Watch::new([directory.path()]);
        Self { watch, stats, _directory: directory, random: Random::new(seed()) }
    }

    fn poll(&mut self, fixture: &mut Fixture) {
        for (_, counters) in &self.stats {
            for counter in counters {
                counter.add(self.random.next() >> 8);
            }
        }
        fixture.poll(&mut self.watch).unwrap();
    }
}

#[test]
fn the_file_and_its_log_stay_within_the_limit_and_use_it() {
    let mut noise = Noise::new(3);
    let mut settings = Settings::new(SECOND);
    settings.max_size = 4 * MIB;
    let mut fixture = Fixture::with(settings);
    for _ in 0..60 * 18 {
        noise.poll(&mut fixture);
        // Nobody asks what it was.
        let kept = fixture.kept.len();
        fixture.kept.drain(..kept - 1);
        let (file, log) = sizes(&fixture);
        assert!(file + log <= 20 * MIB, "{file} + {log}");
    }
    let (file, _) = sizes(&fixture);
    assert!((2 * MIB..5 * MIB).contains(&file), "{file}");
    let (found, errors) = replayed(&fixture.path(), ..);
    assert!(errors.is_empty() && found.len() > 60, "{} {errors:?}", found.len());
    // Less from now on.
    fixture.settings.max_size = MIB;
    fixture.start();
    for poll in 0..60 * 3 {
        noise.poll(&mut fixture);
        let (file, log) = sizes(&fixture);
        assert!(file + log <= if poll < 60 { 20 } else { 17 } * MIB, "{poll}: {file} + {log}");
    }
    let (file, _) = sizes(&fixture);
    assert!(file < 2 * MIB, "{file}");
}

#[test]
fn the_last_span_always_stays() {
    let mut recorded = Recorded::new(|settings| settings.max_size = 0);
    recorded.poll(60 * 3);
    for _ in 0..5 {
        recorded.span();
    }
    assert_eq!(recorded.number("count(*) <= 3 FROM spans"), 1);
    recorded.fixture.settings.keep = Duration::ZERO;
    recorded.fixture.start();
    recorded.poll(2);
    assert_eq!(recorded.number("count(*) FROM spans"), 1);
    assert_eq!(recorded.fixture.readable(), Ok(2));
}

/// Polls, restarts and clocks that are set, with a little to keep.
fn follow(steps: &[Step]) -> Result<(), String> {
    let mut random = Random::new(seed().wrapping_add(format!("{steps:?}").len() as u64));
    let mut world = World::new(&std::env::temp_dir());
    let mut settings = Settings::new(SECOND);
    let mut fixture = Fixture::with(settings.clone());
    let mut watch = Watch::new(world.locations());
    for step in steps {
        world.apply(*step);
        let restart = random.below(30) == 0 && !fixture.kept.is_empty();
        if restart {
            settings.keep = Duration::from_secs(random.below(200) as u64);
            settings.fine = Duration::from_secs(random.below(100) as u64);
            settings.max_size = random.one_of(&[100_000, 300_000, MIB, u64::MAX]);
            fixture.settings = settings.clone();
            fixture.start();
        }
        if random.below(4) == 0 {
            fixture.clocks.wall += 100 * SECOND;
        }
        fixture.poll(&mut watch).map_err(|error| error.to_string())?;
        if restart && let Some(last) = fixture.kept.last_mut() {
            last.after_gap = true;
        }
        if random.below(20) == 0 {
            let (found, errors) = replayed(&fixture.path(), ..);
            if !errors.is_empty() {
                return Err(format!("{errors:?}"));
            }
            if !found.is_empty() {
                fixture.readable()?;
            }
        }
    }
    fixture.recorder.take().unwrap().finish().map_err(|error| error.to_string())?;
    let connection = Connection::open(fixture.path()).unwrap();
    let sound: String =
        connection.query_row("PRAGMA integrity_check", (), |row| row.get(0)).unwrap();
    if sound == "ok" { Ok(()) } else { Err(sound) }
}

#[test]
fn whatever_has_gone_the_rest_is_what_was_recorded() {
    run(4, 200, Step::any, follow);
}
