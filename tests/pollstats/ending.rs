//! Programs that end between two polls: what they counted last is in the next row.

use std::path::PathBuf;
use std::process::Command;
use std::time::SystemTime;

use mmstats::{Counter, Field, Gauge, Published, UpDownCounter};
use mmstats_testing::command::within;

use crate::{Running, command, counter, folder, publish};

const ARGUMENTS: [&str; 5] = ["--delta", "-o", "csv", "-d", "0.02"];

/// Polls these fields; the baseline has been taken.
fn start(more: &[&str]) -> Running {
    let running = Running::start(&[&ARGUMENTS[..], more].concat());
    assert!(running.line().starts_with("time,"));
    running
}

/// Rows until one arrives whose poll began after this call, each without its time.
fn rows(running: &Running) -> Vec<Vec<String>> {
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs_f64();
    let mut rows = Vec::new();
    loop {
        let mut cells = running.cells();
        let time: f64 = cells.remove(0).parse().unwrap();
        rows.push(cells);
        if time > now + 0.001 {
            return rows;
        }
    }
}

/// A program that has counted a million, and its counter.
fn program(folder: &std::path::Path) -> (Published<()>, Counter) {
    let stats = publish(folder);
    let done = counter(&stats, "done");
    done.add(1_000_000);
    (stats, done)
}

#[test]
fn the_last_counts_are_in_the_next_row() {
    let (folder, path) = folder();
    let (stats, done) = program(folder.path());
    let running = start(&["-v", "jobs.done", &path]);
    assert_eq!(running.sum_until_now(), 0);
    let file = stats.path().unwrap().display().to_string();
    running.while_stopped(|| {
        done.add(500);
        drop(stats);
    });
    assert_eq!(running.sum_until_now(), 500);
    assert_eq!(running.cells()[1], "", "no file has it");
    let (_, _, stderr) = running.interrupt();
    assert_eq!(stderr, format!("pollstats: {file} disappeared\n"));
}

#[test]
fn of_two_programs_the_one_that_ends_counts_once_more_and_is_no_longer() {
    let (folder, path) = folder();
    let [(ends, last), (stays, done)] = [(); 2].map(|()| program(folder.path()));
    let _busy = [(&ends, 3), (&stays, 2)].map(|(stats, value)| {
        let busy: Gauge<u32> = stats.add(Gauge::<u32>::named("busy").initial(value)).unwrap();
        busy
    });
    let running = start(&["jobs.done,jobs.busy", &path]);
    assert_eq!(running.cells()[1..], ["0", "5"]);
    running.while_stopped(|| {
        last.add(500);
        done.add(20);
        drop(ends);
    });
    let rows = rows(&running);
    let sum: u64 = rows.iter().map(|row| row[0].parse::<u64>().unwrap()).sum();
    assert_eq!(sum, 520);
    assert_eq!(rows.last().unwrap()[1], "2");
    done.add(1);
    assert_eq!(running.sum_until_now(), 1);
}

#[test]
fn a_removed_file_has_a_last_row_of_its_own() {
    let (folder, path) = folder();
    let [(ends, last), (stays, _done)] = [(); 2].map(|()| program(folder.path()));
    let name = |stats: &Published<()>| stats.path().unwrap().display().to_string();
    let (ending, staying) = (name(&ends), name(&stays));
    let running = start(&["--per-file", "jobs.done", &path]);
    let text = Running::start(&["--per-file", "-d", "0.02", "jobs.done", &path]);
    while !text.line().ends_with('0') {}
    running.while_stopped(|| {
        last.add(500);
        drop(ends);
    });
    while !text.line().contains(".mmstats [removed]") {}
    let rows = rows(&running);
    let of = |name: &str| -> Vec<_> { rows.iter().filter(|row| row[0] == name).collect() };
    let sum: u64 = of(&ending).iter().map(|row| row[2].parse::<u64>().unwrap()).sum();
    assert_eq!((sum, &*of(&ending).last().unwrap()[1]), (500, "false"), "{rows:?}");
    assert!(of(&staying).iter().all(|row| row[1..] == ["true", "0"]), "{rows:?}");
    let later = [running.cells(), running.cells()];
    assert!(later.iter().all(|row| row[1] == staying), "{later:?}");
}

#[test]
fn with_alive_the_last_counts_of_the_living_count_and_a_dead_program_s_file_goes_unseen() {
    let (folder, path) = folder();
    let (stats, done) = program(folder.path());
    // A copy is mapped by nobody, like the file of a killed program.
    let dead: PathBuf = folder.path().join("killed.mmstats");
    std::fs::copy(stats.path().unwrap(), &dead).unwrap();
    let running = start(&["--alive", "--per-file", "jobs.done", &path]);
    running.cells();
    running.while_stopped(|| {
        done.add(500);
        drop(stats);
        std::fs::remove_file(&dead).unwrap();
    });
    let (mut sum, mut cells) = (0, running.cells());
    while sum == 0 {
        assert!(!cells[1].contains("killed"), "{cells:?}");
        sum += cells[3].parse::<u64>().unwrap();
        if sum == 0 {
            cells = running.cells();
        }
    }
    assert_eq!(sum, 500);
    let (_, rest, _) = running.interrupt();
    assert!(rest.iter().all(|row| !row.contains("killed")), "{rest:?}");
}

#[test]
fn a_filter_leaves_out_the_last_counts_too() {
    let (folder, path) = folder();
    let programs = [1_u64, 2].map(|number| {
        let (stats, done) = program(folder.path());
        let shard: Gauge<u64> = stats.add(Gauge::<u64>::named("shard").initial(number)).unwrap();
        (stats, done, shard)
    });
    let running = start(&["-f", "shard=2", "jobs.done", &path]);
    running.while_stopped(|| {
        let [one, two] = programs;
        one.1.add(7);
        two.1.add(500);
        drop((one, two));
    });
    assert_eq!(running.sum_until_now(), 500);
}

#[test]
fn what_rises_and_falls_again_has_not_changed() {
    let (folder, path) = folder();
    let stats = publish(folder.path());
    let waiting: UpDownCounter = stats.add(UpDownCounter::named("waiting")).unwrap();
    let running = start(&["--change", "jobs.waiting", &path]);
    let change = |running: &Running| -> i64 {
        rows(running).iter().map(|row| row[0].parse::<i64>().unwrap_or(0)).sum()
    };
    waiting.add(7);
    assert_eq!(change(&running), 7);
    running.while_stopped(|| {
        waiting.add(-7);
        drop(stats);
    });
    assert_eq!(change(&running), -7);
}

/// The usual soft limit may be less than there are files.
#[test]
fn more_files_than_the_soft_limit_of_descriptors() {
    const FILES: usize = 200;
    let (folder, path) = folder();
    let programs: Vec<_> = (0..FILES).map(|_| program(folder.path())).collect();
    let mut limited = Command::new("sh");
    limited.arg("-c").arg("ulimit -Sn 64; exec \"$0\" \"$@\"");
    let mut tool = command();
    tool.args(ARGUMENTS).args(["jobs.done", &path]);
    let running = Running::of(&mut within(limited, &tool));
    assert!(running.line().starts_with("time,"));
    running.while_stopped(|| {
        for (stats, done) in programs {
            done.add(10);
            drop(stats);
        }
    });
    assert_eq!(running.sum_until_now(), 10 * FILES as u64);
}
