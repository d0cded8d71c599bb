//! `recstats export`: its formats, gaps, steps.

use std::fs;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mmstats_testing::command::Run;
use mmstats_testing::exposition::assert_open_metrics;

use crate::made::{Making, SECOND};
use crate::run_on;

/// `@1795252440`
fn begin() -> SystemTime {
    UNIX_EPOCH + Duration::from_mins(29_920_874)
}

/// The times and values of a CSV of one stat.
fn points(csv: &str) -> Vec<(String, String)> {
    let point = |line: &str| {
        let (time, rest) = line.split_once(',').unwrap();
        (time.to_owned(), rest.rsplit(',').next().unwrap().to_owned())
    };
    csv.lines().skip(1).map(point).collect()
}

#[test]
fn csv_has_a_line_for_each_number_and_one_without_in_a_gap() {
    let mut making = Making::begin(begin());
    for _ in 0..2 {
        making.stats.done.add(3);
        making.poll();
    }
    making.restart();
    making.pass(9 * SECOND);
    making.poll();
    making.finish();
    let Run { code, stdout, .. } = run_on("export", &making.path(), &["-l", "made.done"]);
    assert_eq!(code, Some(0));
    let header = "time,path,pid,alive,label,component,kind,unit,type,value";
    assert_eq!(stdout.lines().next(), Some(header));
    let second = stdout.lines().nth(1).unwrap();
    assert!(second.ends_with(",true,made.done,,counter,jobs,Q,3"), "{second}");
    let point = |time: &str, value: &str| (time.to_owned(), value.to_owned());
    let expected = [
        point("1795252440", "3"),
        point("1795252441", "6"),
        point("1795252446", ""),
        point("1795252451", "6"),
    ];
    assert_eq!(points(&stdout), expected);
    // A timer has a line a component.
    let components = run_on("export", &making.path(), &["-l", "made.job", "--to", "@1795252441"]);
    assert!(components.stdout.lines().any(|line| line.contains(",made.job,count,timer,")));
}

#[test]
fn a_part_begins_with_its_first_moment_and_ends_before_its_last() {
    let mut making = Making::begin(begin());
    for _ in 0..20 {
        making.stats.done.add(1);
        making.poll();
    }
    making.finish();
    let values = |arguments: &[&str]| -> String {
        let arguments = [&["-l", "made.done"], arguments].concat();
        let csv = run_on("export", &making.path(), &arguments).stdout;
        let values: Vec<_> = points(&csv).into_iter().map(|(_, value)| value).collect();
        values.join(" ")
    };
    assert_eq!(values(&["--from", "@1795252442", "--to", "@1795252444"]), "3 4");
    assert_eq!(values(&["--from", "2026-11-21T09:14:02Z", "--to", "2026-11-21 09:14:04"]), "3 4");
    assert_eq!(values(&["--from", "-1s"]), "19 20");
    assert_eq!(values(&["--step", "5s"]), "1 6 11 16");
    assert_eq!(values(&["--step", "5s", "--from", "@1795252443"]), "4 6 11 16");
    let Run { code, stderr, .. } =
        run_on("export", &making.path(), &["--from", "@1", "--to", "@2"]);
    assert_eq!((code, &*stderr), (Some(1), "recstats: no poll is in this time\n"));
    let Run { code, stderr, .. } = run_on("export", &making.path(), &["-l", "nothing"]);
    assert_eq!((code, &*stderr), (Some(1), "recstats: no stat matches\n"));
}

#[test]
fn openmetrics_are_sorted_by_metric_and_have_an_end() {
    let mut making = Making::begin(begin());
    for number in 1..=3 {
        making.stats.done.add(2);
        making.stats.by_guest.add(1);
        making.stats.busy.set(number);
        making.stats.job.record(SECOND / 4);
        making.stats.sizes.record(5);
        making.poll();
    }
    making.finish();
    let text = run_on("export", &making.path(), &["-o", "openmetrics", "-l", "made.[!os]*"]).stdout;
    let labels = format!("\",pid=\"{}\",tid=\"", std::process::id());
    let lines: Vec<_> = text.lines().filter(|line| !line.starts_with('#')).collect();
    let families: Vec<_> = lines.iter().map(|line| line.split('{').next().unwrap()).collect();
    let expected = [
        ["made_busy"; 3].as_slice(),
        &["made_by_user_total"; 3],
        &["made_done_jobs_total"; 3],
        &["made_job_seconds_sum", "made_job_seconds_count"].repeat(3),
    ];
    assert_eq!(families, expected.concat(), "{text}");
    assert!(lines[0].contains("{cmd=\"recstats") && lines[0].contains(&labels), "{}", lines[0]);
    assert!(lines[3].contains(",user=\"guest\"} 1 1795252440.000"), "{}", lines[3]);
    assert!(lines[8].ends_with("} 6 1795252442.000"), "{}", lines[8]);
    assert!(lines[13].ends_with("} 0.75 1795252442.000"), "{}", lines[13]);
    assert!(text.ends_with("\n# EOF\n"));
    // The strict parser takes the second time of a histogram for a repetition, so there is one.
    let all = run_on("export", &making.path(), &["-o", "openmetrics", "--step", "1h"]).stdout;
    assert!(all.contains("made_sizes_bytes_bucket{"), "{all}");
    assert_open_metrics(&all);
}

#[test]
fn a_file_is_replaced_only_by_a_whole_export() {
    let mut making = Making::begin(begin());
    making.poll();
    making.finish();
    let out = making.directory.path().join("out.om");
    fs::write(&out, "before").unwrap();
    let to = ["-o", "openmetrics", "--file", out.to_str().unwrap()];
    let nothing = run_on("export", &making.path(), &[&to[..], &["-l", "nothing"]].concat());
    assert_eq!((nothing.code, fs::read_to_string(&out).unwrap()), (Some(1), "before".to_owned()));
    assert_eq!(run_on("export", &making.path(), &to).code, Some(0));
    assert!(fs::read_to_string(&out).unwrap().ends_with("# EOF\n"));
    let path = making.path();
    let itself = run_on("export", &path, &["--file", path.to_str().unwrap()]);
    assert!(itself.code == Some(2) && itself.stderr.contains("this is the recording"));
}

#[test]
fn polls_after_the_clock_was_set_back_are_left_out_of_openmetrics() {
    let mut making = Making::begin(begin());
    for step in 0..6 {
        making.stats.done.add(1);
        if step == 3 {
            making.wall -= 2 * SECOND;
        }
        making.poll();
    }
    making.finish();
    let arguments = ["-o", "openmetrics", "-l", "made.done"];
    let Run { code, stdout, stderr } = run_on("export", &making.path(), &arguments);
    assert_eq!(code, Some(0));
    let warning = "recstats: warning: 2 polls are left out, as the clock had been set back before \
                   them\n";
    assert_eq!(stderr, warning);
    let lines: Vec<_> = stdout.lines().filter(|line| !line.starts_with('#')).collect();
    let ends = ["1 1795252440.000", "2 1795252441.000", "3 1795252442.000", "6 1795252443.000"];
    assert!(lines.iter().zip(ends).all(|(line, end)| line.ends_with(end)), "{stdout}");
    assert_eq!(lines.len(), 4, "{stdout}");
    // In CSV all are there, as they were recorded.
    assert_eq!(points(&run_on("export", &making.path(), &arguments[2..]).stdout).len(), 6);
}
