//! What is in a recording.

use std::time::Duration;

use mmstats::{Counter, MmStats, Watch};
use mmstats_recording::{Reason, Recording};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::fixture::{Fixture, SECOND};

#[derive(MmStats)]
struct Jobs {
    done: Counter,
    failed: Counter,
}

const HOUR: Duration = Duration::from_hours(1);

/// A restart after 70 polls, a suspend after 80, a clock that is set back after 90; 200 polls.
fn recorded() -> (TempDir, Fixture) {
    let directory = TempDir::new().unwrap();
    let stats = [(); 3].map(|()| Jobs::options().path(directory.path()).create().unwrap());
    let mut watch = Watch::new([directory.path()]);
    let mut fixture = Fixture::new();
    for poll in 0..200 {
        match poll {
            70 => {
                fixture.start();
                fixture.clocks.pass(100 * SECOND);
            }
            80 => {
                fixture.clocks.wall += HOUR;
                fixture.clocks.boot.time += HOUR;
            }
            90 => fixture.clocks.wall -= 2 * HOUR,
            _ => {}
        }
        stats[poll % 3].done.add(poll as u64);
        stats[0].failed.add(1);
        fixture.poll(&mut watch).unwrap();
    }
    (directory, fixture)
}

#[test]
fn all_is_listed() {
    let (_directory, fixture) = recorded();
    let info = Recording::open(fixture.path()).unwrap().info().unwrap();
    assert!(info.damages.is_empty(), "{:?}", info.damages);
    assert_eq!(info.version.as_deref(), Some(env!("CARGO_PKG_VERSION")));
    assert_eq!(info.interval, Some(SECOND));
    assert!(info.host.is_some() && !info.is_other_byte_order);
    let wall = |poll: usize| fixture.kept[poll].wall;
    assert_eq!(info.bounds, Some((wall(0), wall(199))));
    assert_eq!((info.polls, info.writers), (200, 3));
    // With those that every file has.
    let labels = fixture.kept[0].update().files().next().unwrap().file().stats().len();
    assert_eq!(info.stats, labels as u64);
    let found: Vec<_> = info
        .stretches
        .iter()
        .map(|it| (it.reason.unwrap(), it.first, it.last, it.polls, it.passed, it.is_after_gap()))
        .collect();
    let expected = [
        (Reason::Start, wall(0), wall(69), 70, None, false),
        (Reason::Start, wall(70), wall(79), 10, Some(101 * SECOND), true),
        (Reason::Suspend, wall(80), wall(89), 10, Some(HOUR + SECOND), false),
        (Reason::Clock, wall(90), wall(199), 110, Some(SECOND), false),
    ];
    assert_eq!(found, expected);
}

#[test]
fn sizes_are_those_of_the_rows() {
    let (_directory, mut fixture) = recorded();
    let size = |fixture: &Fixture, table: &str| {
        let sql = format!("SELECT ifnull(sum(length(bytes)), 0) FROM {table}");
        let connection = Connection::open(fixture.path()).unwrap();
        connection.query_row(&sql, (), |row| row.get::<_, u64>(0)).unwrap()
    };
    let info = |fixture: &Fixture| Recording::open(fixture.path()).unwrap().info().unwrap();
    let open = info(&fixture).sizes;
    assert!(open.recent > 0 && open.log > 0 && open.blocks > 0 && open.roll_ups > 0);
    for (found, table) in [
        (open.blocks, "blocks"),
        (open.roll_ups, "minutes"),
        (open.recent, "recent"),
        (open.structures, "structures"),
        (open.events, "events"),
    ] {
        assert_eq!(found, size(&fixture, table), "{table}");
    }
    fixture.recorder.take().unwrap().finish().unwrap();
    let finished = info(&fixture).sizes;
    assert!(finished.recent < open.recent && finished.log == 0);
    assert_eq!(finished.file, std::fs::metadata(fixture.path()).unwrap().len());
}
