//! A set-user-ID program ignores the environment of whoever starts it.

use std::env;
use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;
use std::process::Command;

use mmstats::Options;
use mmstats_testing::actor::{Actor, play};
use mmstats_testing::required::{requires, skip};
use mmstats_testing::stats_dir::files;
use nix::unistd::{getegid, geteuid, getgid, getuid};

/// The user whose rights the program gets.
const NOBODY: u32 = 65_534;

#[test]
#[ignore = "a role"]
fn privileged() {
    play(|question| match question {
        "different rights?" => (getuid() != geteuid() || getgid() != getegid()).to_string(),
        "created" => {
            let stats = Options::dynamic("Secure").create().unwrap();
            stats.path().unwrap().to_str().unwrap().to_owned()
        }
        "searched" => mmstats::find([""; 0]).locations().join(" "),
        other => panic!("{other:?}"),
    });
}

/// Starts this program with the rights that a mode of its file gives it.
fn start(directory: &Path, mode: u32) -> Option<Actor> {
    let program = directory.join("program");
    fs::copy(env::current_exe().unwrap(), &program).unwrap();
    chown(&program, Some(NOBODY), Some(NOBODY)).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(mode)).unwrap();
    let mut command = Command::new(program);
    command.env("MMSTATS_FILES", "planted");
    for variable in ["MMSTATS_PATH", "MMSTATS_GLOB", "TMPDIR"] {
        command.env(variable, directory);
    }
    let mut actor = Actor::start_by(command, "privileged");
    (actor.ask("different rights?") == "true").then_some(actor)
}

#[test]
fn a_set_user_id_program_ignores_the_environment() {
    if !requires(geteuid().is_root(), "only root can make a program of another user") {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o777)).unwrap();
    for mode in [0o4755, 0o2755] {
        let Some(mut program) = start(directory.path(), mode) else {
            return skip("the temporary directory is mounted nosuid");
        };
        let created = program.ask("created");
        let in_directory = |parent: &str| created.starts_with(&format!("{parent}/program-"));
        assert!(in_directory("/dev/shm") || in_directory("/tmp"), "{mode:o}: {created}");
        let searched = program.ask("searched");
        let expected = "/dev/shm/*.mmstats /dev/shm/mmstats-* /tmp/*.mmstats /tmp/mmstats-*";
        assert_eq!(searched, expected, "{mode:o}");
        assert_eq!(files(directory.path()), [directory.path().join("program")]);
    }
}
