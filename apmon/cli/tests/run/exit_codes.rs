//! How it ends.

use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use mmstats_testing::command::{run, tool, within};
use mmstats_testing::required::is_installed;
use tempfile::TempDir;

use crate::command::{apmon_run, apmon_run_script};

#[test]
fn the_exit_code_is_that_of_the_command() {
    for code in [0, 1, 2, 7, 125, 255] {
        let run = run(&mut apmon_run_script(&format!("exit {code}")));
        assert_eq!((run.code, &*run.stdout, &*run.stderr), (Some(code), "", ""));
    }
}

#[test]
fn a_signal_gives_what_a_shell_has_for_it() {
    // 34 is one of real time.
    for signal in [1, 2, 9, 13, 15, 34] {
        let run = run(&mut apmon_run_script(&format!("kill -{signal} $$")));
        assert_eq!((run.code, &*run.stdout, &*run.stderr), (Some(128 + signal), "", ""));
    }
}

/// A library that knows these signals by number alone may take the end of one process for an error.
#[test]
fn an_orphan_that_is_ended_by_a_signal_of_real_time_is_reaped() {
    let script = "orphan=$(sh -c 'sh -c \"kill -34 \\$\\$\" > /dev/null & echo $!')
                  while kill -0 $orphan; do :; done 2> /dev/null; exit 5";
    let run = run(&mut apmon_run_script(script));
    assert_eq!((run.code, &*run.stdout, &*run.stderr), (Some(5), "", ""));
}

#[test]
fn what_cannot_be_executed_is_named() {
    let directory = TempDir::new().unwrap();
    let path = |name: &str| directory.path().join(name).into_os_string().into_string().unwrap();
    let write = |name, mode| {
        fs::write(path(name), "#!/no/such/shell\n").unwrap();
        fs::set_permissions(path(name), fs::Permissions::from_mode(mode)).unwrap();
        path(name)
    };
    for (command, code, reason) in [
        (path("none"), 127, "No such file or directory"),
        ("no such command".to_owned(), 127, "No such file or directory"),
        (write("no-shell", 0o755), 127, "No such file or directory"),
        (write("not-executable", 0o644), 126, "Permission denied"),
        (directory.path().display().to_string(), 126, "Permission denied"),
    ] {
        let run = run(&mut apmon_run(&command));
        assert_eq!((run.code, &*run.stdout), (Some(code), ""), "{command}");
        assert!(run.stderr.starts_with(&format!("apmon: {command}: {reason}")), "{}", run.stderr);
        assert_eq!(run.stderr.lines().count(), 1);
    }
}

/// Whoever executed this program knows nothing of it.
#[test]
fn a_script_without_an_interpreter_is_run_by_the_shell() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("script");
    fs::write(&path, "echo \"$1\"; exit 3\n").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    let in_path = |name: &str| {
        let mut command = apmon_run(name);
        let others = env::var_os("PATH").unwrap();
        let folders = env::split_paths(&others);
        let folders =
            [Path::new("/none").to_owned(), directory.path().to_owned()].into_iter().chain(folders);
        command.env("PATH", env::join_paths(folders).unwrap());
        command
    };
    for mut command in [apmon_run(&path), in_path("script")] {
        let run = run(command.arg("an argument"));
        assert_eq!((run.code, &*run.stdout, &*run.stderr), (Some(3), "an argument\n", ""));
    }
}

/// Programs inherit that SIGCHLD is ignored, and the kernel would throw the exit code away.
#[test]
fn the_exit_code_is_known_also_if_children_are_ignored() {
    if !is_installed("perl") {
        return;
    }
    // Not every shell can ignore it.
    let mut perl = Command::new("perl");
    perl.args(["-e", "$SIG{CHLD} = 'IGNORE'; exec @ARGV", "--"]);
    let run = run(&mut within(perl, &apmon_run_script("exit 7")));
    assert_eq!((run.code, &*run.stderr), (Some(7), ""));
}

#[test]
fn wrong_arguments_start_nothing() {
    let directory = TempDir::new().unwrap();
    let file = directory.path().join("started");
    for arguments in [&["--no-such-option"][..], &["-d", "host:0"]] {
        let mut command = tool(env!("CARGO_BIN_EXE_apmon"));
        command.arg("run").args(arguments).args(["--", "touch"]).arg(&file);
        let run = run(&mut command);
        assert_eq!((run.code, &*run.stdout), (Some(2), ""), "{arguments:?}");
        assert!(!run.stderr.is_empty());
    }
    let nothing = run(tool(env!("CARGO_BIN_EXE_apmon")).args(["run"]));
    assert_eq!(nothing.code, Some(2));
    assert!(nothing.stderr.contains("COMMAND"), "{}", nothing.stderr);
    assert!(!file.exists());
}
