//! What slurpstats writes about a file, read back.

use std::collections::HashSet;
use std::sync::LazyLock;

use clap::Parser;
use mmstats::{Processes, StatsFile};
use mmstats_cli::clock::now;
use mmstats_cli::escape::is_harmful;
use mmstats_tools::common::terminal::ColorChoice;
use mmstats_tools::slurpstats::{Arguments, Format, SelectedFile, exporter_for};

/// What a report has, besides the help texts.
const REPORTS: [&[&str]; 11] = [
    &["-o", "text", "--layout"],
    &["-o", "text", "--sum", "--raw"],
    &["-o", "json", "--layout"],
    &["-o", "json", "--sum"],
    &["-o", "csv"],
    &["-o", "csv", "--sum"],
    &["-o", "prom"],
    &["-o", "text", "--sum", "--by", "a"],
    &["-o", "json", "--sum", "--by", "a"],
    &["-o", "csv", "--sum", "--by", "a"],
    &["-o", "prom", "--sum", "--by", "a"],
];

static ARGUMENTS: LazyLock<Vec<Arguments>> = LazyLock::new(|| {
    let parse =
        |more: &&[&str]| Arguments::parse_from(["slurpstats", "--help-texts"].iter().chain(*more));
    REPORTS.iter().map(parse).collect()
});

/// # Panics
///
/// If the output isn't well-formed, or isn't safe on a terminal.
pub fn check(bytes: &[u8]) {
    let Ok(file) = StatsFile::from_bytes("file", bytes) else {
        return;
    };
    // One report a file, by a number that says little: all of them are reached, and each is quick.
    let mix = |sum: usize, byte: &u8| sum.wrapping_mul(31).wrapping_add((*byte).into());
    let arguments = &ARGUMENTS[bytes.iter().fold(0, mix) % REPORTS.len()];
    let text = written(&file, arguments);
    match arguments.output {
        Format::Text => {}
        Format::Json => is_json(&text, &file, arguments.sum),
        Format::Csv => is_csv(&text),
        Format::Prom => is_prom(&text),
    }
}

fn written(file: &StatsFile, arguments: &Arguments) -> String {
    let paint = ColorChoice::Never.paint(&std::io::stdout());
    let mut out = Vec::new();
    let mut exporter =
        exporter_for(arguments, paint, now(), &mut out).expect("a Vec takes everything");
    let life = file.life(&mut Processes::new());
    exporter.file(SelectedFile::new(file, &&life, &[], false)).expect("a Vec takes everything");
    exporter.finish().expect("a Vec takes everything");
    drop(exporter);
    let text = String::from_utf8(out).expect("the tools write UTF-8");
    assert!(!text.contains(|c| c != '\n' && is_harmful(c)), "{text:?}");
    text
}

fn is_json(text: &str, file: &StatsFile, sum: bool) {
    let json: serde_json::Value = serde_json::from_str(text).expect("it is JSON");
    if sum {
        assert!(json["totals"].is_array(), "{text}");
        return;
    }
    let stats = json["files"][0]["stats"].as_array().expect("a file has stats");
    assert_eq!(stats.len(), file.stats().len());
    for (written, stat) in stats.iter().zip(file.stats()) {
        assert_eq!(written["label"].as_str(), Some(&*stat.label()));
        let series = stat.series();
        assert_eq!(written["name"].as_str(), Some(series.name()));
        let labels = written["labels"].as_object().expect("dimensions");
        assert_eq!(labels.len(), series.dimensions().len());
        for (key, value) in series.dimensions() {
            assert_eq!(labels[key].as_str(), Some(value));
        }
    }
}

/// Every line has as many fields as the first: the reader checks that.
fn is_csv(text: &str) {
    for line in csv::Reader::from_reader(text.as_bytes()).records() {
        line.expect("a line of CSV");
    }
}

/// Each metric is described once, and no sample comes twice.
fn is_prom(text: &str) {
    let (mut described, mut samples) = (HashSet::new(), HashSet::new());
    for line in text.lines() {
        if let Some(comment) = line.strip_prefix("# ") {
            let mut words = comment.splitn(3, ' ');
            let (what, name) = (words.next(), words.next().expect("a metric's name"));
            assert!(matches!(what, Some("HELP" | "TYPE")) && is_name(name), "{line}");
            assert!(described.insert((what, name)), "described twice: {line}");
            let only_escapes = words.next().is_some_and(|text| !text.is_empty());
            assert!(only_escapes, "{line}");
        } else {
            let (sample, value) = line.rsplit_once(' ').expect("a sample has a value");
            assert!(value.parse::<f64>().is_ok(), "{line}");
            let name = sample.split('{').next().unwrap_or_default();
            assert!(is_name(name), "{line}");
            assert!(are_labels(&sample[name.len()..]), "{line}");
            assert!(samples.insert(sample), "twice: {line}");
        }
    }
}

fn is_name(name: &str) -> bool {
    let first = name.bytes().next().is_some_and(|byte| !byte.is_ascii_digit());
    first && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_:".contains(&byte))
}

/// Nothing, or `{name="value",…}` whose values have quotes and backslashes escaped.
fn are_labels(text: &str) -> bool {
    let Some(mut rest) = text.strip_prefix('{') else {
        return text.is_empty();
    };
    loop {
        let Some((name, value)) = rest.split_once("=\"") else {
            return false;
        };
        let mut end = None;
        let mut bytes = value.bytes().enumerate();
        while let Some((at, byte)) = bytes.next() {
            match byte {
                b'"' => {
                    end = Some(at);
                    break;
                }
                b'\\' if !matches!(bytes.next(), Some((_, b'\\' | b'"' | b'n'))) => return false,
                _ => {}
            }
        }
        let (Some(end), true) = (end, is_name(name)) else {
            return false;
        };
        match &value.as_bytes()[end + 1..] {
            b"}" => return true,
            [b',', ..] => rest = &value[end + 2..],
            _ => return false,
        }
    }
}
