//! Files of the original's writers, and handmade ones in its format.

use std::fs;

use mmstats_testing::command::dead_pid;
use mmstats_testing::original::{content, field};
use mmstats_testing::stats_dir::write;
use serde_json::{Value, json};

use crate::{json, output, vector};

const VECTORS: [&str; 7] = [
    "dimensions-packed",
    "py-0.6.1-big",
    "py-0.6.1-every",
    "py-0.6.1-web",
    "py-0.8.0-big",
    "py-0.8.0-every",
    "py-0.8.0-web",
];

#[test]
fn original_files_give_exactly_what_the_original_gives() {
    for name in VECTORS {
        let path = vector(name);
        let found = json([path.as_str()]);
        assert_eq!(found["schema"], 1);
        assert_eq!(found["errors"], json!([]));
        let [file] = &found["files"].as_array().unwrap()[..] else { panic!("one file") };
        assert_eq!(file["path"], path.as_str());
        let stats = file["stats"].as_array().unwrap();
        let pairs = stats.iter().map(|stat| json!([stat["label"], stat["value"]])).collect();
        let expected = fs::read_to_string(format!("{path}.json")).unwrap();
        assert_eq!(
            Value::Array(pairs),
            serde_json::from_str::<Value>(&expected).unwrap(),
            "{name}"
        );
        for stat in stats {
            assert_eq!((&stat["kind"], &stat["unit"]), (&Value::Null, &Value::Null));
            // Ours has a histogram, whose counts are numbers like any others there.
            assert!(stat.get("components").is_none() || name == "dimensions-packed");
        }
    }
}

#[test]
fn text_contains_the_original_s() {
    let directory = tempfile::tempdir().unwrap();
    let pid = dead_pid();
    let twice = |bytes: &[u8]| bytes.repeat(2);
    let path = write(
        directory.path(),
        "a.mmstats",
        &content(&[
            field("web.hits", "Q", 0, &twice(&1_234_567_u64.to_ne_bytes())),
            field("web.sys.pid", "I", 0xff, &pid.to_ne_bytes()),
            field("web.sys.created", "d", 0xff, &1_795_247_208.724_f64.to_ne_bytes()),
            field("on", "?", 0xff, &[1]),
            field("load", "d", 1, &twice(&0.1_f64.to_ne_bytes())),
        ]),
    );
    let path = path.to_str().unwrap();
    assert_eq!(
        output([path]),
        format!(
            "==> {path}  [dead: pid {pid} is gone]\n\
             \x20 web.hits        1,234,567\n\
             \x20 web.sys.pid     {pid}\n\
             \x20 web.sys.created 2026-11-21 07:46:48.724 +00:00\n\
             \x20 on              true\n\
             \x20 load            0.1\n\
             \n"
        )
    );
    let raw = output(["--raw", path]);
    assert!(raw.contains("  web.hits        1234567\n"), "{raw}");
    assert!(raw.contains("  web.sys.created 1795247208.724\n"), "{raw}");
}
