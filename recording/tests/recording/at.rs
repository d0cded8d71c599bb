//! All files at one moment.

use std::time::{Duration, SystemTime};

use mmstats::{Counter, MmStats, ReadError, Update, UpdateParts, Watch, WatchedFile};
use mmstats_recording::{Recording, Settings, Snapshot};
use mmstats_testing::kept_update::KeptUpdate;
use mmstats_testing::random::{Random, seed};
use mmstats_testing::sameness::same_update;
use mmstats_testing::world::World;
use mmstats_testing::world::step::Step;
use tempfile::TempDir;

use crate::fixture::{Fixture, SECOND, check};

#[derive(MmStats)]
struct Jobs {
    done: Counter,
}

fn at(fixture: &Fixture, wall: SystemTime) -> Option<Snapshot> {
    let recording = Recording::open(fixture.path()).unwrap();
    recording.at(wall).unwrap()
}

/// An update of nothing but files.
fn of_files<'a>(files: impl Iterator<Item = &'a WatchedFile>) -> Update<'a> {
    let mut parts = UpdateParts::new(Duration::ZERO, SystemTime::UNIX_EPOCH);
    parts.files.extend(files);
    parts.into()
}

#[track_caller]
fn is_poll(found: &Snapshot, expected: &KeptUpdate) {
    let update = expected.update();
    let difference = same_update(&of_files(found.files.iter()), &of_files(update.files()));
    let texts = |error: &ReadError| (error.path().to_owned(), error.reason());
    let errors: Vec<_> = found.file_errors.iter().map(texts).collect();
    assert_eq!(errors, update.all_errors().map(texts).collect::<Vec<_>>());
    assert_eq!((difference, found.wall), (Ok(()), expected.wall));
    assert!(found.errors.is_empty(), "{:?}", found.errors);
}

/// A recording of one file.
fn recorded(mut each: impl FnMut(&mut Fixture, usize), polls: usize) -> (TempDir, Fixture) {
    let directory = TempDir::new().unwrap();
    let stats = Jobs::options().path(directory.path()).create().unwrap();
    let mut watch = Watch::new([directory.path()]);
    let mut fixture = Fixture::new();
    for poll in 0..polls {
        each(&mut fixture, poll);
        stats.done.add(1);
        fixture.poll(&mut watch).unwrap();
    }
    (directory, fixture)
}

#[test]
fn each_moment_of_random_steps_is_found_again() {
    let mut random = Random::new(seed());
    let mut world = World::new(&std::env::temp_dir());
    let mut fixture = Fixture::new();
    let mut watch = Watch::new(world.locations());
    for _ in 0..700 {
        world.apply(Step::any(&mut random));
        fixture.poll(&mut watch).unwrap();
    }
    let recording = Recording::open(fixture.path()).unwrap();
    let ends = (fixture.kept[0].wall, fixture.kept[699].wall);
    assert_eq!(recording.bounds().unwrap(), Some(ends));
    for kept in fixture.kept.iter().step_by(7) {
        let found = recording.at(kept.wall + SECOND / 2).unwrap().unwrap();
        is_poll(&found, kept);
        assert_eq!((found.gap, found.is_rolled_up), (None, false));
    }
    assert!(recording.at(ends.0 - Duration::from_nanos(1)).unwrap().is_none());
}

#[test]
fn of_a_time_without_blocks_it_is_the_end_of_the_span() {
    let mut random = Random::new(seed());
    let mut world = World::new(&std::env::temp_dir());
    let mut settings = Settings::new(SECOND);
    settings.fine = 130 * SECOND;
    let mut fixture = Fixture::with(settings);
    let mut watch = Watch::new(world.locations());
    for _ in 0..700 {
        world.apply(Step::any(&mut random));
        fixture.poll(&mut watch).unwrap();
    }
    let recording = Recording::open(fixture.path()).unwrap();
    for poll in (0..700).step_by(13) {
        let found = recording.at(fixture.kept[poll].wall).unwrap().unwrap();
        let expected = if poll < FINE { poll / 60 * 60 + 59 } else { poll };
        is_poll(&found, &fixture.kept[expected]);
        assert_eq!((found.gap, found.is_rolled_up), (None, expected != poll), "{poll}");
    }
    // The first span with blocks doesn't say everything, but what is left before it does.
    check(&fixture.path(), SystemTime::UNIX_EPOCH, &fixture.kept[FINE..]).unwrap();
    let has_expired = |range| recording.updates(range).unwrap().has_expired();
    assert!(has_expired(fixture.kept[FINE - 1].wall..));
    assert!(!has_expired(fixture.kept[FINE].wall..));
    let middle = fixture.kept[FINE + 30].wall;
    check(&fixture.path(), middle, &fixture.kept[FINE + 30..]).unwrap();
}

/// The first poll of the test above that is less than 130 s old when its span has ended.
const FINE: usize = 540;

#[test]
fn nothing_is_in_an_empty_recording() {
    let fixture = Fixture::new();
    let recording = Recording::open(fixture.path()).unwrap();
    assert_eq!(recording.bounds().unwrap(), None);
    assert!(at(&fixture, SystemTime::now()).is_none());
}

#[test]
fn in_a_gap_it_is_the_last_poll_before() {
    let (_directory, fixture) = recorded(
        |fixture, poll| match poll {
            70 => {
                fixture.start();
                fixture.clocks.pass(100 * SECOND);
            }
            // A late poll isn't one.
            80 => fixture.clocks.pass(30 * SECOND),
            _ => {}
        },
        90,
    );
    let wall = |poll: usize| fixture.kept[poll].wall;
    for passed in [1, 50, 100] {
        let found = at(&fixture, wall(69) + passed * SECOND).unwrap();
        is_poll(&found, &fixture.kept[69]);
        assert_eq!(found.gap, Some((wall(69), Some(wall(70)))));
    }
    let found = at(&fixture, wall(79) + 20 * SECOND).unwrap();
    is_poll(&found, &fixture.kept[79]);
    assert_eq!(found.gap, None);
    // The next poll isn't due yet, and then it is.
    let last = wall(89);
    for (passed, gap) in [(0, None), (2, None), (3, Some((last, None)))] {
        let found = at(&fixture, last + passed * SECOND).unwrap();
        is_poll(&found, &fixture.kept[89]);
        assert_eq!(found.gap, gap, "{passed}");
    }
}

#[test]
fn of_two_polls_at_a_time_it_is_the_later_one() {
    let (_directory, fixture) = recorded(
        |fixture, poll| {
            if poll == 100 {
                fixture.clocks.wall -= 40 * SECOND;
            }
        },
        120,
    );
    let wall = |poll: usize| fixture.kept[poll].wall;
    for (asked, expected) in [(59, 59), (60, 100), (70, 110), (79, 119), (80, 80)] {
        let found = at(&fixture, wall(asked)).unwrap();
        is_poll(&found, &fixture.kept[expected]);
        assert_eq!(found.gap, None);
    }
}
