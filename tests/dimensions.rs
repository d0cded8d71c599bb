//! Labels that anybody may write: of any size, in any number, with anything in their dimensions. They
//! are plain names or what they say, the tools show the rest, and their memory is bounded.

use std::path::Path;
use std::process::Command;

use mmstats_testing::command::{Run, dead_pid, run, tool, within};
use mmstats_testing::original::{content, field, original};
use mmstats_testing::series::said;
use mmstats_testing::stats_dir::write;
use serde_json::{Map, Value, json};
use tempfile::TempDir;

const SLURPSTATS: &str = env!("CARGO_BIN_EXE_slurpstats");
const POLLSTATS: &str = env!("CARGO_BIN_EXE_pollstats");
const CLEANSTATS: &str = env!("CARGO_BIN_EXE_cleanstats");

/// Nearly as long as a label may be.
const LONG: usize = 60 << 10;

/// The private memory of a tool, in MiB: several times what the files of these tests take.
const MEMORY: usize = 256;

fn long(part: &str) -> String {
    part.repeat(LONG / part.len())
}

/// Long, broken, or with keys that outputs use themselves.
fn odd_labels() -> Vec<Vec<u8>> {
    let long_ones = [
        format!("r{{a=\"{}\"}}", long("x")),
        format!("r{{a=\"{}", long("x")),
        format!("r{{a=\"{}\"}}", long("\\\\")),
        format!("r{{a=\"{}\"}}", long("\\")),
        format!("r{{{}=\"1\"}}", long("k")),
        format!("{{\"{}\",a=\"1\"}}", long("{")),
        format!("{{\"{}\"}}", long("{\\\"")),
        format!(
            "r{{{}}}",
            (0..5_000).map(|n| format!("k{n:04}=\"1\"")).collect::<Vec<_>>().join(",")
        ),
        format!("r{{{}}}", long("a=\"1\",")),
        long("{\""),
    ];
    let keys = ["le", "quantile", "cmd", "pid", "tid", "file", "__x", "__name__", "label", "name"];
    let keys = keys.map(|key| format!("r{{{key}=\"1\"}}"));
    let others = [
        r#"r{"my-key"="1"}"#,
        r#"r{"größe"="ß"}"#,
        "r{a=\"\x1b]0;owned\x07\"}",
        "r{\"\x1b[2J\"=\"1\"}",
        "{\"\x1b[2J\r\",a=\"1\"}",
        "r{a=\"\u{202e}\u{9b}2J\"}",
        r#"r{a="\n\"\\"}"#,
        "r{a=\"\n\"}",
        r#"r{b="1",a="2"}"#,
        "r{}",
        r#"{"r{a=\"1\"}"}"#,
    ];
    let invalid: [&[u8]; 3] = [b"r{a=\"\xff\"}", b"r{\"\xff\"=\"1\"}", b"\xff{a=\"1\"}"];
    let texts = long_ones.into_iter().chain(keys).chain(others.map(str::to_owned));
    texts.map(String::into_bytes).chain(invalid.map(<[u8]>::to_vec)).collect()
}

/// A directory with a file of these labels, each with the value 1, and a good file.
fn directory(labels: &[Vec<u8>]) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    file(directory.path(), "bad.mmstats", labels);
    write(directory.path(), "good.mmstats", &original(dead_pid()));
    directory
}

fn file(directory: &Path, name: &str, labels: &[Vec<u8>]) {
    let one = [1_u64.to_ne_bytes(), 1_u64.to_ne_bytes()].concat();
    let fields: Vec<_> = labels.iter().map(|label| field(label, "Q", 1, &one)).collect();
    write(directory, name, &content(&fields));
}

/// A run with little memory, which succeeds.
#[track_caller]
fn bounded(program: &str, arguments: &[&str], directory: &TempDir) -> Run {
    let mut command = tool(program);
    command.args(arguments).arg(directory.path());
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("ulimit -d {}; exec \"$0\" \"$@\"", MEMORY << 10)]);
    let run = run(&mut within(shell, &command));
    assert_eq!(run.code, Some(0), "{program} {arguments:?}: {}", run.stderr);
    run
}

/// Each tool with each format, and what adds up.
fn commands() -> Vec<(&'static str, Vec<&'static str>)> {
    let mut commands = Vec::new();
    for format in ["text", "json", "csv", "prom"] {
        commands.push((SLURPSTATS, vec!["-o", format]));
        if format != "prom" {
            commands.push((SLURPSTATS, vec!["-o", format, "--sum"]));
            commands.push((SLURPSTATS, vec!["-o", format, "--sum", "--by", "a,le"]));
            commands.push((SLURPSTATS, vec!["-o", format, "--sum", "--by", ""]));
            commands.push((POLLSTATS, vec!["-o", format, "-c", "2", "-d", "0.001", "hits,r"]));
        }
    }
    commands.push((SLURPSTATS, vec!["-l", "r"]));
    commands.push((CLEANSTATS, vec!["--dry-run"]));
    commands
}

#[test]
fn an_odd_label_is_a_plain_name_or_what_it_says() {
    let labels = odd_labels();
    let directory = directory(&labels);
    let run = bounded(SLURPSTATS, &["-o", "json"], &directory);
    let json: Value = serde_json::from_str(&run.stdout).unwrap();
    let file = &json["files"][0];
    assert!(file["path"].as_str().unwrap().ends_with("bad.mmstats"));
    let stats = file["stats"].as_array().unwrap();
    assert_eq!(stats.len(), labels.len());
    for (stat, label) in stats.iter().zip(&labels) {
        let shown = String::from_utf8_lossy(label).into_owned();
        assert_eq!(stat["label"], shown);
        let said = str::from_utf8(label).ok().and_then(said);
        let (name, pairs) = said.unwrap_or_else(|| (shown, Vec::new()));
        let pairs: Map<_, _> = pairs.into_iter().map(|(key, value)| (key, json!(value))).collect();
        assert_eq!((&stat["name"], &stat["labels"]), (&json!(name), &json!(pairs)));
    }
}

#[test]
fn no_label_harms_a_terminal_or_hides_the_rest() {
    let directory = directory(&odd_labels());
    for (program, arguments) in commands() {
        let Run { stdout, stderr, .. } = bounded(program, &arguments, &directory);
        for text in [&stdout, &stderr] {
            let harmful = |c: char| (c.is_control() && c != '\n') || "\u{202e}\u{9b}".contains(c);
            assert!(!text.contains(harmful), "{program} {arguments:?}");
        }
        if program != CLEANSTATS && !arguments.contains(&"r") {
            assert!(stdout.contains("hits"), "{program} {arguments:?}: {stdout}");
        }
    }
}

fn many(tenants: std::ops::Range<usize>) -> Vec<Vec<u8>> {
    tenants.map(|tenant| format!("r{{path=\"/\",tenant=\"{tenant:06}\"}}").into_bytes()).collect()
}

/// How many totals the name has, and their sum.
#[track_caller]
fn totals(arguments: &[&str], directory: &TempDir) -> (usize, u64) {
    let run = bounded(SLURPSTATS, &[&["-o", "json", "--sum"], arguments].concat(), directory);
    let json: Value = serde_json::from_str(&run.stdout).unwrap();
    let totals = json["totals"].as_array().unwrap();
    let values = totals.iter().filter(|total| total["name"] == "r");
    let values: Vec<_> = values.map(|total| total["value"].as_u64().unwrap()).collect();
    (values.len(), values.iter().sum())
}

#[test]
fn a_hundred_thousand_series_in_one_file_take_little_memory() {
    let directory = directory(&many(0..100_000));
    assert_eq!(totals(&[], &directory), (100_000, 100_000));
    let run = bounded(SLURPSTATS, &["-o", "prom"], &directory);
    assert_eq!(run.stdout.matches("tenant=").count(), 100_000);
    bounded(POLLSTATS, &["-c", "1", "-d", "0.001", "--by", "path", "r"], &directory);
}

#[test]
fn a_hundred_thousand_series_in_a_hundred_files_take_little_memory() {
    let directory = directory(&[]);
    for number in 0..100 {
        let labels = many(number * 1_000..(number + 1) * 1_000);
        file(directory.path(), &format!("{number}.mmstats"), &labels);
    }
    assert_eq!(totals(&["--by", ""], &directory), (1, 100_000));
    let run = bounded(POLLSTATS, &["-c", "1", "-d", "0.001", "-o", "json", "r"], &directory);
    let json: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(json["values"], json!({ "r": 0.0 }));
    let run = bounded(CLEANSTATS, &["--dry-run"], &directory);
    assert!(run.stdout.contains("101 undecided"), "{}", run.stdout);
}
