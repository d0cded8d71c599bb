//! `--file` and `--add-label`: a file for other programs, whole at every moment.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use mmstats_testing::command::{Run, run, tool};
use mmstats_testing::required::is_installed;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

use crate::every_kind::EveryKind;
use crate::{command, output, slurpstats, vector};

/// The names in a directory, sorted.
fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

/// Runs it with `--file` on this path and returns the exit code and stderr.
fn to_file(path: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let Run { code, stdout, stderr } = run(command().args(arguments).arg("--file").arg(path));
    assert_eq!(stdout, "");
    (code, stderr)
}

/// A directory with a file to be replaced.
fn target() -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("stats.prom");
    fs::write(&path, "before\n").unwrap();
    (directory, path)
}

#[test]
fn a_file_gets_what_stdout_would_get() {
    let every = EveryKind::new();
    let (directory, path) = target();
    for format in ["text", "json", "csv", "prom"] {
        for sum in [&[][..], &["--sum"]] {
            let arguments = [&["-o", format, "-l", "[!i]*", every.directory()], sum].concat();
            assert_eq!(to_file(&path, &arguments), (Some(0), String::new()));
            assert_eq!(fs::read_to_string(&path).unwrap(), output(arguments), "{format}");
        }
    }
    assert_eq!(names(directory.path()), ["stats.prom"]);
}

#[test]
fn readers_never_see_a_partial_file() {
    let (_directory, path) = target();
    let files = [vector("py-0.6.1-big"), vector("py-0.8.0-big")];
    let arguments = ["-o", "prom", &files[0], &files[1]];
    let expected = output(arguments);
    fs::write(&path, &expected).unwrap();
    let done = AtomicBool::new(false);
    thread::scope(|threads| {
        let reader = threads.spawn(|| {
            let mut readings = 0;
            while !done.load(Ordering::Relaxed) {
                assert_eq!(fs::read_to_string(&path).unwrap().len(), expected.len());
                readings += 1;
            }
            readings
        });
        for _ in 0..20 {
            assert_eq!(to_file(&path, &arguments), (Some(0), String::new()));
        }
        done.store(true, Ordering::Relaxed);
        assert!(reader.join().unwrap() > 0);
    });
    assert_eq!(fs::read_to_string(&path).unwrap(), expected);
}

#[test]
fn without_programs_the_file_is_valid_and_the_run_succeeds() {
    let (_directory, path) = target();
    let nothing = tempfile::tempdir().unwrap();
    for (format, expected) in [
        ("json", "{\"schema\":1,\"files\":[],\"errors\":[]}\n"),
        (
            "prom",
            "# HELP mmstats_files Stats files whose stats these are.\n\
             # TYPE mmstats_files gauge\nmmstats_files 0\n",
        ),
        ("text", ""),
    ] {
        let arguments = ["-o", format, nothing.path().to_str().unwrap()];
        assert_eq!(to_file(&path, &arguments), (Some(0), String::new()));
        assert_eq!(fs::read_to_string(&path).unwrap(), expected);
    }
    to_file(&path, &["-o", "csv", nothing.path().to_str().unwrap()]);
    assert!(fs::read_to_string(&path).unwrap().contains(",label,"));
    let (code, stderr) = to_file(&path, &["-o", "prom", "/no/such/location"]);
    assert!(code == Some(2) && stderr.contains("/no/such/location: No such file"), "{stderr}");
}

#[test]
fn a_failure_leaves_the_old_file_and_nothing_else() {
    let (directory, path) = target();
    let location = vector("py-0.6.1-big");
    let mut limited = tool("sh");
    limited.args(["-c", "ulimit -f 1; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_slurpstats")]);
    let too_large = run(limited.args(["-o", "json", &location, &location, "--file"]).arg(&path));
    let expected = format!("slurpstats: {}: File too large (os error 27)\n", path.display());
    assert_eq!((too_large.code, too_large.stderr), (Some(2), expected));

    let stats = directory.path().join("web.mmstats");
    fs::copy(vector("py-0.6.1-web"), &stats).unwrap();
    let dangling = directory.path().join("dangling");
    symlink("nowhere", &dangling).unwrap();
    for (wrong, reason) in [
        (Path::new("/no/such/folder/x"), "can't create a file beside it: No such file"),
        (directory.path(), "not a regular file"),
        (Path::new("/dev/null"), "not a regular file"),
        (&dangling, "the symbolic link is broken"),
        (&stats, "this is a stats file"),
    ] {
        let (code, stderr) = to_file(wrong, &[&location]);
        let expected = format!("slurpstats: {}: {reason}", wrong.display());
        assert!(code == Some(2) && stderr.starts_with(&expected), "{stderr}");
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), "before\n");
    assert_eq!(names(directory.path()), ["dangling", "stats.prom", "web.mmstats"]);
}

#[test]
fn links_are_followed_and_permissions_stay() {
    let (directory, path) = target();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o604)).unwrap();
    let link = directory.path().join("link");
    symlink("stats.prom", &link).unwrap();
    let location = vector("py-0.6.1-web");
    assert_eq!(to_file(&link, &[&location]).0, Some(0));
    assert!(link.symlink_metadata().unwrap().is_symlink());
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o604);
    assert_eq!(fs::read_to_string(&path).unwrap(), output([&*location]));

    let new = directory.path().join("new");
    let mut shell = tool("sh");
    shell.args(["-c", "umask 027; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_slurpstats")]);
    run(shell.args([&location, "--file"]).arg(&new));
    assert_eq!(fs::metadata(&new).unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(names(directory.path()), ["link", "new", "stats.prom"]);
}

/// The run is stopped while it writes, if the signal is in time.
#[test]
fn a_signal_leaves_the_old_file_and_nothing_else() {
    let many = tempfile::tempdir().unwrap();
    for number in 0..300 {
        fs::copy(vector("py-0.6.1-big"), many.path().join(format!("{number}.mmstats"))).unwrap();
    }
    let (directory, path) = target();
    for signal in [Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP] {
        let is_caught = (0..50).any(|_| is_ended_while_writing(signal, many.path(), &path));
        assert!(is_caught, "never interrupted while writing");
        assert_eq!(names(directory.path()), ["stats.prom"], "{signal}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "before\n");
    }
}

/// Whether the signal came while the new file was being written.
fn is_ended_while_writing(signal: Signal, location: &Path, path: &Path) -> bool {
    let mut child =
        command().args(["-o", "json", "--file"]).arg(path).arg(location).spawn().unwrap();
    let pid = Pid::from_raw(child.id().cast_signed());
    let beside = path.with_file_name(format!(".slurpstats-{pid}.tmp"));
    while !beside.exists() && child.try_wait().unwrap().is_none() {
        thread::yield_now();
    }
    kill(pid, Signal::SIGSTOP).unwrap();
    let is_stopped =
        matches!(waitpid(pid, Some(WaitPidFlag::WUNTRACED)), Ok(WaitStatus::Stopped(..)));
    let is_caught = is_stopped && beside.exists();
    if is_stopped {
        kill(pid, signal).unwrap();
        kill(pid, Signal::SIGCONT).unwrap();
        let status = waitpid(pid, None).unwrap();
        assert!(!is_caught || status == WaitStatus::Signaled(pid, signal, false), "{status:?}");
    }
    if !is_caught {
        fs::write(path, "before\n").unwrap();
    }
    is_caught
}

#[test]
fn labels_are_added_to_every_sample() {
    let every = EveryKind::new();
    let labels = ["--add-label", "job=nightly \"backup\"", "--add-label", "rack=7"];
    for sum in [&["--texts"][..], &["--sum"]] {
        let text = output([&["-o", "prom", every.directory()], &labels[..], sum].concat());
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            assert!(line.contains(r#"job="nightly \"backup\"",rack="7""#), "{line}");
        }
        if is_installed("promtool") {
            let mut promtool = Command::new("promtool");
            let mut child =
                promtool.args(["check", "metrics"]).stdin(Stdio::piped()).spawn().unwrap();
            std::io::Write::write_all(&mut child.stdin.take().unwrap(), text.as_bytes()).unwrap();
            // 3: promtool parses all of it and complains about a name.
            assert!(matches!(child.wait().unwrap().code(), Some(0 | 3)), "{text}");
        }
    }
}

#[test]
fn labels_that_cannot_be_added_are_rejected() {
    for (arguments, reason) in [
        (&["-o", "prom", "--add-label", "pid=1"][..], "already have a label pid"),
        (&["-o", "prom", "--add-label", "a-b=1"], "ASCII letters"),
        (&["-o", "prom", "--add-label", "a=1", "--add-label", "a=2"], "given twice for a"),
        (&["-o", "json", "--add-label", "a=1"], "requires -o prom"),
    ] {
        let Run { code, stderr, .. } = slurpstats(arguments.iter().copied());
        assert!(code == Some(2) && stderr.contains(reason), "{stderr}");
    }
}
