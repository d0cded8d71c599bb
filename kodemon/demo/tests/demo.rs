//! The demos make the calls they announce and exit cleanly on a signal.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::pipe;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use mmstats_testing::receiver::Receiver;
use mmstats_testing::required::is_installed;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// Killed when dropped, so that a failed test leaves none behind.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Starts a command that sends to this server and publishes into this directory.
fn start(command: &mut Command, server: &Receiver, directory: &Path) -> Running {
    let child = command
        .env_remove("KODEMON_HOST")
        .env_remove("KODEMON_TOKEN")
        .env_remove("MMSTATS_FILES")
        .env("KODEMON_PORT", server.port().to_string())
        .env("MMSTATS_PATH", directory)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdout(Stdio::null())
        .spawn();
    Running(child.unwrap())
}

/// Waits until each of these keys has come, and no others.
fn await_keys(server: &Receiver, keys: &[&str]) {
    let keys: BTreeSet<_> = keys.iter().copied().collect();
    let mut seen = BTreeSet::new();
    while seen.len() < keys.len() {
        let message = server.message();
        let key = message["key"].as_str().unwrap();
        assert!(keys.contains(key), "{message}");
        seen.insert(key.to_owned());
    }
}

fn exits_cleanly(mut child: Running, signal: Signal) {
    kill(Pid::from_raw(child.0.id().cast_signed()), signal).unwrap();
    assert_eq!(child.0.wait().unwrap().code(), Some(0));
}

#[test]
fn the_shop_sends_its_calls_and_leaves_no_file_behind() {
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        // Each has its own socket, as messages of the previous one may still be queued.
        let (server, directory) = (Receiver::start(), tempfile::tempdir().unwrap());
        let mut command = Command::new(env!("CARGO_BIN_EXE_kodemon_demo"));
        let child = start(&mut command, &server, directory.path());
        let keys = [
            "kodemon_demo.rs-take_order",
            "kodemon_demo.rs-charge",
            "kodemon_demo.rs-deliver",
            "check-out",
            "price",
            "reports/sales",
        ];
        await_keys(&server, &keys);
        assert!(directory.path().read_dir().unwrap().count() > 0, "some are recorded, too");
        exits_cleanly(child, signal);
        assert_eq!(directory.path().read_dir().unwrap().count(), 0);
    }
}

/// It panicked, in the middle of its calls.
#[test]
fn the_shop_exits_if_its_output_cannot_be_written() {
    let (server, directory) = (Receiver::start(), tempfile::tempdir().unwrap());
    let full = File::options().write(true).open("/dev/full").unwrap();
    let (reader, closed) = pipe().unwrap();
    drop(reader);
    let no_space =
        "kodemon_demo: writing to stdout failed: No space left on device (os error 28)\n";
    for (stdout, code, message) in [(full.into(), 2, no_space), (Stdio::from(closed), 0, "")] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kodemon_demo"));
        command
            .env("KODEMON_PORT", server.port().to_string())
            .env("MMSTATS_PATH", directory.path());
        let child = command.stdout(stdout).stderr(Stdio::piped()).spawn().unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), message);
        assert_eq!(output.status.code(), Some(code));
        assert_eq!(directory.path().read_dir().unwrap().count(), 0);
    }
}

#[test]
fn the_python_library_sends_its_calls() {
    let (server, directory) = (Receiver::start(), tempfile::tempdir().unwrap());
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../python/demo.py");
    let mut command = Command::new("python3");
    if !is_installed("python3") {
        return;
    }
    let child = start(command.arg(demo), &server, directory.path());
    let keys = ["demo.py-find", "demo.py-lend", "demo.py-shelves", "stamp", "letters/remind"];
    await_keys(&server, &keys);
    exits_cleanly(child, Signal::SIGINT);
}
