//! Parts of recordings.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use mmstats::Watch;
use mmstats_recording::{Cut, Recorder, Recording, RecordingError, Settings};
use mmstats_testing::random::{Random, seed};
use mmstats_testing::sameness::same_update;
use mmstats_testing::world::World;
use mmstats_testing::world::step::Step;
use rusqlite::Connection;
use tempfile::TempDir;

use crate::fixture::{Fixture, SECOND, replayed};

/// A recording of many steps with a restart, of which the last span is open.
fn recorded(polls: usize) -> Fixture {
    let mut random = Random::new(seed());
    let mut world = World::new(&std::env::temp_dir());
    let mut fixture = Fixture::new();
    let mut watch = Watch::new(world.locations());
    for poll in 0..polls {
        if poll == polls / 3 {
            fixture.start();
            fixture.clocks.pass(300 * SECOND);
            watch = Watch::new(world.locations());
        }
        world.apply(Step::any(&mut random));
        fixture.poll(&mut watch).unwrap();
    }
    fixture
}

struct Target {
    directory: TempDir,
}

impl Target {
    fn new() -> Self {
        Self { directory: TempDir::new().unwrap() }
    }

    fn path(&self) -> PathBuf {
        self.directory.path().join("cut")
    }

    fn files(&self) -> Vec<String> {
        let files = fs::read_dir(self.directory.path()).unwrap();
        files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect()
    }
}

fn cut(
    from: &Path,
    range: std::ops::Range<SystemTime>,
    into: &Path,
) -> Result<Cut, RecordingError> {
    Recording::open(from)?.cut(range, into)
}

/// How many updates there are, which are the same in both.
fn same_replay(found: &Path, expected: &Path, range: std::ops::Range<SystemTime>) -> usize {
    let (found, errors) = replayed(found, range.clone());
    assert!(errors.is_empty(), "{errors:?}");
    let (expected, _) = replayed(expected, range);
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(&expected) {
        same_update(&found.update(), &expected.update()).unwrap();
    }
    found.len()
}

#[test]
fn a_part_is_replayed_as_the_whole() {
    let fixture = recorded(900);
    let kept = &fixture.kept;
    for (from, to) in [(0, 10), (30, 290), (310, 320), (650, 890), (0, 900)] {
        let target = Target::new();
        let range = kept[from].wall..kept[to - 1].wall + SECOND;
        let found = cut(&fixture.path(), range.clone(), &target.path()).unwrap();
        assert!(found.left_out.is_empty(), "{:?}", found.left_out);
        assert_eq!(target.files(), ["cut"]);
        assert_eq!(same_replay(&target.path(), &fixture.path(), range), to - from);
        let info = Recording::open(target.path()).unwrap().info().unwrap();
        assert!(info.damages.is_empty(), "{:?}", info.damages);
        assert!(info.polls < (to - from) as u64 + 700 && info.polls >= (to - from) as u64);
    }
}

#[test]
fn a_copy_has_all_and_can_be_continued() {
    let mut fixture = recorded(200);
    let target = Target::new();
    let whole = SystemTime::UNIX_EPOCH..SystemTime::UNIX_EPOCH + Duration::from_hours(1 << 20);
    let found = cut(&fixture.path(), whole.clone(), &target.path()).unwrap();
    assert_eq!(found.polls, 200);
    assert_eq!(found.bounds, Some((fixture.kept[0].wall, fixture.kept[199].wall)));
    same_replay(&target.path(), &fixture.path(), whole);
    for table in ["events", "recent", "blocks", "minutes", "structures", "stretches", "about"] {
        let count = |path: &Path| {
            let sql = format!("SELECT count(*) FROM {table}");
            let connection = Connection::open(path).unwrap();
            connection.query_row(&sql, (), |row| row.get::<_, i64>(0)).unwrap()
        };
        assert_eq!(count(&target.path()), count(&fixture.path()), "{table}");
    }
    fixture.recorder = Some(Recorder::new(target.path(), &Settings::new(SECOND)).unwrap());
    fixture.clocks.pass(SECOND);
    fixture.poll(&mut Watch::new([target.directory.path()])).unwrap();
    assert_eq!(replayed(&target.path(), ..).0.len(), 201);
}

#[test]
fn nothing_is_overwritten_and_nothing_half_stays() {
    let fixture = recorded(10);
    let target = Target::new();
    let first = fixture.kept[0].wall;
    // The file itself, and another.
    let before = fs::read(fixture.path()).unwrap();
    fs::write(target.path(), "mine").unwrap();
    for into in [fixture.path(), target.path()] {
        let error = cut(&fixture.path(), first..first + SECOND, &into).unwrap_err();
        assert_eq!(error.to_string(), "File exists (os error 17)");
    }
    assert_eq!(fs::read(fixture.path()).unwrap(), before);
    assert_eq!(fs::read(target.path()).unwrap(), b"mine");
    fs::remove_file(target.path()).unwrap();
    let error = cut(&fixture.path(), first - SECOND..first, &target.path()).unwrap_err();
    assert_eq!(error.to_string(), "out of range: nothing was recorded in this time");
    assert!(target.files().is_empty());
}
