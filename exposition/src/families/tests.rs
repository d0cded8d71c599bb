//! What is written of the samples that were added.

use super::*;
use crate::histogram::Buckets;

/// Adds a sample as the tools do.
fn add(
    families: &mut Families,
    name: &str,
    dimensions: &[(&str, &str)],
    unit: &str,
    help: &str,
    sample: Sample,
) {
    let label = format!("{name}{dimensions:?}");
    let key = SeriesKey { label: label.as_bytes(), unit };
    let kind = sample.metric_type();
    let series = families
        .next_series(key, kind)
        .unwrap_or_else(|| families.series(key, kind, name, dimensions.iter().copied()));
    families.add(series, || help.to_owned(), sample);
}

/// The text of these gauges of several files. Only file `b` has help texts.
fn written(files: &[&[&str]]) -> String {
    let mut families = Families::default();
    for (file, labels) in (b'a'..).zip(files) {
        families.begin(format!("file=\"{}\"", char::from(file)));
        for (value, label) in (0..).zip(*labels) {
            let help = if file == b'b' { "Help." } else { "" };
            add(&mut families, label, &[], "", help, gauge(value));
        }
    }
    let mut out = Vec::new();
    families.write(Format::Text, &mut Names::default(), None, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_name_is_free_again_when_its_metric_is_forgotten() {
    // More than is remembered of metrics without samples.
    let rest = "a".repeat(2 << 20);
    let mut names = Names::default();
    let mut written = |label: &str| {
        let mut families = Families::default();
        families.begin(String::new());
        add(&mut families, label, &[], "", "", gauge(7));
        let mut out = Vec::new();
        families.write(Format::Text, &mut names, None, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    let [dot, line] = ["a.", "a_"].map(|start| format!("{start}{rest}"));
    let plain = format!("\n{line} 7\n");
    assert!(written(&dot).contains(&plain));
    assert!(!written(&line).contains(&plain), "the name is taken");
    // The other has had no sample since, and is too large to be remembered.
    written("b");
    assert!(written(&line).contains(&plain));
}

#[test]
fn samples_in_any_order_come_to_their_metric() {
    let text = written(&[&["x", "y"], &["y", "z"], &["x", "z", "y"]]);
    let expected = "# HELP x x\n# TYPE x gauge\nx{file=\"a\"} 0\nx{file=\"c\"} 0\n\
        # HELP y Help.\n# TYPE y gauge\ny{file=\"a\"} 1\ny{file=\"b\"} 0\ny{file=\"c\"} 2\n\
        # HELP z Help.\n# TYPE z gauge\nz{file=\"b\"} 1\nz{file=\"c\"} 1\n";
    assert_eq!(text, expected);
}

#[test]
fn a_metric_that_is_added_twice_has_one_sample() {
    assert_eq!(written(&[&["x", "x"]]), "# HELP x x\n# TYPE x gauge\nx{file=\"a\"} 0\n");
}

/// A sample: its name, its dimensions, and a value.
type Added<'a> = (&'a str, &'a [(&'a str, &'a str)], Sample);

/// The text of samples of one owner.
fn written_of(format: Format, samples: Vec<Added<'_>>) -> String {
    let mut families = Families::new(Bounds::of_buckets(2), LabelNames::reserving(["pid"]));
    families.begin("pid=\"7\"".to_owned());
    for (name, dimensions, sample) in samples {
        add(&mut families, name, dimensions, "", "", sample);
    }
    let mut out = Vec::new();
    families.write(format, &mut Names::default(), None, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn gauge(value: u64) -> Sample {
    Sample::Gauge(SampleValue::Unsigned(value))
}

/// The lines with values.
fn samples(text: &str) -> Vec<&str> {
    text.lines().filter(|line| !line.starts_with('#')).collect()
}

#[test]
fn samples_of_a_name_stand_together_whatever_their_dimensions() {
    let mut families = Families::default();
    for owner in ["a", "b"] {
        families.begin(format!("file=\"{owner}\""));
        for (value, (name, dimensions)) in (0..).zip([
            ("x", &[("k", "1")][..]),
            ("y", &[]),
            ("x", &[("k", "2"), ("l", "1")]),
            ("x", &[]),
            ("x", &[("k", "3")]),
        ]) {
            let help = if value == 0 { "" } else { "Help." };
            add(&mut families, name, dimensions, "", help, gauge(value));
        }
    }
    let mut out = Vec::new();
    families.write(Format::Text, &mut Names::default(), None, &mut out).unwrap();
    let expected = r#"# HELP x Help.
# TYPE x gauge
x{file="a",k="1"} 0
x{file="a",k="2",l="1"} 2
x{file="a"} 3
x{file="a",k="3"} 4
x{file="b",k="1"} 0
x{file="b",k="2",l="1"} 2
x{file="b"} 3
x{file="b",k="3"} 4
# HELP y Help.
# TYPE y gauge
y{file="a"} 1
y{file="b"} 1
"#;
    assert_eq!(String::from_utf8(out).unwrap(), expected);
}

#[test]
fn samples_of_every_type_have_dimensions() {
    let buckets = Buckets { counts: [2].into(), count: 3, sum: 4.5 };
    let value = SampleValue::Unsigned(1);
    let dimensions: &[(&str, &str)] = &[("le", "1"), ("value", "2")];
    let all = || {
        vec![
            ("counter", dimensions, Sample::Counter(value)),
            ("gauge", dimensions, Sample::Gauge(value)),
            ("histogram", dimensions, Sample::Histogram(Box::new(buckets.clone()))),
            ("info", dimensions, Sample::Info("text".into())),
            ("summary", dimensions, Sample::Summary { count: 2, sum: 0.5 }),
            ("untyped", dimensions, Sample::Untyped(value)),
        ]
    };
    let expected = [
        r#"counter_total{L,value="2"} 1"#,
        r#"gauge{L,value="2"} 1"#,
        r#"histogram_bucket{L,value="2",le="274877906943.0"} 2"#,
        r#"histogram_bucket{L,value="2",le="+Inf"} 3"#,
        r#"histogram_sum{L,value="2"} 4.5"#,
        r#"histogram_count{L,value="2"} 3"#,
        r#"info_info{L,exported_value="2",value="text"} 1"#,
        r#"summary_sum{L,value="2"} 0.5"#,
        r#"summary_count{L,value="2"} 2"#,
        r#"untyped{L,value="2"} 1"#,
    ];
    let expected = expected.map(|line| line.replace('L', r#"pid="7",exported_le="1""#));
    for format in [Format::Text, Format::OpenMetrics] {
        assert_eq!(samples(&written_of(format, all())), expected, "{format:?}");
    }
}

#[test]
fn kinds_and_units_of_one_name_are_metrics_of_their_own() {
    let one: &[(&str, &str)] = &[("k", "1")];
    let mut families = Families::default();
    families.begin(String::new());
    for (dimensions, unit, sample) in [
        (one, "", Sample::Counter(SampleValue::Unsigned(1))),
        (&[], "", gauge(2)),
        (one, "", gauge(3)),
        (one, "ms", gauge(4)),
        (one, "s", gauge(5)),
        (&[("k", "2")], "s", gauge(6)),
    ] {
        add(&mut families, "x", dimensions, unit, "", sample);
    }
    let mut out = Vec::new();
    families.write(Format::Text, &mut Names::default(), None, &mut out).unwrap();
    let expected = [
        r#"x_total{k="1"} 1"#,
        "U__x 2",
        r#"U__x{k="1"} 3"#,
        // Both are in seconds, so only the first counts.
        r#"x_seconds{k="1"} 0.004"#,
        r#"x_seconds{k="2"} 6"#,
    ];
    assert_eq!(samples(str::from_utf8(&out).unwrap()), expected);
}

#[test]
fn one_label_may_be_of_other_kinds_and_units_in_the_next_file() {
    let mut families = Families::default();
    for (owner, unit, sample) in [
        ("a", "ms", gauge(1)),
        ("b", "s", gauge(2)),
        ("c", "ms", Sample::Counter(SampleValue::Unsigned(3))),
        ("d", "", gauge(4)),
    ] {
        families.begin(format!("file=\"{owner}\""));
        add(&mut families, "x", &[("k", "1")], unit, "", sample);
    }
    let mut out = Vec::new();
    families.write(Format::Text, &mut Names::default(), None, &mut out).unwrap();
    let expected = [
        r#"x_seconds_total{file="c",k="1"} 0.003"#,
        r#"x{file="d",k="1"} 4"#,
        r#"U__x__seconds{file="a",k="1"} 0.001"#,
        r#"U__x__seconds{file="b",k="1"} 2"#,
    ];
    assert_eq!(samples(str::from_utf8(&out).unwrap()), expected);
}

#[test]
fn of_samples_with_the_same_labels_the_first_counts() {
    let text = written_of(
        Format::Text,
        vec![
            ("x", &[], gauge(0)),
            ("x", &[("k", "\u{1b}")], gauge(1)),
            ("x", &[], gauge(2)),
            // It is written as the second is.
            ("x", &[("k", "\\x1b")], gauge(3)),
            ("x", &[("k", "v")], gauge(4)),
            ("x", &[("k", "v")], gauge(5)),
            ("y", &[("k", "v")], gauge(6)),
        ],
    );
    let expected = [
        r#"x{pid="7"} 0"#,
        r#"x{pid="7",k="\\x1b"} 1"#,
        r#"x{pid="7",k="v"} 4"#,
        r#"y{pid="7",k="v"} 6"#,
    ];
    assert_eq!(samples(&text), expected);
}

#[test]
fn values_are_escaped_and_their_keys_are_names() {
    let dimensions: &[(&str, &str)] = &[
        ("__x", "a\nb"),
        ("my-key", "\"quoted\""),
        ("pid", "c:\\d"),
        ("quantile", "\u{202e}"),
        ("\"", "größe"),
    ];
    let expected = [
        r#"x{pid="7""#,
        r#"exported___x="a\nb""#,
        r#"U__my_2d_key="\"quoted\"""#,
        r#"exported_pid="c:\\d""#,
        r#"exported_quantile="\\u{202e}""#,
        r#"U___22_="größe"} 1"#,
    ];
    for format in [Format::Text, Format::OpenMetrics] {
        let text = written_of(format, vec![("x", dimensions, gauge(1))]);
        assert_eq!(samples(&text), [expected.join(",")], "{format:?}");
    }
}

/// A file may have this many label sets, of which others know nothing.
#[test]
fn many_series_take_no_quadratic_time() {
    const SERIES: u64 = 100_000;
    let values: Vec<String> = (0..SERIES).map(|number| number.to_string()).collect();
    let mut families = Families::default();
    for owner in 0..2 {
        families.begin(format!("file=\"{owner}\""));
        // In opposite orders, so that nothing comes where it is expected.
        for number in 0..SERIES {
            let number = if owner == 0 { number } else { SERIES - 1 - number };
            let name = ["x", "y", "z"][number as usize % 3];
            let dimensions = [("k", &*values[number as usize])];
            for value in [number, 0] {
                add(&mut families, name, &dimensions, "", "", gauge(value));
            }
        }
    }
    let mut out = Vec::new();
    families.write(Format::Text, &mut Names::default(), None, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    let samples = samples(&text);
    assert_eq!(samples.len() as u64, 2 * SERIES);
    for sample in samples {
        let (_, value) = sample.split_once("k=\"").unwrap();
        let (key, value) = value.split_once("\"} ").unwrap();
        assert_eq!(key, value, "{sample}");
    }
}
