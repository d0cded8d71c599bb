//! Damaged recordings: what can be read is shown, and what can't is said.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use mmstats_testing::command::Run;

use crate::made::Making;
use crate::{info, run_on};

/// A recording of three spans.
fn recorded() -> Making {
    let mut making = Making::begin(SystemTime::now());
    for _ in 0..180 {
        making.stats.done.add(3);
        making.poll();
    }
    making.finish();
    making
}

/// Changes a byte in the block of the last span.
fn damage_block(path: &Path) {
    let connection = rusqlite::Connection::open(path).unwrap();
    let sql = "UPDATE blocks SET bytes = CAST(substr(bytes, 1, 20) || x'00' || substr(bytes, 22) AS \
               BLOB) WHERE key = (SELECT max(key) FROM blocks)";
    assert_eq!(connection.execute(sql, ()).unwrap(), 1);
}

#[test]
fn a_damaged_row_costs_its_minute_alone() {
    let making = recorded();
    let path = making.path();
    damage_block(&path);
    let found = info(&path);
    assert_eq!(found["damages"].as_array().unwrap().len(), 1, "{found}");
    let Run { code, stdout, stderr } = run_on("info", &path, &[]);
    assert!(code == Some(0) && stdout.contains("damaged      1 row\n"), "{stdout}");
    let begin = format!("recstats: warning: {}: damaged row ", path.display());
    assert!(stderr.starts_with(&begin) && stderr.contains("of blocks"), "{stderr}");

    for (format, last) in [("csv", ",360\n"), ("openmetrics", "} 360 ")] {
        let Run { code, stdout, stderr } =
            run_on("export", &path, &["-l", "made.done", "-o", format]);
        assert_eq!((code, stderr.lines().count()), (Some(0), 1), "{stderr}");
        assert!(stderr.starts_with(&begin), "{stderr}");
        assert!(stdout.contains(last), "what is before it: {stdout}");
    }

    let whole = path.with_file_name("whole");
    let Run { code, stdout, stderr } = run_on("cut", &path, &[whole.to_str().unwrap()]);
    assert!(code == Some(0) && stderr.starts_with(&begin), "{stderr}");
    let begin = format!("{}: 180 polls from ", whole.display());
    assert!(stdout.starts_with(&begin), "{stdout}");
    assert_eq!(info(&whole)["damages"].as_array().unwrap().len(), 0);
}

#[test]
fn what_is_no_recording_is_rejected_with_its_name() {
    let directory = tempfile::TempDir::new().unwrap();
    let text = directory.path().join("a\ntext");
    fs::write(&text, "a text").unwrap();
    let name = text.display().to_string().replace('\n', "\\n");
    let out = directory.path().join("out");
    for (command, arguments) in
        [("info", &[][..]), ("export", &[]), ("cut", &[out.to_str().unwrap()])]
    {
        let Run { code, stdout, stderr } = run_on(command, &text, arguments);
        let expected = format!("recstats: {name}: file is not a database\n");
        assert_eq!((code, &*stdout, stderr), (Some(2), "", expected), "{command}");
    }
    assert!(!out.exists());
}
