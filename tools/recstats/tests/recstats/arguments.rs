//! Rejected arguments, help, and what `--generate` says.

use mmstats_testing::command::{Run, run};

use crate::recstats;

const DATE: &str = "expected a date such as 2026-11-21T10:14:05 (local) or \
                    2026-11-21T10:14:05+01:00, @1795252445, or -5m (before the recording's end)";

#[test]
fn a_wrong_value_is_named_with_what_was_expected() {
    for (arguments, option, value, reason) in [
        (&["export", "rec"][..], "--from", "yesterday", DATE),
        (&["cut", "a", "b"], "--to", "10:00", DATE),
        (
            &["export", "rec"],
            "--from",
            "-5",
            "expected a whole number and a unit, such as 30s, 10m, 2h or 7d",
        ),
        (
            &["export", "rec"],
            "--step",
            "-1s",
            "expected a number and a unit, such as 1s, 0.5s, 100ms or 5m",
        ),
        (&["record"], "--interval", "1ms", "must be from 10ms to 86400s"),
        (&["record"], "--interval", "2d", "must be from 10ms to 86400s"),
        (&["record"], "--keep", "30s", "must be 1m or more"),
        (
            &["record"],
            "--fine",
            "-1h",
            "expected a whole number and a unit, such as 30s, 10m, 2h or 7d",
        ),
        (&["record"], "--max-size", "1K", "must be 1M or more"),
        (
            &["record"],
            "--max-size",
            "1GB",
            "expected a number of bytes, such as 1000000, 512K, 256M or 1G",
        ),
    ] {
        let Run { code, stderr, .. } = run(recstats(arguments).args([option, value]));
        let first = stderr.lines().next().unwrap_or_default();
        let begin = format!("error: invalid value '{value}' for '{option} <");
        assert!(code == Some(2) && first.starts_with(&begin), "{stderr}");
        assert_eq!(first.split_once(">': ").unwrap().1, reason);
    }
}

#[test]
fn a_part_that_ends_before_it_begins_is_rejected() {
    let directory = tempfile::TempDir::new().unwrap();
    let mut making = crate::made::Making::begin(std::time::SystemTime::now());
    making.poll();
    making.finish();
    let out = directory.path().join("out");
    let range = ["--from", "-1s", "--to", "-1s"];
    let mut cut = recstats(&["cut"]);
    for command in [cut.arg(making.path()).arg(&out), recstats(&["export"]).arg(making.path())] {
        let Run { code, stderr, .. } = run(command.args(range));
        assert_eq!((code, &*stderr), (Some(2), "recstats: --to must be later than --from\n"));
    }
    assert!(!out.exists());
}

#[test]
fn without_a_command_it_shows_its_help() {
    let Run { code, stderr, .. } = run(&mut recstats(&[]));
    assert!(code == Some(2) && stderr.contains("Examples:\n  recstats record"), "{stderr}");
}

#[test]
fn the_man_page_and_completions_have_all_commands() {
    let page = run(&mut recstats(&["--generate", "man"])).stdout;
    for command in ["RECORD", "INFO", "EXPORT", "CUT"] {
        assert!(page.contains(&format!(".SH \"RECSTATS {command}\"")), "{command}: {page}");
    }
    for shell in ["bash", "zsh", "fish"] {
        let script = run(&mut recstats(&["--generate", shell])).stdout;
        for value in ["openmetrics", "max-size", "record", "cut"] {
            assert!(script.contains(value), "{shell} lacks {value}");
        }
    }
}
