//! `apmon check`: what it prints, reports and exits with.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use mmstats_testing::command::{Run, run, tool};
use serde_json::{Value, json};

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data");

fn apmon() -> Command {
    tool(env!("CARGO_BIN_EXE_apmon"))
}

fn check(arguments: &[&str]) -> Run {
    run(apmon().arg("check").args(arguments))
}

/// A file that only its owner can read.
fn write(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn a_file_with_every_option_is_fine() {
    let path = format!("{DATA}/every-option.conf");
    let Run { code, stdout, stderr } = check(&[&path]);
    assert_eq!((code, &*stderr), (Some(0), ""));
    // All options have their default.
    let expected = "
  destination  ml.example.org:8884
  destination  ml-2.example.org:8885
  destination  192.0.2.7:8884
  destination  [2001:db8::7]:8884
  destination  [fe80::1%eth0]:8884
";
    assert_eq!(stdout, path.clone() + expected);
    let all = check(&["-v", &path]).stdout;
    let file = fs::read_to_string(&path).unwrap();
    let options = file.lines().filter(|line| line.starts_with("xApMon_"));
    let options = options.map(|line| format!("  option       {line}"));
    let expected: Vec<_> = (path + expected).lines().map(str::to_owned).chain(options).collect();
    assert_eq!(all.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn every_bad_line_is_reported() {
    let path = format!("{DATA}/every-bad-line.conf");
    let Run { code, stdout, stderr } = check(&[&path]);
    assert_eq!(code, Some(1));
    let expected = fs::read_to_string(format!("{DATA}/every-bad-line.txt")).unwrap();
    // Whether others can read it depends on how the repository was cloned.
    let lines = stderr.lines().filter(|line| !line.contains("every user"));
    let expected = expected.lines().map(|line| format!("apmon: {path}:{line}"));
    assert!(lines.eq(expected), "{stderr}");
    assert_eq!(stdout.lines().filter(|line| line.starts_with("  destination  ")).count(), 100);
    assert!(stdout.contains("  destination  ml.example.org:8884, with a password\n"));
    assert!(!(stdout + &stderr).contains("secret"));
}

#[test]
fn what_differs_from_the_defaults_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let text = "xApMon_sys_load1 = OFF\nxApMon_loglevel = fine\nxApMon_sys_interval = 60\na pw\n\
                xApMon_maxMsgRate = 20\n";
    let path = write(folder.path(), "conf", text);
    let Run { code, stdout, stderr } = check(&[&path]);
    assert_eq!((code, &*stderr), (Some(0), ""));
    let expected = "
  destination  a:8884, with a password
  option       xApMon_loglevel = NOTICE
  option       xApMon_sys_interval = 60
  option       xApMon_sys_load1 = off
";
    assert_eq!(stdout, path + expected);
}

#[test]
fn the_worst_source_decides() {
    let folder = tempfile::tempdir().unwrap();
    let fine = write(folder.path(), "fine", "a\n");
    let notice = write(folder.path(), "notice", "a\nxApMon_db12 = on\n");
    let bad = write(folder.path(), "bad", "a\n\nb:0\n");
    let empty = write(folder.path(), "empty", "");
    let none = folder.path().join("none").to_str().unwrap().to_owned();
    for (sources, code, reported) in [
        (&[&fine, &fine][..], 0, &[][..]),
        (&[&notice], 0, &[format!("{notice}:2: xApMon_db12 = on: without effect")]),
        (&[&bad, &fine], 1, &[format!("{bad}:3: b:0: expected a port from 1 to 65535")]),
        (&[&empty], 1, &[format!("{empty}: no destination")]),
        (
            &[&none, &bad, &fine],
            2,
            &[format!("{none}: No such file or directory"), format!("{bad}:3: b:0: expected")],
        ),
    ] {
        let run = run(apmon().arg("check").args(sources));
        assert_eq!(run.code, Some(code), "{sources:?}");
        let lines: Vec<_> = run.stderr.lines().collect();
        assert_eq!(lines.len(), reported.len(), "{lines:?}");
        for (line, start) in lines.iter().zip(reported) {
            assert!(line.starts_with(&format!("apmon: {start}")), "{line}");
        }
        let shown = sources.iter().filter(|source| run.stdout.contains(source.as_str())).count();
        assert_eq!(shown, sources.iter().filter(|source| **source != &none).count());
    }
}

#[test]
fn json_has_everything() {
    let folder = tempfile::tempdir().unwrap();
    let text = "a pw\n[::1]:1\nb:0 pw\nxApMon_db12=1\nxApMon_loglevel=DEBUG\nxApMon_ip=off\n";
    let path = write(folder.path(), "conf", text);
    fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
    let other = write(folder.path(), "other", "a");
    let Run { code, stdout, .. } = check(&["-o", "json", &path, &other]);
    assert_eq!(code, Some(1));
    let values: Vec<Value> =
        stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let [value, other_value] = &values[..] else { panic!("{values:?}") };
    assert_eq!(value["source"], json!(path));
    let destinations = json!([
        {"host": "a", "port": 8884, "password": true},
        {"host": "::1", "port": 1, "password": false},
    ]);
    assert_eq!(value["destinations"], destinations);
    let options = value["options"].as_object().unwrap();
    assert_eq!(options.len(), 82);
    assert_eq!(options["loglevel"], json!("DEBUG"));
    assert_eq!((&options["ip"], &options["sys_load1"]), (&json!(false), &json!(true)));
    assert_eq!(options["recheck_interval"], json!(600));
    let [line, notice, readable] = &value["problems"].as_array().unwrap()[..] else {
        panic!("{value}")
    };
    let reason = "expected a port from 1 to 65535, found \"0\"";
    assert_eq!(line, &json!({"line": 3, "text": "b:0", "reason": reason, "level": "WARNING"}));
    assert_eq!((&notice["line"], &notice["level"]), (&json!(4), &json!("NOTICE")));
    assert_eq!((&readable["line"], &readable["text"]), (&json!(null), &json!("")));
    assert_eq!((&other_value["source"], &other_value["problems"]), (&json!(other), &json!([])));
    assert!(!stdout.contains("pw"), "{stdout}");
}

#[test]
fn nothing_in_a_file_controls_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), "a\u{1b}[2J\nb", "\u{1b}[31m\u{202e}.example.org\na\n");
    let Run { code, stdout, stderr } = check(&[&path]);
    assert_eq!(code, Some(1));
    assert_eq!((stdout.lines().count(), stderr.lines().count()), (2, 1), "{stderr}");
    assert!(!(stdout + &stderr).contains(['\u{1b}', '\u{202e}']));
}

#[test]
fn https_is_rejected_at_once() {
    let Run { code, stderr, .. } = check(&["https://conf.example.org/"]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains("https isn't supported, only http"), "{stderr}");
}
