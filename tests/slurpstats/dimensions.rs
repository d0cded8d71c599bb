//! Labels with dimensions.

use std::fs;

use mmstats::{
    Aggregate, Average, Counter, Family, Field, Gauge, Histogram, Identity, MmStats, Options,
    Published, Text, Timer, UpDownCounter,
};
use mmstats_testing::foreign::{Foreign, foreign, writer_like};
use mmstats_testing::stats_dir::{files, write};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{json, output, slurpstats};

/// A directory with a file for each list of fields.
struct Files(TempDir);

impl Files {
    fn new<const N: usize>(files: [Vec<Foreign>; N]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        for (index, fields) in files.into_iter().enumerate() {
            write(directory.path(), format!("{index}.mmstats"), &foreign(&nobody(), &fields));
        }
        Self(directory)
    }

    fn location(&self) -> &str {
        self.0.path().to_str().unwrap()
    }
}

/// A writer of whom nothing proves that it is dead.
fn nobody() -> Identity {
    Identity::default()
}

fn counter(label: impl Into<Vec<u8>>, value: u64) -> Foreign {
    Foreign::new(label, 1, "Q", &[value])
}

#[test]
fn json_says_what_a_label_says() {
    let long = format!("r{{a=\"{}\"}}", "x".repeat(60 << 10));
    let cases = [
        (r#"r{my="a\"b",path="/\n"}"#.as_bytes(), "r", json!({"my": "a\"b", "path": "/\n"})),
        (br#"{"odd{name","my-key"="v"}"#, "odd{name", json!({"my-key": "v"})),
        (b"plain", "plain", json!({})),
        (br#"r{b="1",a="2"}"#, r#"r{b="1",a="2"}"#, json!({})),
        (b"r{a=\"\xff\"}", "r{a=\"\u{fffd}\"}", json!({})),
        (long.as_bytes(), "r", json!({"a": "x".repeat(60 << 10)})),
    ];
    let fields = cases.iter().map(|(label, ..)| counter(*label, 1)).collect();
    let files = Files::new([fields]);
    let found = json([files.location()]);
    let totals = json(["--sum", files.location()]);
    for stats in [&found["files"][0]["stats"], &totals["totals"]] {
        let stats = stats.as_array().unwrap();
        for (label, name, labels) in &cases {
            let label = String::from_utf8_lossy(label);
            let stat = stats.iter().find(|stat| stat["label"] == *label).expect("the stat");
            assert!(stat["name"] == *name && stat["labels"] == *labels, "{name} {label:.100}");
        }
    }
}

/// A program with two series of each kind of stat, whose values are these.
fn publish(directory: &TempDir, values: [u32; 2]) -> Published<()> {
    let stats = Options::dynamic("Shop").path(directory.path()).default_fields(false);
    let stats = stats.create().unwrap();
    for (value, status) in values.into_iter().zip(["200", "500"]) {
        let label = |name: &str| format!("{name}{{method=\"GET\",status=\"{status}\"}}");
        let requests: Counter = stats.add(Counter::named(label("r")).unit("requests")).unwrap();
        requests.add(value.into());
        let busy: UpDownCounter = stats.add(UpDownCounter::named(label("busy"))).unwrap();
        busy.add(-i64::from(value));
        let most = Gauge::<u32>::named(label("most")).aggregate(Aggregate::Max);
        let most: Gauge<u32> = stats.add(most).unwrap();
        most.set(value);
        let depth: Gauge<u32> = stats.add(Gauge::<u32>::named(label("depth"))).unwrap();
        depth.set(value);
        let size: Average = stats.add(Average::named(label("size"))).unwrap();
        let render: Timer = stats.add(Timer::named(label("render"))).unwrap();
        for _ in 0..value {
            size.add(value.into());
            render.record_secs(value.into());
        }
        let sizes: Histogram = stats.add(Histogram::named(label("sizes"))).unwrap();
        sizes.record(value.into());
        let path: Text = stats.add(Text::named(label("path"))).unwrap();
        path.set(status);
    }
    stats
}

/// The lines of text, without the title.
fn lines<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let text = output(arguments);
    let lines = text.lines().skip(1).filter(|line| !line.is_empty());
    lines.map(|line| line.strip_prefix("  ").expect("an indented line").to_owned()).collect()
}

#[test]
fn dimensions_are_added_up_as_files_are() {
    let directory = tempfile::tempdir().unwrap();
    let _writers = [publish(&directory, [1, 2]), publish(&directory, [3, 4])];
    let location = directory.path().to_str().unwrap();

    let all = lines(["--sum", "--by", "", location]);
    let sum_of_2 = [
        "r      10 requests  [sum of 2]",
        "busy   -10  [sum of 2]",
        "most   4  [max of 2]",
        "depth  1 to 4  [2 files]",
        "size   3.0  (total 30.0, count 10, least 1.0, greatest 4.0)  [2 files]",
        "render 3.00 s  (count 10, total 30.0 s, min 1.00 s, max 4.00 s)  [sum of 2]",
        "sizes  4 values  (p50 2, p90 4, p99 4, max 4)  [sum of 2]",
        "path   different texts  [2 files]",
    ];
    assert_eq!(all, sum_of_2);

    let some = lines(["--sum", "--by", "status", "-l", "r", "-l", "render", location]);
    let expected = [
        r#"r{status="200"}      4 requests  [sum of 2]"#,
        r#"r{status="500"}      6 requests  [sum of 2]"#,
        r#"render{status="200"} 2.50 s  (count 4, total 10.0 s, min 1.00 s, max 3.00 s)  [sum of 2]"#,
        r#"render{status="500"} 3.33 s  (count 6, total 20.0 s, min 2.00 s, max 4.00 s)  [sum of 2]"#,
    ];
    assert_eq!(some, expected);

    let found = json(["--sum", "--by", "method", "-l", "r", location]);
    let expected = json!([{"label": "r{method=\"GET\"}", "name": "r", "labels": {"method": "GET"},
        "kind": "counter", "unit": "requests", "aggregate": "sum", "files": 2, "value": 10}]);
    assert_eq!(found["totals"], expected);

    let csv = output(["--sum", "--by", "method", "-o", "csv", "-l", "r", location]);
    assert!(csv.ends_with("\n\"r{method=\"\"GET\"\"}\",,counter,requests,sum,2,10,0,0\n"), "{csv}");
    let prom = output(["--sum", "--by", "", "-o", "prom", "-l", "r", location]);
    assert!(prom.contains("\nr_requests_total 10\n"), "{prom}");

    // Without it, each series is a stat of its own, over all files.
    let each = lines(["--sum", "-l", "r", location]);
    let expected = [
        r#"r{method="GET",status="200"} 4 requests  [sum of 2]"#,
        r#"r{method="GET",status="500"} 6 requests  [sum of 2]"#,
    ];
    assert_eq!(each, expected);
}

#[test]
fn a_dead_program_s_state_is_left_out_of_a_group() {
    let directory = tempfile::tempdir().unwrap();
    let stats = publish(&directory, [1, 2]);
    // A copy is mapped by nobody, like the file of a killed program.
    fs::copy(stats.path().unwrap(), directory.path().join("killed.mmstats")).unwrap();
    let location = directory.path().to_str().unwrap();
    let found = json(["--sum", "--by", "", "-l", "r", "-l", "most", location]);
    let shown = |total: &Value| {
        ["label", "value", "files", "dead", "dead_files"].map(|key| total[key].clone())
    };
    let totals: Vec<_> = found["totals"].as_array().unwrap().iter().map(shown).collect();
    let expected = [
        [json!("r"), json!(6), json!(2), json!(null), json!(1)],
        [json!("most"), json!(2), json!(1), json!(1), json!(1)],
    ];
    assert_eq!(totals, expected);
}

#[test]
fn kinds_and_units_that_differ_are_rows_of_their_own() {
    let stat = |label: &str, kind, unit: &str, value| {
        let field = Foreign::new(label, kind, "Q", &[value]);
        Foreign { unit: unit.to_owned(), aggregate: 1, ..field }
    };
    let files = Files::new([vec![
        stat(r#"r{a="1"}"#, 1, "jobs", 1),
        stat(r#"r{a="2"}"#, 2, "jobs", 2),
        stat(r#"r{a="3"}"#, 1, "bytes", 4),
        stat(r#"r{a="4"}"#, 1, "jobs", 8),
        stat(r#"r{a="5",b="1"}"#, 8, "jobs", 16),
    ]]);
    let text = lines(["--sum", "--by", "", files.location()]);
    assert_eq!(text, ["r 9 jobs", "r 2 jobs", "r 4 bytes", "r 16 jobs"]);
    // Gauges and up-down counters are gauges there, of which one metric has one sample.
    let prom = output(["--sum", "--by", "", "-o", "prom", files.location()]);
    let samples: Vec<_> = prom.lines().filter(|line| !line.starts_with(['#', 'm'])).collect();
    assert_eq!(samples, ["r_bytes_total 4", "r_jobs_total 9", "U__r__jobs 2"], "{prom}");
}

#[test]
fn wrong_keys_are_errors() {
    for (arguments, reason) in [
        (&["--sum", "--by", "a,,b"][..], "'--by <KEY,...>': a key is empty"),
        (&["--sum", "--by", "a,b,a"], "'--by <KEY,...>': the key a is given twice"),
        (&["--by", "a"], "--sum"),
    ] {
        let run = slurpstats(arguments.iter().copied());
        assert!(run.code == Some(2) && run.stderr.contains(reason), "{run:?}");
    }
}

#[test]
fn a_name_selects_all_its_series() {
    let labels = [
        r#"http.requests{status="200"}"#,
        r#"http.requests{host="[::1]:80"}"#,
        "http.requests",
        "http.requests.more",
        r#"{"odd{name",key="v"}"#,
        r#"http.requests{b="1",a="2"}"#,
    ];
    let files = Files::new([labels.iter().map(|label| counter(*label, 1)).collect()]);
    let selected = |pattern: &str| {
        let found = json(["-l", pattern, files.location()]);
        let stats = found["files"][0]["stats"].as_array().unwrap().iter();
        let at = |stat: &Value| labels.iter().position(|label| stat["label"] == *label).unwrap();
        stats.map(at).collect::<Vec<_>>()
    };
    assert_eq!(selected("http.requests"), [0, 1, 2]);
    assert_eq!(selected("*.requests"), [0, 1, 2]);
    assert_eq!(selected("*{status=*}"), [0]);
    assert_eq!(selected("odd{name"), [4]);
    // Brackets are a class of a glob, but a label selects itself.
    assert_eq!(selected(labels[1]), [1]);
    assert_eq!(selected(labels[5]), [5]);
}

#[test]
fn series_stand_together_in_text() {
    let long = format!("long{{a=\"{}\"}}", "x".repeat(60 << 10));
    let harmful = "evil{a=\"\x1b[2J\u{202e}\",b=\"\\n\"}";
    let labels =
        [r#"r{a="10"}"#, r#"q{a="1"}"#, r#"r{a="9"}"#, &long, "plain", harmful, r#"q{a="0"}"#, "r"];
    let files = Files::new([labels.iter().map(|label| counter(*label, 1)).collect()]);
    let width = r#"evil{a="\x1b[2J\u{202e}",b="\n"}"#.len();
    let expected = [
        format!("{:width$} 1", "r"),
        format!("{:width$} 1", r#"r{a="9"}"#),
        format!("{:width$} 1", r#"r{a="10"}"#),
        format!("{:width$} 1", r#"q{a="0"}"#),
        format!("{:width$} 1", r#"q{a="1"}"#),
        // Moves no other value.
        format!("{long} 1"),
        format!("{:width$} 1", "plain"),
        format!("{:width$} 1", r#"evil{a="\x1b[2J\u{202e}",b="\n"}"#),
    ];
    assert_eq!(lines([files.location()]), expected);
    assert_eq!(lines(["--sum", files.location()]), expected);

    let layout = lines(["--layout", files.location()]);
    let order: Vec<_> = layout.iter().filter(|line| !line.starts_with(' ')).collect();
    assert!(order[0].starts_with(r#"r{a="10"}"#) && order[1].starts_with("q{"), "{order:?}");
}

#[derive(MmStats)]
struct Shop {
    #[mmstats(unit = "requests", max = 300)]
    r: Family<Counter>,
}

/// What doesn't fit into a thread's first file is in further ones.
#[test]
fn a_family_in_several_files_is_of_one_writer() {
    let directory = tempfile::tempdir().unwrap();
    let stats = Shop::options().path(directory.path()).create().unwrap();
    for number in 0..400 {
        let (tenant, parity) = (number.to_string(), ["even", "odd"][number % 2]);
        stats.r.get(&[("tenant", &*tenant), ("parity", parity)]).incr();
    }
    let count = files(directory.path()).len();
    assert!(count > 1, "it doesn't fit into one");
    let location = directory.path().to_str().unwrap();
    let text = output(["--sum", "--by", "parity", "-l", "r", location]);
    let rest = |files: usize| match files {
        1 => String::new(),
        files => format!("  [sum of {files}]"),
    };
    let expected = [
        format!("==> sum of {count} files of 1 writer"),
        "  r                100 requests".to_owned(),
        format!("  r{{parity=\"even\"}} 150 requests{}", rest(count)),
        format!("  r{{parity=\"odd\"}}  150 requests{}", rest(count)),
    ];
    assert_eq!(text.lines().take(4).collect::<Vec<_>>(), expected);
    let found = json(["--sum", "--by", "", "-l", "r", location]);
    assert_eq!(found["totals"][0]["value"], 400);
    let overflow = output(["-l", "r{overflow=*", location]);
    assert!(overflow.contains("  r{overflow=\"true\"} 100 requests"), "{overflow}");
}

/// A thread's series may need more room than its first file has.
#[test]
fn a_thread_s_further_files_are_of_one_writer() {
    let directory = tempfile::tempdir().unwrap();
    let writer = |tid| writer_like(&nobody(), |it| it.tid = tid);
    for (name, tid, series) in [("a", 1, "1"), ("a-2", 1, "2"), ("b", 2, "1"), ("b-2", 2, "2")] {
        let fields = [
            Foreign::new("sys.pid", 6, "Q", &[7]),
            Foreign::new("sys.tid", 6, "Q", &[tid]),
            counter(format!("r{{a=\"{series}\"}}"), tid),
        ];
        let content = foreign(&writer(tid.cast_signed()), &fields);
        write(directory.path(), format!("{name}.mmstats"), &content);
    }
    let location = directory.path().to_str().unwrap();
    let text = output(["--sum", "--by", "", location]);
    let expected = [
        "==> sum of 4 files of 2 writers",
        "  r       6  [sum of 4]",
        "  sys.pid 7  [4 files]",
        "  sys.tid 1 to 2  [4 files]",
    ];
    assert_eq!(text.lines().take(4).collect::<Vec<_>>(), expected);
    let found = json(["--sum", location]);
    assert_eq!((&found["file_count"], &found["writer_count"]), (&json!(4), &json!(2)));
    let each = &found["totals"][0];
    assert_eq!((&each["value"], &each["files"]), (&json!(3), &json!(2)));
}
