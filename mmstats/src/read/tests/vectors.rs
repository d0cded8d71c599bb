//! The original's files give the original's values.

use std::fs;
use std::path::{Path, PathBuf};

use crate::{StatsFile, Value};

const VECTORS: [&str; 7] = [
    "dimensions-packed",
    "py-0.6.1-big",
    "py-0.6.1-every",
    "py-0.6.1-web",
    "py-0.8.0-big",
    "py-0.8.0-every",
    "py-0.8.0-web",
];

fn vector(name: &str) -> PathBuf {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data");
    data.join(format!("{name}.mmstats"))
}

fn agrees(value: &Value<'_>, expected: &serde_json::Value) -> bool {
    match value {
        Value::Unsigned(value) => expected.as_u64() == Some(*value),
        Value::Signed(value) => expected.as_i64() == Some(*value),
        Value::Float(value) => expected.as_f64() == Some(*value),
        Value::Bool(value) => expected.as_bool() == Some(*value),
        Value::Text(value) => expected.as_str() == Some(value),
        Value::Bytes(_) => false,
    }
}

#[test]
fn every_vector_yields_its_expected_pairs_in_order() {
    for name in VECTORS {
        let path = vector(name);
        let pairs = fs::read(path.with_extension("mmstats.json")).unwrap();
        let pairs: Vec<(String, serde_json::Value)> = serde_json::from_slice(&pairs).unwrap();
        let file = StatsFile::read(&path).unwrap();
        assert!(file.problem().is_none() && !file.has_trailer());
        assert_eq!(file.stats().len(), pairs.len(), "{name}");
        for (stat, (label, value)) in file.stats().zip(&pairs) {
            assert_eq!(stat.label(), *label, "{name}");
            assert!(agrees(&stat.value(), value), "{name}: {label} is {:?}", stat.value());
            assert_eq!((stat.kind(), stat.is_stable(), stat.note()), (None, true, None));
        }
    }
}

#[test]
fn the_last_labels_of_their_endings_name_the_writer() {
    let file = StatsFile::read(vector("py-0.8.0-every")).unwrap();
    assert_eq!(file.pid(), Some(21301));
    assert_eq!(file.tid(), Some(140_378_071_365_440));
}
