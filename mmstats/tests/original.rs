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

/// What the original's pollstats finds in a file, as JSON. It walks the fields by itself.
const POLL: &str = "
import json, mmap, sys
from mmstats.pollstats import iter_stats
with open(sys.argv[1], 'rb') as file:
    print(json.dumps(list(iter_stats(mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)))))
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

/// What Python prints.
fn output(arguments: &[&str], path: &Path) -> String {
    let python = std::env::var_os("MMSTATS_PEER_PYTHON").expect("ci/peers sets it");
    let run = run(Command::new(python).args(arguments).arg(path));
    assert_eq!((run.code, &*run.stderr), (Some(0), ""));
    run.stdout
}

/// What a script prints when it is called with this path.
fn python(script: &str, path: &Path) -> String {
    output(&["-c", script], path)
}

/// The labels and values in JSON, in order. Texts end at their first zero byte.
fn pairs(json: &str) -> Vec<(String, serde_json::Value)> {
    let mut pairs: Vec<(String, serde_json::Value)> = serde_json::from_str(json).unwrap();
    for (_, value) in &mut pairs {
        if let Some((text, _)) = value.as_str().and_then(|text| text.split_once('\0')) {
            *value = text.into();
        }
    }
    pairs
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

/// With dimensions, and among them one with the comma that pollstats needs.
#[test]
#[ignore = "run by ci/peers"]
fn the_original_shows_every_label_with_dimensions() {
    for name in ["dimensions-aligned", "dimensions-packed"] {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data");
        let path = Path::new(folder).join(format!("{name}.mmstats"));
        let expected = pairs(&fs::read_to_string(path.with_extension("mmstats.json")).unwrap());
        assert_eq!(pairs(&python(READ, &path)), expected, "{name}");
        assert_eq!(pairs(&python(POLL, &path)), expected, "{name}");
        let shown = output(&["-m", "mmstats.slurpstats"], &path);
        let mut lines = shown.lines().skip(1);
        for (label, _) in &expected {
            let line = lines.next().expect("a line for each stat");
            assert!(line.starts_with(&format!("  {label} ")), "{label} isn't in {line}");
        }
        // The fields before the one with the comma, and behind it.
        let fields = r#"requests{overflow="true"},behind{the="trap"}"#;
        let shown = output(&["-m", "mmstats.pollstats", "-c", "1", "-d", "0", fields], &path);
        let row = shown.lines().last().unwrap();
        let columns: Vec<_> = row.split('|').collect();
        assert!(columns[0].contains(" 40\x1b") && columns[1].contains(" 11\x1b"), "{shown:?}");
    }
}
