//! A disk that is full, or nearly, and a log that grows.

use std::process::Command;
use std::{env, fs};

use mmstats::{Counter, Field, MmStats, Published, Watch};
use mmstats_recording::{Note, Recorder, RecordingError, Settings};
use mmstats_testing::command::run;
use mmstats_testing::kept_update::KeptUpdate;
use mmstats_testing::random::{Random, seed};
use mmstats_testing::tmpfs;
use rusqlite::Connection;
use tempfile::TempDir;

use crate::fixture::{Clocks, SECOND, check, readable};

const MIB: u64 = 1 << 20;

#[derive(MmStats)]
struct Jobs {
    done: Counter,
}

/// A file of 100 numbers, each of which becomes any other at each poll.
struct Noise {
    watch: Watch,
    stats: Published<Jobs>,
    counters: Vec<Counter>,
    _directory: TempDir,
    random: Random,
    clocks: Clocks,
    kept: Vec<KeptUpdate>,
}

impl Noise {
    fn new() -> Self {
        let directory = TempDir::new().unwrap();
        let stats = Jobs::options().path(directory.path()).capacity(20_000).create().unwrap();
        let add = |number| stats.add(Counter::named(format!("n{number}"))).unwrap();
        let counters = (0..100).map(add).collect();
        let watch = Watch::new([directory.path()]);
        let (random, clocks, kept) = (Random::new(seed()), Clocks::new(), Vec::new());
        Self { watch, stats, counters, _directory: directory, random, clocks, kept }
    }

    fn poll(&mut self, recorder: &mut Recorder) -> Result<(), RecordingError> {
        self.stats.done.incr();
        for counter in &self.counters {
            counter.add(self.random.next() >> 8);
        }
        self.clocks.pass(SECOND);
        let update = self.watch.poll_at(self.clocks.monotonic, self.clocks.wall);
        recorder.record_at(&update, self.clocks.boot)?;
        self.kept.push(KeptUpdate::of(&update));
        Ok(())
    }
}

/// Runs a test as the only one of a process: a child that is forked while others use SQLite would wait
/// for their locks for ever.
fn alone(name: &str) {
    let mut child = Command::new(env::current_exe().unwrap());
    let found = run(child.args(["--exact", name, "--ignored", "--nocapture"]));
    assert_eq!(found.code, Some(0), "{}{}", found.stdout, found.stderr);
    assert!(found.stdout.contains("1 passed"), "{found:?}");
}

#[test]
fn on_a_full_disk_polls_are_a_gap_and_it_goes_on_when_there_is_space() {
    alone("space::a_full_disk");
}

#[test]
fn on_a_disk_that_is_nearly_full_the_oldest_goes_for_the_new() {
    alone("space::a_disk_that_is_nearly_full");
}

#[test]
#[ignore = "a child's part"]
fn a_full_disk() {
    tmpfs::within("size=80m", |directory| {
        let path = directory.join("recording");
        let mut noise = Noise::new();
        let mut recorder = Recorder::new(&path, &Settings::new(SECOND)).unwrap();
        // The log has no room that can be used again.
        (0..30).for_each(|_| noise.poll(&mut recorder).unwrap());
        assert_eq!(recorder.notes(), []);
        tmpfs::fill(directory, 0);
        let failed = (0..30).find_map(|_| noise.poll(&mut recorder).err());
        let failed = failed.expect("the disk is full").to_string();
        assert!(failed.contains("full"), "{failed}");
        let all = noise.kept.len();
        for _ in 0..50 {
            noise.poll(&mut recorder).unwrap_err();
        }
        let notes = recorder.notes();
        assert!(matches!(notes[..], [Note::LittleSpace { .. }]), "{notes:?}");
        assert_eq!(readable(&path, &mut noise.kept), Ok(all));

        fs::remove_file(directory.join("filler")).unwrap();
        (0..70).for_each(|_| noise.poll(&mut recorder).unwrap());
        noise.kept[all].after_gap = true;
        assert_eq!(readable(&path, &mut noise.kept), Ok(all + 70), "nothing has gone");
        recorder.finish().unwrap();
        assert_eq!(readable(&path, &mut noise.kept), Ok(all + 70));
    });
}

#[test]
#[ignore = "a child's part"]
fn a_disk_that_is_nearly_full() {
    tmpfs::within("size=80m", |directory| {
        let path = directory.join("recording");
        let mut noise = Noise::new();
        let mut recorder = Recorder::new(&path, &Settings::new(SECOND)).unwrap();
        (0..60 * 3).for_each(|_| noise.poll(&mut recorder).unwrap());
        tmpfs::fill(directory, 30 * MIB);
        let mut notes = Vec::new();
        for poll in 0..60 * 6 {
            noise.poll(&mut recorder).unwrap();
            notes.extend(recorder.notes());
            let left = tmpfs::left(directory);
            assert!(left > 20 * MIB, "{poll}: {left} bytes are left");
            if poll % 135 == 55 {
                let readable = readable(&path, &mut noise.kept).unwrap();
                assert!(readable >= 30, "{poll}: {readable}");
            }
        }
        assert!(matches!(notes[..], [Note::LittleSpace { free }] if free > 28 * MIB), "{notes:?}");
        let connection = Connection::open(&path).unwrap();
        let spans = |sql| connection.query_row(sql, (), |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!(spans("SELECT max(id) FROM spans"), 9);
        let left = spans("SELECT count(*) FROM spans");
        assert!((2..7).contains(&left), "{left} spans are left");
    });
}

#[test]
fn a_reader_that_hangs_is_reported_once_and_costs_no_history() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("recording");
    let mut noise = Noise::new();
    let mut settings = Settings::new(SECOND);
    settings.max_size = 64 * MIB;
    let mut recorder = Recorder::new(&path, &settings).unwrap();
    noise.poll(&mut recorder).unwrap();
    let hanging = Connection::open(&path).unwrap();
    hanging.execute_batch("BEGIN; SELECT * FROM spans").unwrap();
    let log = || fs::metadata(directory.path().join("recording-wal")).unwrap().len();
    let mut notes = Vec::new();
    let another = Connection::open(&path).unwrap();
    while log() < 70 * MIB {
        // Quicker than polls.
        another.execute("INSERT INTO minutes VALUES (1 << 60, zeroblob(8 << 20))", ()).unwrap();
        another.execute("DELETE FROM minutes WHERE key = 1 << 60", ()).unwrap();
        noise.poll(&mut recorder).unwrap();
        notes.extend(recorder.notes());
    }
    assert!(matches!(notes[..], [Note::LargeLog { size }] if size > 64 * MIB), "{notes:?}");
    drop((hanging, another));
    (0..130).for_each(|_| noise.poll(&mut recorder).unwrap());
    assert!(log() <= 16 * MIB, "{}", log());
    assert_eq!(recorder.notes(), []);
    check(&path, std::time::UNIX_EPOCH, &noise.kept).unwrap();
}
