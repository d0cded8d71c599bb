//! Packets as text: a parameter a line, `NAME = NUMBER` or `NAME = "TEXT"`, in the order of the packet.
//! Lines with `#` say what is expected, and why.

use std::fs;
use std::path::{Path, PathBuf};

use crate::figures::List;
use crate::wire::Value;

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/figures")
}

/// The lines of a list.
pub(super) fn lines(list: &List) -> Vec<String> {
    let line = |(name, value)| match value {
        Value::F64(number) => format!("{name} = {number}"),
        Value::Text(text) => format!("{name} = \"{}\"", str::from_utf8(text).unwrap()),
        other => panic!("{name} is {other:?}"),
    };
    let parameters = list.parameters();
    parameters.iter().map(|it| line((str::from_utf8(it.name).unwrap(), it.value))).collect()
}

/// The names of a list.
pub(super) fn names(list: &List) -> Vec<String> {
    let parameters = list.parameters();
    parameters.iter().map(|it| str::from_utf8(it.name).unwrap().to_owned()).collect()
}

/// A number is written as it is shown above, whatever form it has in the file.
fn parse(text: &str) -> Vec<String> {
    let line = |line: &str| {
        let (name, value) = line.split_once(" = ").expect(line);
        match value.parse::<f64>() {
            Ok(number) => format!("{name} = {number}"),
            Err(_) => line.to_owned(),
        }
    };
    text.lines().filter(|line| !line.starts_with('#')).map(line).collect()
}

/// All names in all files.
pub(super) fn all_names() -> Vec<String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(directory()).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        let lines = parse(&text);
        names.extend(lines.iter().map(|line| line.split(" = ").next().unwrap().to_owned()));
    }
    names
}

/// Compares a list with the file `NAME.txt`.
#[track_caller]
pub(super) fn check(name: &str, list: &List) {
    let text = fs::read_to_string(directory().join(name).with_extension("txt")).unwrap();
    let (expected, found) = (parse(&text), lines(list));
    let without = |these: &[String], those: &[String]| {
        these.iter().filter(|line| !those.contains(line)).cloned().collect::<Vec<_>>()
    };
    let (missing, other) = (without(&expected, &found), without(&found, &expected));
    assert!(expected == found, "{name}: expected {missing:#?}, found {other:#?}, or the order");
}
