//! Files that can't be removed: a dry run reports the same as the run after it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use mmstats_testing::command::{dead_pid, run, tool};
use mmstats_testing::original::original;
use mmstats_testing::required::{requires, succeeds};
use mmstats_testing::stats_dir::write;
use nix::unistd::{Uid, User, chown, geteuid};
use serde_json::Value;
use tempfile::TempDir;

/// A directory of this mode.
fn directory(parent: &Path, name: &str, mode: u32) -> PathBuf {
    let path = parent.join(name);
    fs::create_dir(&path).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    path
}

/// A directory that everybody may read, with the tool in it.
fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let program = folder.path().join("cleanstats");
    fs::copy(env!("CARGO_BIN_EXE_cleanstats"), &program).unwrap();
    (folder, program)
}

/// The dry run's report, which must match what the run then reports and does.
#[track_caller]
fn said(of: impl Fn() -> Command, directories: &[PathBuf]) -> (Option<i32>, Value, String) {
    let say = |flags: &[&str]| {
        let said = run(of().args(["-o", "json"]).args(flags).args(directories));
        let mut report: Value = serde_json::from_str(&said.stdout).expect(&said.stderr);
        report["dry_run"] = Value::Null;
        (said.code, report, said.stderr)
    };
    let dry = say(&["-n"]);
    assert_eq!(dry, say(&[]));
    dry
}

#[test]
fn files_that_another_user_may_not_remove() {
    if !requires(geteuid().is_root(), "only root can be another user") {
        return;
    }
    let nobody = User::from_name("nobody").unwrap().map_or(Uid::from_raw(65534), |user| user.uid);
    let (folder, program) = folder();
    let sticky = directory(folder.path(), "sticky", 0o1777);
    let read_only = directory(folder.path(), "read-only", 0o755);
    let theirs = write(&sticky, "theirs.mmstats", &original(dead_pid()));
    let own = write(&sticky, "own.mmstats", &original(dead_pid()));
    chown(&own, Some(nobody), None).unwrap();
    let closed = write(&read_only, "closed.mmstats", &original(dead_pid()));

    let as_nobody = || {
        let mut command = tool(program.to_str().unwrap());
        command.uid(nobody.as_raw());
        command
    };
    let (code, report, stderr) = said(as_nobody, &[sticky, read_only]);
    assert_eq!(code, Some(2));
    assert_eq!(report["removed"].as_array().unwrap().len(), 1, "{report}");
    assert_eq!(report["removed"][0]["path"], own.to_str().unwrap());
    for (path, reason) in [(&theirs, "not permitted"), (&closed, "Permission denied")] {
        let path = path.display();
        let line = format!("cleanstats: {path}: dead, but it can't be removed: ");
        let line = stderr.lines().find_map(|found| found.strip_prefix(&line));
        assert!(line.is_some_and(|line| line.contains(reason)), "{stderr}");
    }
    assert!(theirs.exists() && closed.exists() && !own.exists());
}

#[test]
fn files_on_a_read_only_file_system() {
    let (folder, program) = folder();
    let path = directory(folder.path(), "stats", 0o777);
    let dead = write(&path, "dead.mmstats", &original(dead_pid()));
    let mounted = |what: &str| {
        let mut command = tool("unshare");
        command.args(["--mount", "--map-root-user", "sh", "-c"]).arg(format!(
            "mount --bind \"$0\" \"$0\" && mount -o remount,ro,bind \"$0\" && {what}"
        ));
        command.arg(&path).arg(&program);
        command
    };
    if !succeeds(&mut mounted("true")) {
        return;
    }
    let (code, report, stderr) = said(|| mounted("exec \"$@\""), std::slice::from_ref(&path));
    assert_eq!((code, report["removed"].as_array().unwrap().len()), (Some(2), 0));
    assert!(stderr.contains("can't be removed: Read-only file system"), "{stderr}");
    assert!(dead.exists());
}
