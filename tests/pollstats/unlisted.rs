//! A directory that can't be listed for a while: its known files are still read.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use mmstats_testing::command::tool;
use nix::unistd::{User, geteuid};

use crate::{Running, command, counter, folder, publish};

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// pollstats as a user to whom permissions apply; a copy of it in `folder` if necessary.
fn unprivileged(folder: &Path) -> Command {
    if !geteuid().is_root() {
        return command();
    }
    // Others may not reach the tool's folder. It is copied by another process, as a fork of this one
    // might hold the copy open for writing.
    let copy = folder.join("pollstats");
    let copied = Command::new("cp").arg(env!("CARGO_BIN_EXE_pollstats")).arg(&copy).status();
    assert!(copied.unwrap().success());
    set_mode(&copy, 0o755);
    let nobody = User::from_name("nobody").unwrap().expect("there is a nobody");
    let mut command = tool(&copy);
    command.uid(nobody.uid.as_raw()).gid(nobody.gid.as_raw()).current_dir("/");
    command
}

#[test]
fn known_files_are_read_while_their_directory_can_t_be_listed() {
    let (parent, _) = folder();
    set_mode(parent.path(), 0o755);
    let folder = parent.path().join("stats");
    fs::create_dir(&folder).unwrap();
    set_mode(&folder, 0o755);
    let stats = publish(&folder);
    let done = counter(&stats, "done");
    let mut command = unprivileged(parent.path());
    command.args(["--delta", "-o", "csv", "-d", "0.02", "jobs.done"]).arg(&folder);
    let running = Running::of(&mut command);
    assert_eq!(running.line(), "time,jobs.done");
    for (mode, count) in [(0o311, 3), (0o755, 4)] {
        set_mode(&folder, mode);
        assert_eq!(running.sum_until_now(), 0);
        assert_eq!(running.cells()[1], "0", "the file is known");
        done.add(count);
        assert_eq!(running.sum_until_now(), count);
    }
    let (_, _, stderr) = running.interrupt();
    let reason = "Permission denied (os error 13)";
    assert_eq!(stderr, format!("pollstats: {}: {reason}\n", folder.display()), "once");
}
