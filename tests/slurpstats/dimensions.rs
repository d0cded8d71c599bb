//! Labels with dimensions.

use mmstats::Identity;
use mmstats_testing::foreign::{Foreign, foreign};
use mmstats_testing::stats_dir::write;
use serde_json::json;
use tempfile::TempDir;

use crate::json;

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
    for (index, (label, name, labels)) in cases.iter().enumerate() {
        for stat in [&found["files"][0]["stats"][index], &totals["totals"][index]] {
            assert_eq!(stat["label"], *String::from_utf8_lossy(label));
            assert_eq!((&stat["name"], &stat["labels"]), (&json!(name), labels));
        }
    }
}
