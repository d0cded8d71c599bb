//! Recordings in directories without write permission, read by another user than root.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use mmstats_testing::command::{Run, run, tool};
use mmstats_testing::required::succeeds;
use nix::unistd::geteuid;
use tempfile::TempDir;

use crate::made::Making;

const NOBODY: u32 = 65_534;

/// A directory that can't be written, with a recording and the program, and one for temporary files.
struct Unwritable {
    directory: TempDir,
    temporary: TempDir,
}

impl Unwritable {
    /// With copies of a recording's files with these suffixes.
    fn new(recording: &Path, suffixes: &[&str]) -> Self {
        let [directory, temporary] = [(); 2].map(|()| TempDir::new().unwrap());
        for suffix in suffixes {
            let name = format!("recording{suffix}");
            let copy = directory.path().join(&name);
            fs::copy(recording.with_file_name(name), &copy).unwrap();
            fs::set_permissions(copy, Permissions::from_mode(0o444)).unwrap();
        }
        // Others may not reach the tool's folder. It is copied by another process, as a fork of this one
        // might hold the copy open for writing.
        let copied =
            Command::new("cp").arg(env!("CARGO_BIN_EXE_recstats")).arg(directory.path()).status();
        assert!(copied.unwrap().success());
        fs::set_permissions(directory.path(), Permissions::from_mode(0o555)).unwrap();
        fs::set_permissions(temporary.path(), Permissions::from_mode(0o777)).unwrap();
        Self { directory, temporary }
    }

    fn recording(&self) -> PathBuf {
        self.directory.path().join("recording")
    }

    /// `recstats` as somebody who can't write in its directory.
    fn command(&self) -> Command {
        let mut command = tool(self.directory.path().join("recstats"));
        if geteuid().is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        command.current_dir("/").env("TMPDIR", self.temporary.path());
        command
    }

    /// Runs each command that reads the recording: name, what is written, notes.
    fn read(&self, start: impl Fn() -> Command) -> Vec<(&'static str, Run)> {
        let recording = self.recording();
        let recording = recording.to_str().unwrap();
        let cut = self.temporary.path().join("cut");
        let cut = cut.to_str().unwrap();
        [
            ("info", &[recording][..]),
            ("export", &[recording, "-l", "made.done", "-o", "csv"]),
            ("cut", &[recording, cut]),
            ("slurpstats", &["--at", "-0s", recording]),
            ("pollstats", &["--speed", "0", "-o", "csv", "--replay", recording, "made.done"]),
        ]
        .map(|(command, arguments)| (command, run(start().arg(command).args(arguments))))
        .into()
    }
}

impl Drop for Unwritable {
    fn drop(&mut self) {
        let _ = fs::set_permissions(self.directory.path(), Permissions::from_mode(0o755));
    }
}

/// What each command writes of a recording of five polls with 3 jobs each.
#[track_caller]
fn is_complete(command: &str, stdout: &str) {
    let is_complete = match command {
        "info" => stdout.contains("polls        5, every 1s"),
        "cut" => stdout.contains("/cut: 5 polls from "),
        "export" => stdout.contains(",15\n"),
        // Increases of four seconds.
        "pollstats" => stdout.lines().filter(|line| line.ends_with(",3.0")).count() == 4,
        _ => stdout.lines().any(|line| line.contains("made.done ") && line.ends_with(" 15 jobs")),
    };
    assert!(is_complete, "{command}: {stdout}");
}

fn recorded() -> Making {
    let mut making = Making::begin(SystemTime::now());
    for _ in 0..5 {
        making.stats.done.add(3);
        making.poll();
    }
    making
}

#[test]
fn a_killed_recorder_s_log_is_read_from_a_copy_and_each_tool_says_so() {
    let making = recorded();
    let killed = Unwritable::new(&making.path(), &["", "-wal"]);
    for (command, Run { code, stdout, stderr }) in killed.read(|| killed.command()) {
        assert_eq!((code, stderr.lines().count()), (Some(0), 1), "{command}: {stdout}{stderr}");
        let begin = format!(
            "{}: its directory isn't writable; reading a copy of it and of its log in {}",
            killed.recording().display(),
            killed.temporary.path().display(),
        );
        assert!(stderr.contains(&begin), "{command}: {stderr}");
        is_complete(command, &stdout);
    }
    let left = fs::read_dir(killed.temporary.path()).unwrap().count();
    assert_eq!(left, 1, "what was cut");
}

#[test]
fn a_recording_that_ended_in_order_is_one_file_that_is_read_where_it_is() {
    let mut making = recorded();
    making.finish();
    let plain = Unwritable::new(&making.path(), &[""]);
    for (command, Run { code, stdout, stderr }) in plain.read(|| plain.command()) {
        assert_eq!((code, &*stderr), (Some(0), ""), "{command}: {stdout}");
        is_complete(command, &stdout);
    }
}

#[test]
fn a_mount_may_be_read_only() {
    const READ_ONLY: &str =
        "mount --bind \"$0\" \"$0\" && mount -o remount,ro,bind \"$0\" && exec \"$@\"";
    let making = recorded();
    let killed = Unwritable::new(&making.path(), &["", "-wal"]);
    let start = || {
        let mut command = Command::new("unshare");
        if !geteuid().is_root() {
            command.args(["--user", "--map-root-user"]);
        }
        command.args(["--mount", "sh", "-c", READ_ONLY]).arg(killed.directory.path());
        command
            .env("TMPDIR", killed.temporary.path())
            .arg(killed.directory.path().join("recstats"));
        command
    };
    if !succeeds(start().arg("--version")) {
        return;
    }
    for (command, Run { code, stdout, stderr }) in killed.read(start) {
        assert_eq!((code, stderr.lines().count()), (Some(0), 1), "{command}: {stdout}{stderr}");
        is_complete(command, &stdout);
    }
}
