//! Which rows a recording has: gaps, late polls, delays, ranges, damage.

use std::time::{Duration, UNIX_EPOCH};

use mmstats::{Counter, Field, MmStats, UpDownCounter, Watch};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::recorded::{Recorded, SECOND};
use crate::tools::{lines, pollstats};

#[derive(MmStats)]
struct Jobs {
    done: Counter,
    busy: UpDownCounter,
}

/// Ten jobs are done before each poll; `each` is told its number, and returns the time before it.
fn recorded(polls: u32, mut each: impl FnMut(u32, &mut Recorded) -> Duration) -> Recorded {
    let directory = TempDir::new().unwrap();
    let stats = Jobs::options().path(directory.path()).create().unwrap();
    stats.busy.add(3);
    let mut watch = Watch::new([directory.path()]);
    let mut recorded = Recorded::new();
    for poll in 0..polls {
        let after = each(poll, &mut recorded);
        stats.done.add(10);
        recorded.poll(&mut watch, after);
    }
    recorded.finish();
    recorded
}

/// Seconds since the first poll, and what stands behind them.
fn since(first: u64, lines: &[String]) -> Vec<String> {
    let row = |line: &String| {
        let (time, rest) = line.split_once(',').unwrap();
        format!("{},{rest}", time.parse::<u64>().unwrap() - first)
    };
    lines[1..].iter().map(row).collect()
}

/// When the first poll of a recording is that begins with a second.
const FIRST: u64 = 1_700_000_001;

#[test]
fn nothing_is_computed_across_a_gap() {
    let recorded = recorded(5, |poll, recorded| {
        if poll == 3 {
            recorded.start();
            recorded.pass(3600 * SECOND);
        }
        SECOND
    });
    let path = recorded.path();
    let gap = "nothing was recorded from 2023-11-14 22:13:23.000 +00:00 to 2023-11-14 23:13:24.000";
    for (options, behind) in
        [(&[][..], "3603,,3"), (&["--delta"], "3603,,3"), (&["--change"], "3603,,")]
    {
        let options = [&["-o", "csv", "done,busy"], options].concat();
        let (lines, stderr) = lines(pollstats(&path, &options));
        let rows = since(FIRST, &lines);
        assert_eq!((rows.len(), rows[2].as_str()), (4, behind), "{rows:?}");
        assert!(rows[1].starts_with("2,10") && rows[3].starts_with("3604,10"), "{rows:?}");
        assert!(stderr.contains(gap) && stderr.lines().count() == 1, "{stderr}");
    }
    let (lines, _) = lines(pollstats(&path, &["done"]));
    let cells: Vec<_> = lines[2..].iter().map(|line| line.trim()).collect();
    assert_eq!(cells, ["10.0", "10.0", "-", "10.0"]);
}

#[test]
fn the_rate_of_a_late_poll_is_over_the_time_that_passed() {
    let recorded = recorded(4, |poll, _| if poll == 2 { 4 * SECOND } else { SECOND });
    let (lines, stderr) = lines(pollstats(&recorded.path(), &["-o", "csv", "done"]));
    assert_eq!(since(FIRST, &lines), ["1,10.0", "5,2.5", "6,10.0"]);
    assert_eq!(stderr, "");
}

#[test]
fn a_delay_joins_polls_and_loses_no_count() {
    let directory = TempDir::new().unwrap();
    let mut stats = None;
    let mut watch = Watch::new([directory.path()]);
    let kept = Jobs::options().path(directory.path()).create().unwrap();
    let mut recorded = Recorded::new();
    for poll in 0..30 {
        kept.done.add(1);
        match poll % 4 {
            1 => stats = Some(Jobs::options().path(directory.path()).create().unwrap()),
            // Removed before a row that doesn't see it.
            3 => stats = None,
            _ => {}
        }
        if let Some(stats) = &stats {
            stats.done.add(100);
        }
        recorded.poll(&mut watch, SECOND);
    }
    recorded.finish();
    let sum = |options: &[&str]| {
        let options = [&["-o", "csv", "--delta", "done"], options].concat();
        let (lines, stderr) = lines(pollstats(&recorded.path(), &options));
        assert_eq!(stderr, "");
        let cells = lines[1..].iter().map(|line| line.split(',').nth(1).unwrap());
        (lines.len() - 1, cells.map(|cell| cell.parse::<u64>().unwrap()).sum::<u64>())
    };
    let (rows, all) = sum(&[]);
    assert_eq!((rows, all), (29, 29 + 7 * 200 + 100));
    let (rows, joined) = sum(&["-d", "7"]);
    // The last poll with a row is the 29th.
    assert_eq!((rows, joined), (4, 28 + 7 * 200));
    assert_eq!(sum(&["-d", "0.1"]), (29, all));
    assert_eq!(sum(&["-c", "3"]).0, 3);
}

#[test]
fn from_is_inclusive_and_to_is_exclusive() {
    let path = recorded(10, |_, _| SECOND);
    let times = |options: &[&str]| {
        let found = pollstats(&path.path(), &[&["-o", "csv", "done"], options].concat());
        let rows = since(FIRST, &lines(found).0);
        rows.iter().map(|row| row.split(',').next().unwrap().parse().unwrap()).collect::<Vec<u64>>()
    };
    // The first poll is the baseline.
    assert_eq!(times(&["--from", "@1700000004"]), [4, 5, 6, 7, 8, 9]);
    assert_eq!(times(&["--from", "@1700000003.5", "--to", "@1700000007"]), [4, 5]);
    assert_eq!(times(&["--from", "2023-11-14T22:13:27Z", "--to", "2023-11-14 22:13:30"]), [7, 8]);
    assert_eq!(times(&["--from", "-3s"]), [7, 8, 9]);
    let nothing = pollstats(&path.path(), &["--from", "@1800000000"]);
    assert_eq!(nothing.code, Some(1));
    assert_eq!(nothing.stderr, "pollstats: no stats files were recorded at that time\n");
}

#[test]
fn what_is_damaged_is_reported_and_the_rest_is_shown() {
    let recorded = recorded(200, |_, _| SECOND);
    let path = recorded.path();
    let connection = Connection::open(&path).unwrap();
    // The second span, of which a reader needs the times.
    let damage =
        "UPDATE spans SET times = x'00' WHERE id = (SELECT id FROM spans LIMIT 1 OFFSET 1)";
    assert_eq!(connection.execute(damage, ()).unwrap(), 1);
    drop(connection);
    let (lines, stderr) = lines(pollstats(&path, &["-o", "csv", "done"]));
    let (damaged, gap) = stderr.split_once('\n').unwrap();
    let place = "after 2023-11-14 22:14:20.000 +00:00: damaged row 2 of spans";
    assert!(damaged.starts_with("pollstats: /") && damaged.contains(place), "{stderr}");
    assert!(gap.is_empty() || gap.contains("nothing was recorded from"), "{stderr}");
    assert!(lines.len() > 59, "{}", lines.len());
    assert!(since(FIRST, &lines).iter().all(|row| row.ends_with(",10.0") || row.ends_with(',')));
    assert_eq!(recorded.wall, UNIX_EPOCH + Duration::from_secs(1_700_000_200));
}

#[test]
fn a_list_has_the_stats_of_all_files_in_the_range() {
    let directory = TempDir::new().unwrap();
    let mut watch = Watch::new([directory.path()]);
    let (mut recorded, mut present) = (Recorded::new(), Vec::new());
    for (poll, label) in ["a", "b", "c", "d"].into_iter().enumerate() {
        if poll == 2 {
            present.remove(0);
        }
        let stats = Jobs::options().path(directory.path()).create().unwrap();
        let added: Counter = stats.add(Counter::named(label)).unwrap();
        added.incr();
        present.push(stats);
        recorded.poll(&mut watch, SECOND);
    }
    recorded.finish();
    let listed = |options: &[&str]| {
        let found = pollstats(&recorded.path(), &[&["--list", "-o", "csv"], options].concat());
        lines(found).0[1..].join("\n")
    };
    assert_eq!(listed(&["?"]), "a,counter,1,,\nb,counter,1,,\nc,counter,1,,\nd,counter,1,,");
    assert_eq!(listed(&["done"]), "done,counter,4,,");
    assert_eq!(
        listed(&["--from", "-1s", "--alive", "?"]),
        "b,counter,1,,\nc,counter,1,,\nd,counter,1,,"
    );
}
