//! Absent values: of dead programs, of unset timestamps, of threads that publish nothing.

use std::fs;
use std::path::Path;
use std::process::Command;

use mmstats::{
    Aggregate, Average, Field, Gauge, Histogram, Options, Published, StatsFile, Timestamp,
    UpDownCounter,
};
use mmstats_testing::foreign::{Foreign, foreign, writer_like};
use serde_json::{Value, json};

use crate::{Running, counter, folder, pollstats, publish, text};

/// The values of one row of CSV, without its time.
fn row(arguments: &[&str]) -> String {
    let output = pollstats(&[&["-c", "1", "-d", "0.01", "-o", "csv"], arguments].concat());
    let lines = text(&output.stdout);
    lines.lines().last().unwrap().split_once(',').unwrap().1.to_owned()
}

/// One row of JSON.
fn record(arguments: &[&str]) -> Value {
    let output = pollstats(&[&["-c", "1", "-d", "0.01", "-o", "json"], arguments].concat());
    serde_json::from_slice(&output.stdout).unwrap()
}

fn gauge(stats: &Published<()>, label: &'static str, how: Aggregate, value: u32) {
    let gauge: Gauge<u32> = stats.add(Gauge::<u32>::named(label).aggregate(how)).unwrap();
    gauge.set(value);
}

/// A copy is mapped by nobody, like the file of a killed program.
fn killed(stats: &Published<()>, folder: &Path) -> String {
    let path = folder.join("killed.mmstats");
    fs::copy(stats.path().unwrap(), &path).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn a_dead_program_s_state_is_not_included() {
    let (folder, path) = folder();
    let stats = publish(folder.path());
    gauge(&stats, "busy", Aggregate::Sum, 3);
    gauge(&stats, "peak", Aggregate::Max, 9);
    let dead = killed(&stats, folder.path());
    let only_dead = Options::dynamic("Jobs").path(folder.path()).prefix("jobs.").create().unwrap();
    gauge(&only_dead, "lost", Aggregate::Sum, 7);
    fs::copy(only_dead.path().unwrap(), folder.path().join("other.mmstats")).unwrap();
    drop(only_dead);

    let fields = "jobs.busy,jobs.peak,jobs.lost";
    assert_eq!(row(&[fields, &path]), "3,9,");
    let shown = text(&pollstats(&["-c", "1", "-d", "0.01", fields, &path]).stdout);
    let words: Vec<_> = shown.lines().last().unwrap().split_whitespace().collect();
    assert_eq!(words, ["3", "9", "-"], "no value now; `?` would be a label that no file has");

    // Each file's own value is shown, with a mark.
    let files =
        text(&pollstats(&["-c", "1", "-d", "0.01", "--per-file", "jobs.busy", &path]).stdout);
    let marked = files.lines().filter(|line| line.contains(".mmstats [dead]")).count();
    assert_eq!(
        (marked, files.lines().filter(|line| line.ends_with("  3")).count()),
        (1, 2),
        "{files}"
    );
    let alive = |file: &str| {
        let record = record(&["--per-file", "jobs.busy", file]);
        (record["alive"].clone(), record["values"]["jobs.busy"].clone())
    };
    assert_eq!(alive(&dead), (json!(false), json!(3)));
    assert_eq!(alive(stats.path().unwrap().to_str().unwrap()), (json!(true), json!(3)));
    assert_eq!(row(&["--per-file", "jobs.busy", &dead]), format!("{dead},false,3"));

    let files = text(
        &pollstats(&["-c1", "-d.01", "--per-file", "--alive", "-o", "csv", fields, &path]).stdout,
    );
    assert_eq!(files.lines().count(), 2, "{files}");
    let list = text(&pollstats(&["--list", "--alive", "-o", "csv", &path]).stdout);
    assert!(list.contains("jobs.busy,gauge,1,") && !list.contains("jobs.lost"), "{list}");
    let nobody = pollstats(&["-c1", "-d.01", "--alive", "jobs.busy", &dead]);
    assert!(text(&nobody.stderr).contains("no program is alive"));
    assert_eq!(nobody.status.code(), Some(1));
}

#[test]
fn an_up_down_counter_is_the_sum_over_living_programs_or_its_change() {
    let (folder, path) = folder();
    let [raises, lowers] = [(); 2].map(|()| {
        let stats = publish(folder.path());
        let waiting = UpDownCounter::named("waiting").unit("jobs");
        let waiting: UpDownCounter = stats.add(waiting).unwrap();
        (stats, waiting)
    });
    raises.1.add(7);
    lowers.1.add(-4);
    killed(&raises.0, folder.path());

    assert_eq!(row(&["jobs.waiting", &path]), "3");
    assert_eq!(row(&["--aggr", "max", "jobs.waiting", &path]), "3", "nothing else means anything");
    assert_eq!(row(&["--delta", "jobs.waiting", &path]), "3", "what it is");
    let shown = text(&pollstats(&["-c", "1", "-d", "0.01", &path]).stdout);
    let lines: Vec<Vec<_>> = shown.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines, [["waiting"], ["jobs"], ["3"]], "it changes, so it is shown by default");
    let files = ["-c1", "-d.01", "--per-file", "jobs.waiting", &path];
    assert!(text(&pollstats(&files).stdout).contains("killed.mmstats [dead]"));

    let changes =
        Running::start(&["--change", "--delta", "-o", "csv", "-d", "0.02", "jobs.waiting", &path]);
    assert_eq!(changes.line(), "time,jobs.waiting.change");
    assert_eq!(changes.cells()[1], "0");
    raises.1.add(2);
    lowers.1.add(-9);
    let mut sum = 0;
    while sum != -7 {
        sum += changes.cells()[1].parse::<i64>().unwrap();
    }
    assert_eq!(row(&["--change", "jobs.waiting", &path]), "0.0", "nothing happened since");
}

#[test]
fn the_mean_of_an_average_is_that_of_the_interval() {
    let (folder, path) = folder();
    let [many, one] = [1.0, 7.0].map(|value| {
        let stats = publish(folder.path());
        let size: Average = stats.add(Average::named("size")).unwrap();
        size.add(value);
        (stats, size)
    });
    let running = Running::start(&["-o", "csv", "-d", "0.05", "jobs.size", &path]);
    assert_eq!(running.line(), "time,jobs.size");
    assert_eq!(running.cells()[1], "", "the baseline isn't new");
    running.while_stopped(|| {
        (0..1000).for_each(|_| many.1.add(1.0));
        one.1.add(1001.0);
    });
    // Stopped in the middle of a poll, it reads one file before and the other one after: then each
    // mean gets its own row.
    let means: Vec<f64> = (0..4).filter_map(|_| running.cells()[1].parse().ok()).collect();
    let whole = [2001.0 / 1001.0];
    assert!(means == whole || means.len() == 2 && means.iter().sum::<f64>() == 1002.0, "{means:?}");
}

#[test]
fn a_percentile_beyond_the_range_is_above_its_end() {
    let (folder, path) = folder();
    let stats = publish(folder.path());
    let sizes: Histogram = stats.add(Histogram::named("sizes").max(1000)).unwrap();
    let shown = |format: &str| {
        let running = Running::start(&["-o", format, "-d", "0.02", "jobs.sizes", &path]);
        // Text has two lines of a header.
        (0..match format {
            "text" => 2,
            "csv" => 1,
            _ => 0,
        })
            .for_each(|_| drop(running.line()));
        running.line();
        (0..9).for_each(|_| sizes.record(1_000_000_000));
        loop {
            let line = running.line();
            if !(line.ends_with('-') || line.ends_with(',') || line.ends_with("null}}")) {
                return line;
            }
        }
    };
    assert_eq!(shown("text").trim(), "> 1,023");
    assert!(shown("csv").ends_with(",inf"));
    assert!(shown("json").ends_with(r#""values":{"jobs.sizes.p99":"inf"}}"#));
}

#[test]
fn an_unset_timestamp_is_never() {
    let (folder, path) = folder();
    let files = [0.0, 1e9].map(|time| {
        let stats = publish(folder.path());
        let first = Timestamp::named("first").aggregate(Aggregate::Min);
        let first: Timestamp = stats.add(first).unwrap();
        first.set(time);
        let _never: Timestamp = stats.add(Timestamp::named("never")).unwrap();
        stats
    });
    assert_eq!(row(&["jobs.first,jobs.never", &path]), "1000000000.0,");
    let never = files[0].path().unwrap().to_str().unwrap();
    let shown = text(&pollstats(&["-c1", "-d.01", "jobs.first,jobs.never", never]).stdout);
    let words: Vec<_> = shown.lines().last().unwrap().split_whitespace().collect();
    assert_eq!(words, ["never", "never"]);
}

/// In a separate process: this one's losses would show in the files of all its tests.
#[test]
fn a_process_whose_threads_publish_nothing_is_reported_once() {
    let (folder, path) = folder();
    let stats = publish(folder.path());
    let identity = StatsFile::read(stats.path().unwrap()).unwrap().identity().unwrap().clone();
    drop(stats);
    let write = |process, file, threads| {
        let writer = writer_like(&identity, |it| {
            it.start_time = process;
        });
        let unpublished = Foreign::new("web.sys.unpublished", 2, "Q", &[threads]);
        let bytes = foreign(&writer, &[unpublished, Foreign::new("web.hits", 1, "Q", &[1])]);
        fs::write(folder.path().join(format!("{process}-{file}.mmstats")), bytes).unwrap();
    };
    for (process, file, threads) in [(1, 1, 2), (1, 2, 3), (2, 1, 1), (3, 1, 0)] {
        write(process, file, threads);
    }
    let expected = format!(
        "TOOL: {path}/1-1.mmstats: 3 threads of this process publish nothing\n\
         TOOL: {path}/2-1.mmstats: 1 thread of this process publishes nothing\n"
    );
    let output = pollstats(&["-c", "3", "-d", "0.01", "web.hits", &path]);
    assert_eq!(text(&output.stderr), expected.replace("TOOL", "pollstats"));
    assert_eq!(output.status.code(), Some(0));

    let slurpstats = Command::new(env!("CARGO_BIN_EXE_slurpstats")).arg(&path).output().unwrap();
    assert_eq!(text(&slurpstats.stderr), expected.replace("TOOL", "slurpstats"));
    assert_eq!(slurpstats.status.code(), Some(0));
}

#[test]
fn a_late_field_has_the_announced_name() {
    let (folder, path) = folder();
    let other = publish(folder.path());
    let running = Running::start(&[
        "--delta",
        "-o",
        "csv",
        "-d",
        "0.01",
        "-p",
        "web.stats",
        "status.2XX",
        &path,
    ]);
    assert_eq!(running.line(), "time,web.stats.status.2XX");
    let stats = Options::dynamic("Web").path(folder.path()).prefix("web.stats.").create().unwrap();
    counter(&stats, "status.2XX").add(5);
    assert_eq!(running.sum_until_now(), 5);
    let (_, _, stderr) = running.interrupt();
    assert!(stderr.contains("no file has web.stats.status.2XX;"), "{stderr}");
    assert!(!stderr.contains("left out"), "{stderr}");
    drop(other);
}

/// A container's program is process 1 each time and writes the same file again.
#[test]
fn the_same_pid_in_the_same_file_later_counts_from_zero() {
    let (folder, path) = folder();
    let stats = publish(folder.path());
    let identity = StatsFile::read(stats.path().unwrap()).unwrap().identity().unwrap().clone();
    drop(stats);
    let file = folder.path().join("web-1-1.mmstats");
    let write = |start_time, hits| {
        let writer = writer_like(&identity, |it| {
            it.pid = 1;
            it.start_time = start_time;
        });
        // Written beside it, so that no poll sees half of it.
        let new = folder.path().join("new");
        fs::write(&new, foreign(&writer, &[Foreign::new("web.hits", 1, "Q", &[hits])])).unwrap();
        fs::rename(&new, &file).unwrap();
    };
    write(10, 3000);
    let running = Running::start(&["--delta", "-o", "csv", "-d", "0.01", "web.hits", &path]);
    assert_eq!(running.line(), "time,web.hits");
    assert_eq!(running.sum_until_now(), 0);
    write(11, 2000);
    assert_eq!(running.sum_until_now(), 2000);
    write(12, 5000);
    assert_eq!(running.sum_until_now(), 5000);
}
