//! `recstats record`: beside programs that come, go and crash.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use mmstats::{StatsFile, Verdict};
use mmstats_testing::command::{Run, run, tool};
use mmstats_testing::stats_dir::files;
use mmstats_testing::webapp::Webapp;
use nix::sys::signal::Signal::{SIGHUP, SIGINT, SIGKILL, SIGTERM};
use tempfile::TempDir;

use crate::process::{Recorder, last_poll, sum, sum_of};
use crate::{info, recstats, run_on};

const COUNTER: &str = "web.stats.status.2XX";

#[test]
fn what_was_before_a_crash_is_there_after_another_crash() {
    let [directory, other] = [(); 2].map(|()| TempDir::new().unwrap());
    let webapp = Webapp::start(directory.path(), &["--no-load", "--seconds", "0"]);
    let recorder = Recorder::start(&other.path().join("recording"), directory.path());
    webapp.request("/", 70);
    recorder.await_poll(|poll| sum_of(poll, COUNTER) == 70);
    webapp.kill();
    let is_dead = |file: &mmstats::WatchedFile| file.life().verdict == Verdict::Dead;
    recorder.await_poll(|poll| poll.files.iter().all(is_dead));
    let path = recorder.path.clone();
    assert_eq!(recorder.end(SIGKILL).0, None);

    let last = last_poll(&path).unwrap();
    let dead = files(directory.path());
    let dead: Vec<_> = dead.iter().map(|path| StatsFile::read(path).unwrap()).collect();
    assert_eq!((last.files.len(), dead.len()), (4, 4));
    assert_eq!(sum_of(&last, COUNTER), sum(dead.iter(), COUNTER));

    let found = info(&path);
    assert_eq!((&found["writers"], &found["interval"]), (&4.into(), &0.02.into()));
    assert!(found["polls"].as_u64().unwrap() >= 2, "{found}");
    assert!(found["bytes"]["log"].as_u64().unwrap() > 0, "{found}");
    assert_eq!(found["damages"].as_array().unwrap().len(), 0, "{found}");
    // It is continued.
    let recorder = Recorder::start(&path, directory.path());
    assert_eq!(recorder.end(SIGTERM).0, Some(0));
    let stretches = &info(&path)["stretches"];
    let of_second = |name: &str| stretches[1][name].clone();
    assert_eq!((of_second("reason"), of_second("gap")), ("start".into(), true.into()));
    let text = run_on("info", &path, &[]).stdout;
    assert!(text.contains("interrupted") && text.contains("the recorder was started"), "{text}");
}

#[test]
fn it_ends_in_order_at_each_signal_and_leaves_one_file() {
    for (signal, expected) in [(SIGINT, 130), (SIGTERM, 0), (SIGHUP, 0)] {
        let directory = TempDir::new().unwrap();
        let recorder = Recorder::start(&directory.path().join("recording"), directory.path());
        let (code, lines) = recorder.end(signal);
        assert_eq!(code, Some(expected), "{lines:?}");
        let names: Vec<_> = files(directory.path())
            .iter()
            .map(|path| path.file_name().unwrap().to_owned())
            .collect();
        assert_eq!(names, ["recording", "recording.lock"]);
    }
}

#[test]
fn it_waits_for_the_first_program() {
    let [directory, other] = [(); 2].map(|()| TempDir::new().unwrap());
    let recorder = Recorder::start(&other.path().join("recording"), directory.path());
    let line = recorder.await_line("waiting for the first program");
    assert!(line.contains(directory.path().to_str().unwrap()), "{line}");
    let webapp = Webapp::start(directory.path(), &["--no-load", "--seconds", "0"]);
    webapp.request("/", 7);
    recorder.await_poll(|poll| sum_of(poll, COUNTER) == 7);
    // One that ends in order removes its files, and what it counted last is there.
    webapp.request("/", 1);
    webapp.signal(SIGTERM);
    recorder.await_poll(|poll| poll.files.is_empty());
    let path = recorder.path.clone();
    let (_, lines) = recorder.end(SIGTERM);
    assert_eq!(lines, [""; 0]);
    let csv = run_on("export", &path, &["-l", COUNTER]).stdout;
    let last = csv.lines().rev().take(4);
    let total: u64 =
        last.map(|line| line.rsplit(',').next().unwrap().parse::<u64>().unwrap()).sum();
    assert_eq!(total, 8, "{csv}");
}

#[test]
fn a_second_recorder_of_a_file_is_rejected() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("recording");
    let recorder = Recorder::start(&path, directory.path());
    let Run { code, stderr, .. } = run(recstats(&["record", "--file"]).arg(&path));
    let expected = format!("recstats: {}: in use by another recorder\n", path.display());
    assert_eq!((code, stderr), (Some(2), expected));
    let before = info(&path)["polls"].as_u64().unwrap();
    recorder.await_poll(|_| info(&path)["polls"].as_u64().unwrap() > before);
}

#[test]
fn the_default_file_is_the_users_own() {
    let home = TempDir::new().unwrap();
    let state = home.path().join("state");
    for (name, value, expected) in [
        ("XDG_STATE_HOME", state.as_path(), state.join("mmstats/recording")),
        ("HOME", home.path(), home.path().join(".local/state/mmstats/recording")),
    ] {
        let mut command = recstats(&["record"]);
        let recorder = Recorder::of(command.arg(home.path()).env(name, value), &expected);
        assert_eq!(recorder.end(SIGINT).0, Some(130));
        let folder = fs::metadata(expected.parent().unwrap()).unwrap();
        assert_eq!(folder.permissions().mode() & 0o777, 0o700);
        // The others find it there.
        let found = run(recstats(&["info"]).env(name, value));
        assert!(found.code == Some(0) && found.stdout.contains("polls"), "{found:?}");
    }
}

#[test]
fn where_nothing_can_be_written_it_says_so_at_once() {
    let directory = TempDir::new().unwrap();
    let missing = directory.path().join("missing/recording");
    let other = directory.path().join("other");
    fs::write(&other, "a text").unwrap();
    for (path, reason) in [
        (missing.as_path(), "No such file or directory"),
        (directory.path(), "not a regular file"),
        (&other, "file is not a database"),
    ] {
        let Run { code, stderr, .. } = run(recstats(&["record", "--file"]).arg(path));
        let expected = format!("recstats: {}: {reason}", path.display());
        assert!(code == Some(2) && stderr.starts_with(&expected), "{stderr}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
    }
    assert_eq!(fs::read_to_string(&other).unwrap(), "a text");
}

#[test]
fn a_file_that_cannot_be_read_is_reported_once() {
    let directory = TempDir::new().unwrap();
    let files = directory.path().join("files");
    fs::create_dir(&files).unwrap();
    let bad = files.join("bad.mmstats");
    fs::write(&bad, b"\x02").unwrap();
    let mut command = recstats(&["record", "--interval", "10ms", "--file"]);
    let path = directory.path().join("recording");
    let recorder = Recorder::of(command.arg(&path).arg(&files), &path);
    recorder.await_poll(|_| info(&path)["polls"].as_u64().unwrap() > 5);
    let (code, lines) = recorder.end(SIGTERM);
    // It is reported before the recorder says what it records.
    assert_eq!(code, Some(0));
    assert!(!lines.iter().any(|line| line.contains("bad.mmstats")), "{lines:?}");
}

#[test]
fn a_reader_at_the_end_costs_nothing() {
    let directory = TempDir::new().unwrap();
    let recorder = Recorder::start(&directory.path().join("recording"), directory.path());
    let path = recorder.path.clone();
    let reader = rusqlite::Connection::open(&path).unwrap();
    reader.execute_batch("BEGIN; SELECT count(*) FROM spans").unwrap();
    let (code, lines) = recorder.end(SIGTERM);
    assert_eq!(code, Some(0), "{lines:?}");
    let begin = format!("recstats: {}-wal can't be copied back", path.display());
    assert!(lines.iter().any(|line| line.starts_with(&begin)), "{lines:?}");
    assert!(info(&path)["polls"].as_u64().unwrap() > 0);
}

#[test]
fn polls_that_cannot_be_written_are_reported_once_and_at_the_end() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("recording");
    let mut command = tool("sh");
    // No file may grow beyond 300 KB, so the write-ahead log is full soon.
    let limited = "ulimit -f 300; exec \"$0\" record --interval 10ms --file \"$1\" \"$2\"";
    command.args(["-c", limited, env!("CARGO_BIN_EXE_recstats")]).arg(&path).arg(directory.path());
    let recorder = Recorder::of(&mut command, &path);
    recorder.await_line(": can't record: ");
    let (code, lines) = recorder.end(SIGTERM);
    assert_eq!(code, Some(2), "{lines:?}");
    assert!(lines.len() <= 2, "{lines:?}");
    assert!(lines.iter().any(|line| line.ends_with(" at the end lost")), "{lines:?}");
    assert!(info(&path)["polls"].as_u64().unwrap() > 0);
}
