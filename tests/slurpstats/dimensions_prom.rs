//! Dimensions as labels of Prometheus.

use mmstats::{
    Aggregate, Counter, Field, Fixed, Gauge, Histogram, Identity, Options, Published, Timer,
};
use mmstats_testing::exposition::{assert_text, labels_of};
use mmstats_testing::foreign::{Foreign, foreign, writer_like};
use mmstats_testing::stats_dir::write;
use tempfile::TempDir;

use crate::output;

/// Two files with the same series.
struct Shop {
    directory: TempDir,
    _files: [Published<()>; 2],
}

impl Shop {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let files = [1, 2].map(|number: u32| {
            let name = format!("{number}.mmstats");
            let options = Options::dynamic("Shop").path(directory.path()).filename(name);
            let stats = options.default_fields(false).create().unwrap();
            let count = |label: &'static str, count: u32| {
                let counter = Counter::named(label).unit("requests");
                let counter: Counter = stats.add(counter).unwrap();
                counter.add(count.into());
            };
            count(r#"requests{status="200"}"#, 10 * number);
            count(r#"requests{status="404"}"#, number);
            count("requests", 100 * number);
            let depth = Gauge::<u32>::named(r#"depth{queue="a"}"#).help("Waiting jobs.");
            let depth: Gauge<u32> = stats.add(depth.aggregate(Aggregate::Max)).unwrap();
            depth.set(number);
            let work: Timer = stats.add(Timer::named(r#"work{cmd="x",step="a\nb"}"#)).unwrap();
            work.record_secs(0.5);
            let sizes: Histogram = stats.add(Histogram::named(r#"sizes{le="1"}"#)).unwrap();
            sizes.record(7);
            let version = Fixed::<u32>::named(r#"limit{"my-key"="\"v\"\\"}"#).initial(3);
            let _limit: Fixed<u32> = stats.add(version).unwrap();
            stats
        });
        Self { directory, _files: files }
    }

    fn prom(&self, arguments: &[&str]) -> String {
        let location = self.directory.path().to_str().unwrap();
        let text = output([&["-o", "prom", location], arguments].concat());
        assert_text(&text);
        // What distinguishes the files, without what differs from run to run.
        let text = text.replace(&format!("{location}/"), "");
        text.replace(&format!("pid=\"{}\"", std::process::id()), "PID")
    }
}

#[track_caller]
fn assert_lines(text: &str, lines: &[&str]) {
    for line in lines {
        assert!(text.lines().any(|found| found == *line), "{line:?} in\n{text}");
    }
}

#[test]
fn a_file_has_a_sample_of_each_series() {
    let text = Shop::new().prom(&[]);
    let requests = r#"# HELP requests_total requests
# TYPE requests_total counter
requests_total{file="1.mmstats",PID,status="200"} 10
requests_total{file="1.mmstats",PID,status="404"} 1
requests_total{file="1.mmstats",PID} 100
requests_total{file="2.mmstats",PID,status="200"} 20
requests_total{file="2.mmstats",PID,status="404"} 2
requests_total{file="2.mmstats",PID} 200
"#;
    assert!(text.contains(requests), "{text}");
    assert_lines(
        &text,
        &[
            "# HELP depth Waiting jobs.",
            r#"depth{file="1.mmstats",PID,queue="a"} 1"#,
            r#"work_seconds_sum{file="1.mmstats",PID,exported_cmd="x",step="a\nb"} 0.5"#,
            r#"work_seconds_count{file="2.mmstats",PID,exported_cmd="x",step="a\nb"} 1"#,
            r#"sizes_bucket{file="1.mmstats",PID,exported_le="1",le="3.0"} 0"#,
            r#"sizes_bucket{file="1.mmstats",PID,exported_le="1",le="+Inf"} 1"#,
            r#"sizes_count{file="1.mmstats",PID,exported_le="1"} 1"#,
            r#"limit{file="1.mmstats",PID,U__my_2d_key="\"v\"\\"} 3"#,
        ],
    );
}

#[test]
fn a_sum_has_a_sample_of_each_series() {
    let shop = Shop::new();
    assert_lines(
        &shop.prom(&["--sum"]),
        &[
            r#"requests_total{status="200"} 30"#,
            r#"requests_total{status="404"} 3"#,
            "requests_total 300",
            r#"depth{queue="a"} 2"#,
            r#"work_seconds_count{exported_cmd="x",step="a\nb"} 2"#,
            r#"sizes_bucket{exported_le="1",le="15.0"} 2"#,
            r#"limit{file="2.mmstats",PID,U__my_2d_key="\"v\"\\"} 3"#,
        ],
    );
    // Labels that are added to every sample keep their names.
    let added = ["--sum", "--add-label", "status=x", "--add-label", "exported_cmd=y"];
    assert_lines(
        &shop.prom(&added),
        &[
            r#"requests_total{status="x",exported_cmd="y",exported_status="200"} 30"#,
            r#"requests_total{status="x",exported_cmd="y"} 300"#,
            r#"depth{status="x",exported_cmd="y",queue="a"} 2"#,
            r#"work_seconds_count{status="x",exported_cmd="y",exported_exported_cmd="x",step="a\nb"} 2"#,
        ],
    );
}

#[test]
fn a_text_has_its_own_label_besides() {
    let directory = tempfile::tempdir().unwrap();
    let text =
        |label: &str| Foreign { value: b"hello".into(), ..Foreign::new(label, 6, "5s", &[]) };
    let fields = [text(r#"version{part="a"}"#), text(r#"version{value="b"}"#)];
    write(directory.path(), "x.mmstats", &foreign(&Identity::default(), &fields));
    let text = output(["-o", "prom", directory.path().to_str().unwrap()]);
    assert_text(&text);
    let labels = text.lines().filter(|line| line.starts_with("version_info")).map(labels_of);
    let labels = labels.map(|(_, labels)| labels[labels.len() - 2..].to_vec());
    let expected = [("part", "a"), ("exported_value", "b")].map(|it| [it, ("value", "hello")]);
    assert_eq!(labels.collect::<Vec<_>>(), expected);
}

/// Labels of which two can't be told apart, or that look like others' after escaping.
fn hostile() -> Vec<Foreign> {
    let long = "x".repeat(60 << 10);
    let labels: &[&[u8]] = &[
        br#"r{cmd="1"}"#,
        br#"r{exported_cmd="1"}"#,
        br#"r{exported_exported_cmd="1"}"#,
        br#"r{cmd="1",exported_cmd="1"}"#,
        br#"r{"my-key"="1"}"#,
        br#"r{U__my_2d_key="1"}"#,
        br#"r{U__U____my__2d__key="1"}"#,
        br#"r{"U__my-key"="1"}"#,
        br#"r{__x="1",exported___x="1"}"#,
        br#"r{exported___x="1"}"#,
        br#"r{__name__="s",__x="1"}"#,
        br#"r{file="1",pid="1",pidns="1",tid="1"}"#,
        br#"r{le="+Inf",quantile="0.5"}"#,
        // The same after escaping.
        b"r{a=\"\x1b\"}",
        br#"r{a="\\x1b"}"#,
        // No labels.
        b"r{a=\"\xff\"}",
        b"r{a=\"\xfe\"}",
        br#"r{b="1",a="1"}"#,
        br#"r{a="1"}"#,
        br#"r{a="1"}"#,
        b"r",
        b"r",
    ];
    let counter = |label: &[u8]| Foreign::new(label, 1, "Q", &[1]);
    let mut fields: Vec<Foreign> = labels.iter().map(|label| counter(label)).collect();
    fields.push(counter(format!("r{{a=\"{long}\"}}").as_bytes()));
    fields.push(counter(format!("r{{{long}=\"a\"}}").as_bytes()));
    fields.push(counter(format!("{{\"r{{\",\"{}\"=\"a\"}}", "-".repeat(9_000)).as_bytes()));
    fields
}

#[test]
fn no_two_samples_have_the_same_labels_whatever_a_file_says() {
    let directory = tempfile::tempdir().unwrap();
    let writer = |tid| writer_like(&Identity::default(), |it| it.tid = tid);
    for tid in [1, 2] {
        let name = format!("{tid}.mmstats");
        write(directory.path(), name, &foreign(&writer(tid), &hostile()));
    }
    let location = directory.path().to_str().unwrap();
    for (arguments, owners) in [(&[][..], 2), (&["--sum"], 1)] {
        let text = output([&["-o", "prom", location], arguments].concat());
        assert_text(&text);
        let count = text.lines().filter(|line| line.starts_with("r_total")).count();
        // Without one of the two that are the same after escaping, and the second of two equal
        // labels. Two aren't called "r", and one isn't UTF-8.
        assert_eq!(count, owners * 18, "{text}");
    }
}

#[test]
fn many_label_sets_take_no_quadratic_time() {
    const SERIES: u64 = 100_000;
    let directory = tempfile::tempdir().unwrap();
    let counter = |number| Foreign::new(format!("r{{k=\"{number}\"}}"), 1, "Q", &[number]);
    let fields: Vec<Foreign> = (0..SERIES).map(counter).collect();
    let writer = Identity::default();
    write(directory.path(), "many.mmstats", &foreign(&writer, &fields));
    let location = directory.path().to_str().unwrap();
    for arguments in [&["-o", "prom", location][..], &["-o", "prom", "--sum", location]] {
        let text = output(arguments.iter().copied());
        let count = text.lines().filter(|line| line.starts_with("r_total")).count();
        assert_eq!(count as u64, SERIES);
    }
}
