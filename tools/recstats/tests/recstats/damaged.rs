//! Damaged recordings: what can be read is shown, and what can't is said.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use mmstats_testing::command::{Run, run};

use crate::made::Making;
use crate::{info, recstats, run_on};

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

/// Each command that reads a recording, with its name in messages.
fn commands(recording: &Path) -> [(&'static str, Run); 5] {
    let cut = recording.with_file_name("out");
    let (path, out) = (recording.to_str().unwrap(), cut.to_str().unwrap());
    let found = [
        ("recstats", &["info", path][..]),
        ("recstats", &["export", path, "-l", "made.done", "-o", "csv"]),
        ("recstats", &["cut", path, out]),
        ("slurpstats", &["slurpstats", "--at", "-0s", path]),
        ("pollstats", &["pollstats", "--speed", "0", "-o", "csv", "--replay", path, "made.done"]),
    ];
    let found = found.map(|(name, arguments)| (name, run(&mut recstats(arguments))));
    let _ = fs::remove_file(cut);
    found
}

/// What is done to a recording, and the reason why nothing of it can be read.
type Rejected = (&'static str, &'static str);

#[test]
fn what_can_not_be_a_recording_is_rejected_by_each_tool_with_one_line() {
    let mut making = Making::begin(SystemTime::now());
    (0..3).for_each(|_| making.poll());
    making.finish();
    let statements: [Rejected; 7] = [
        ("PRAGMA user_version = 2", "unsupported schema version 2 (supported: 1)"),
        ("PRAGMA application_id = 7", "a database of another program"),
        ("CREATE VIEW v AS SELECT 1", "unsupported tables: view \"v\" is unknown"),
        ("CREATE TABLE more (x)", "unsupported tables: table \"more\" is unknown"),
        (
            "CREATE TRIGGER t AFTER INSERT ON events BEGIN SELECT 1; END",
            "unsupported tables: trigger \"t\" is unknown",
        ),
        (
            "ALTER TABLE spans ADD COLUMN more INTEGER AS (1)",
            "unsupported tables: table \"spans\" differs",
        ),
        ("DROP TABLE minutes", "unsupported tables: table \"minutes\" is missing"),
    ];
    for (statement, reason) in statements {
        let path = copy(&making);
        rusqlite::Connection::open(&path).unwrap().execute_batch(statement).unwrap();
        is_rejected(&path, reason);
    }
    let whole = fs::read(making.path()).unwrap();
    let contents: [(&[u8], &str); 4] = [
        (b"", "an empty database"),
        (b"a text", "file is not a database"),
        (&whole[..50], "database disk image is malformed"),
        (&[&whole[..20], &[0xff; 60], &whole[80..]].concat(), "file is not a database"),
    ];
    for (content, reason) in contents {
        let path = copy(&making);
        fs::write(&path, content).unwrap();
        is_rejected(&path, reason);
    }
    let path = copy(&making);
    fs::remove_file(&path).unwrap();
    is_rejected(&path, "No such file or directory (os error 2)");
    fs::create_dir(&path).unwrap();
    is_rejected(&path, "not a regular file");
}

fn copy(making: &Making) -> PathBuf {
    let path = making.path().with_file_name("changed");
    fs::copy(making.path(), &path).unwrap();
    path
}

#[track_caller]
fn is_rejected(path: &Path, reason: &str) {
    for (name, Run { code, stdout, stderr }) in commands(path) {
        let expected = format!("{name}: {}: {reason}\n", path.display());
        assert_eq!((code, &*stdout, stderr), (Some(2), "", expected));
    }
}

/// Pages of the file are no pages any more, or missing: an error or a warning with the path, and
/// never a panic.
#[test]
fn damaged_pages_cost_what_was_in_them() {
    const PAGE: usize = 4_096;
    let making = recorded();
    let whole = fs::read(making.path()).unwrap();
    let (mut shown, mut warned) = (0, 0);
    for page in (1..whole.len() / PAGE).step_by(4) {
        let path = copy(&making);
        let mut bytes = whole.clone();
        bytes[page * PAGE..page * PAGE + 200].fill(0xaa);
        fs::write(&path, bytes).unwrap();
        check_damaged(&path, &mut shown, &mut warned);
    }
    for end in [PAGE, whole.len() / 2, whole.len() - PAGE] {
        let path = copy(&making);
        fs::write(&path, &whole[..end]).unwrap();
        check_damaged(&path, &mut shown, &mut warned);
    }
    assert!(shown > 10 && warned > 2, "{shown} {warned}");
}

fn check_damaged(path: &Path, shown: &mut u32, warned: &mut u32) {
    for (name, Run { code, stdout, stderr }) in commands(path) {
        let code = code.expect("it isn't killed");
        assert!(code <= 2 && (code == 0 || !stderr.is_empty()), "{code}: {stdout}{stderr}");
        for line in stderr.lines() {
            let line = line.strip_prefix(&format!("{name}: ")).unwrap();
            let line = line.strip_prefix("warning: ").unwrap_or(line);
            let names_it = line.starts_with(&format!("{}: ", path.display()));
            assert!(names_it || code == 1, "{line}");
        }
        let lines: std::collections::BTreeSet<_> = stderr.lines().collect();
        assert_eq!(lines.len(), stderr.lines().count(), "each is said once: {stderr}");
        *shown += u32::from(code == 0 && !stdout.is_empty());
        *warned += u32::from(code == 0 && !stderr.is_empty());
    }
}
