//! Text for Prometheus as its own programs read it, if they are installed.

use std::collections::HashSet;
use std::io::Write;
use std::process::{Command, Stdio};

use crate::required::{is_installed, succeeds};

/// A strict parser of OpenMetrics, which rejects a whole text for one wrong sample.
const STRICT: &str = "
import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families
list(text_string_to_metric_families(sys.stdin.read()))
";

/// Promtool's exit code for a text in 0.0.4, and what it prints: 0 fine, 1 unreadable, 3 lint
/// warnings.
pub fn check(text: &str) -> (Option<i32>, String) {
    give(Command::new("promtool").args(["check", "metrics"]), text)
}

/// Promtool can read a text in 0.0.4.
#[track_caller]
pub fn assert_text(text: &str) {
    assert_distinct(text);
    if is_installed("promtool") {
        let (code, said) = check(text);
        assert!(matches!(code, Some(0 | 3)), "{code:?}: {said}{text}");
    }
}

/// The parser of Python's client can read a text in OpenMetrics.
#[track_caller]
pub fn assert_open_metrics(text: &str) {
    assert_distinct(text);
    if succeeds(Command::new("python3").args(["-c", "import prometheus_client"])) {
        let (code, said) = give(Command::new("python3").args(["-c", STRICT]), text);
        assert_eq!(code, Some(0), "{said}{text}");
    }
}

/// No two samples have the same name and the same labels, and no sample has a label twice.
#[track_caller]
pub fn assert_distinct(text: &str) {
    let mut found = HashSet::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (name, mut labels) = labels_of(line);
        labels.sort_unstable();
        let is_sorted = labels.windows(2).all(|pair| pair[0].0 < pair[1].0);
        assert!(is_sorted, "a label twice: {line}");
        assert!(found.insert((name, labels)), "twice: {line}");
    }
}

/// The name of a sample and its labels, escaped as they are.
pub fn labels_of(line: &str) -> (&str, Vec<(&str, &str)>) {
    let end = line.find(['{', ' ']).expect(line);
    let (name, mut rest) = line.split_at(end);
    let mut labels = Vec::new();
    while let Some(label) = rest.strip_prefix(['{', ',']) {
        let (key, value) = label.split_once("=\"").expect(line);
        let mut is_escaped = false;
        let end = value.find(|it: char| {
            let is_end = it == '"' && !is_escaped;
            is_escaped = it == '\\' && !is_escaped;
            is_end
        });
        let (value, after) = value.split_at(end.expect(line));
        labels.push((key, value));
        rest = &after[1..];
    }
    assert!(labels.is_empty() || rest.starts_with("} "), "{line}");
    (name, labels)
}

/// Feeds a text to a program and returns its exit code and what it prints as errors.
fn give(program: &mut Command, text: &str) -> (Option<i32>, String) {
    let program = program.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut program = program.spawn().unwrap();
    program.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = program.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}
