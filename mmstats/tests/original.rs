//! The original itself, which needs Python 2: it reads our files, and we read its files.
//! `ci/peers` installs it and runs these tests.

use std::fs;
use std::path::Path;
use std::process::Command;

use mmstats::{Layout, MmStats, StatsFile, Value};
use mmstats_testing::command::run;
use mmstats_testing::kinds::Kinds;
use mmstats_testing::oracle;

/// What the original's reader finds in a file, as JSON.
const READ: &str = "
import json, sys
from mmstats.reader import MmStatsReader
stats = [(stat.label, stat.value) for stat in MmStatsReader.from_mmap(sys.argv[1])]
print(json.dumps(stats))
";

/// A writer, and the path of its file.
const WRITE: &str = "
import sys
import mmstats
class Stats(mmstats.MmStats):
    hits = mmstats.CounterField(label='web.hits')
    level = mmstats.DoubleField()
    name = mmstats.StringField()
stats = Stats(path=sys.argv[1])
stats.hits.inc(7)
stats.level = -2.5
stats.name = u'gr\\xfc\\xdfe'
";

/// What a script prints when it is called with this path.
fn python(script: &str, path: &Path) -> String {
    let python = std::env::var_os("MMSTATS_PEER_PYTHON").expect("ci/peers sets it");
    let run = run(Command::new(python).args(["-c", script]).arg(path));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    run.stdout
}

fn is_same(found: &serde_json::Value, expected: &oracle::Value) -> bool {
    match expected {
        oracle::Value::Integer(value) => found.to_string().parse() == Ok(*value),
        oracle::Value::Float(value) => found.as_f64() == Some(*value),
        oracle::Value::Flag(value) => found == value,
        oracle::Value::Text(value) => found == value.as_str(),
    }
}

#[test]
#[ignore = "run by ci/peers"]
fn the_original_shows_our_files() {
    for layout in [Layout::Aligned, Layout::Packed] {
        let directory = tempfile::tempdir().unwrap();
        let stats = Kinds::options().layout(layout).path(directory.path()).create().unwrap();
        stats.write();
        let shown = python(READ, stats.path().unwrap());
        let shown: Vec<(String, serde_json::Value)> = serde_json::from_str(&shown).unwrap();
        for (label, expected) in Kinds::shown() {
            let found = shown.iter().find(|(found, _)| found == label);
            let (_, found) = found.unwrap_or_else(|| panic!("{label} isn't in {shown:?}"));
            assert!(is_same(found, &expected), "{layout:?} {label}: {found} {expected:?}");
        }
    }
}

#[test]
#[ignore = "run by ci/peers"]
fn we_show_files_of_the_original() {
    let directory = tempfile::tempdir().unwrap();
    // Its exit doesn't remove the file.
    python(WRITE, directory.path());
    let paths: Vec<_> = fs::read_dir(directory.path()).unwrap().collect();
    assert_eq!(paths.len(), 1, "{paths:?}");
    let file = StatsFile::read(paths[0].as_ref().unwrap().path()).unwrap();
    let value = |label: &str| file.get(label).map(|stat| stat.value());
    assert_eq!(value("web.hits"), Some(Value::Unsigned(7)));
    assert_eq!(value("level"), Some(Value::Float(-2.5)));
    assert_eq!(value("name"), Some(Value::Text("grüße".into())));
    assert!(file.problem().is_none());
}
