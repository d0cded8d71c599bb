//! How mmash behaves as a process: arguments, settings, messages, and files that come and go.

use std::fs::{self, File, Permissions};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Instant;

use mmstats_testing::command::{Run, run, tool};
use mmstats_testing::original::original;
use mmstats_testing::server::Server;
use mmstats_testing::stats_dir::write;
use mmstats_testing::{TIMEOUT, http};
use nix::sys::signal::Signal;
use nix::unistd::{User, getuid};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{command, command_on};

/// A running mmash with many polls a second, and its stderr.
struct Logged {
    server: Server,
    file: StderrFile,
}

/// Where stderr goes. A test that fails shows it.
struct StderrFile(TempDir);

impl StderrFile {
    fn path(&self) -> PathBuf {
        self.0.path().join("stderr")
    }
}

impl Drop for StderrFile {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("stderr: {:?}", fs::read_to_string(self.path()));
        }
    }
}

impl Logged {
    fn start(command: &mut Command) -> Self {
        let file = StderrFile(TempDir::new().unwrap());
        command.args(["--interval", "0.01"]).stderr(File::create(file.path()).unwrap());
        Self { server: Server::start(command), file }
    }

    fn stderr(&self) -> String {
        fs::read_to_string(self.file.path()).unwrap()
    }

    /// The messages once there are this many: a thread of its own writes them.
    #[track_caller]
    fn messages(&self, count: usize) -> String {
        let started = Instant::now();
        loop {
            let stderr = self.stderr();
            if stderr.matches('\n').count() >= count {
                return stderr;
            }
            assert!(started.elapsed() < TIMEOUT, "{stderr}");
            thread::yield_now();
        }
    }

    /// The files once this holds.
    #[track_caller]
    fn await_files(&self, holds: impl Fn(&Value) -> bool) -> Value {
        let started = Instant::now();
        loop {
            let answer = self.server.get("/api/v1/files").json();
            if holds(&answer) {
                return answer;
            }
            assert!(started.elapsed() < TIMEOUT, "{answer}");
        }
    }

    /// Returns after this many polls.
    fn await_polls(&self, polls: usize) {
        for _ in 0..polls {
            let time = self.server.get("/api/v1/files").json()["time"].clone();
            self.await_files(|files| files["time"] != time);
        }
    }
}

/// The number of files.
fn count(answer: &Value) -> usize {
    answer["files"].as_array().unwrap().len()
}

/// Makes a whole file appear at once.
fn appear(directory: &Path, name: &str, content: &[u8]) -> PathBuf {
    let path = directory.join(name);
    fs::rename(write(directory, "unfinished", content), &path).unwrap();
    path
}

/// mmash with only its settings file.
fn with_settings(directory: &Path, settings: &str) -> Command {
    let path = write(directory, "settings.py", settings.as_bytes());
    let mut command = tool(env!("CARGO_BIN_EXE_mmash"));
    command.env("MMASH_SETTINGS", path).env("MMSTATS_PATH", directory.join("none"));
    command
}

#[test]
fn a_file_is_open_as_long_as_it_exists() {
    let directory = TempDir::new().unwrap();
    let create = |number| {
        write(directory.path(), format!("mmstats-{number}"), &original(std::process::id()))
    };
    let paths: Vec<_> = (0..5).map(create).collect();
    let logged = Logged::start(&mut command(directory.path()));
    let open = || {
        let open = fs::read_dir(format!("/proc/{}/fd", logged.server.pid())).unwrap();
        let open = open.filter_map(|open| fs::read_link(open.unwrap().path()).ok());
        open.filter(|file| file.starts_with(directory.path())).count()
    };
    logged.await_files(|files| count(files) == 5);
    logged.await_polls(2);
    assert_eq!(open(), 5, "each once");
    for path in &paths {
        fs::remove_file(path).unwrap();
    }
    logged.await_files(|files| count(files) == 0);
    assert_eq!(open(), 0);
}

#[test]
fn settings_apply_and_arguments_override_them() {
    let directory = TempDir::new().unwrap();
    let path = write(directory.path(), "one.stats", &original(1)).display().to_string();
    let settings = format!(
        "# the original's\nHOST = '127.0.0.2'\nPORT = 0  # any\nMMSTATS_GLOB = '{}/*.stats'\n",
        directory.path().display()
    );
    let server = Server::start(&mut with_settings(directory.path(), &settings));
    assert_eq!(server.address.ip(), Ipv4Addr::new(127, 0, 0, 2));
    assert_eq!(server.get("/files/").json(), json!({"files": [path]}));

    let other = write(directory.path(), "two.other", &original(1)).display().to_string();
    let mut command = with_settings(directory.path(), &settings);
    command.args(["--listen", "127.0.0.1:0", "--glob", &other]);
    let server = Server::start(&mut command);
    assert_eq!(server.address.ip(), Ipv4Addr::LOCALHOST);
    assert_eq!(server.get("/files/").json(), json!({"files": [other]}));
}

#[test]
fn invalid_settings_are_reported_with_file_and_line() {
    let directory = TempDir::new().unwrap();
    for (settings, expected) in [
        ("PORT = 0\nSECRET = 'x'\n", "line 2: \"SECRET = 'x'\": the settings are HOST, PORT,"),
        ("\n\nPORT = '5002'", "line 3: \"PORT = '5002'\": PORT must be a number"),
        ("HOST = 'no.such.host.invalid'\nPORT = 0", "HOST = \"no.such.host.invalid\": "),
    ] {
        let Run { code, stdout, stderr } = run(&mut with_settings(directory.path(), settings));
        assert_eq!((code, stdout.as_str()), (Some(2), ""), "{stderr}");
        assert!(stderr.starts_with("mmash: ") && stderr.contains(expected), "{stderr}");
        let file = format!("MMASH_SETTINGS={}/settings.py: line", directory.path().display());
        assert!(!expected.starts_with("line") || stderr.contains(&file), "{stderr}");
    }
    let binary = write(directory.path(), "binary", b"\xff\xfe");
    for (file, reason) in
        [(Path::new("/nowhere/settings.py"), "No such file or directory"), (&binary, "not UTF-8")]
    {
        let mut command = tool(env!("CARGO_BIN_EXE_mmash"));
        let Run { code, stderr, .. } = run(command.env("MMASH_SETTINGS", file));
        let expected = format!("mmash: MMASH_SETTINGS={}: {reason}", file.display());
        assert!(code == Some(2) && stderr.starts_with(&expected), "{stderr}");
    }
}

#[test]
fn a_port_in_use_is_an_error() {
    let directory = TempDir::new().unwrap();
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let mut command = tool(env!("CARGO_BIN_EXE_mmash"));
    command.env("MMSTATS_PATH", directory.path()).args(["--listen", &address]);
    let Run { code, stdout, stderr } = run(&mut command);
    assert_eq!((code, stdout.as_str()), (Some(2), ""));
    let expected = format!("mmash: can't listen on {address}: Address already in use");
    assert!(stderr.starts_with(&expected), "{stderr}");
    assert_eq!(stderr.lines().count(), 1);
}

#[test]
fn help_and_man_page_explain_how_to_use_it() {
    let help = run(tool(env!("CARGO_BIN_EXE_mmash")).arg("--help"));
    assert_eq!((help.code, help.stderr.as_str()), (Some(0), ""));
    for text in ["http://127.0.0.1:5002/", "MMASH_SETTINGS", "--glob", "without a password"] {
        assert!(help.stdout.contains(text), "{text:?} in {}", help.stdout);
    }
    let man = run(tool(env!("CARGO_BIN_EXE_mmash")).args(["--generate", "man"]));
    assert_eq!((man.code, man.stderr.as_str()), (Some(0), ""));
    for text in [".TH mmash 1", ".SH \"EXAMPLES\"", "MMASH_SETTINGS", "\\-\\-listen"] {
        assert!(man.stdout.contains(text), "{text:?} in {}", man.stdout);
    }
    for wrong in [&["--listen", "stats.example:80"], &["--interval", "0"], &["--buckets", "1"]] {
        let Run { code, stderr, .. } = run(tool(env!("CARGO_BIN_EXE_mmash")).args(wrong));
        assert!(code == Some(2) && stderr.contains(wrong[0]), "{stderr}");
    }
    let by_name = run(tool(env!("CARGO_BIN_EXE_mmash")).args(["--listen", "stats.example:80"]));
    assert!(by_name.stderr.contains("expected a port or an address"), "{}", by_name.stderr);
}

#[test]
fn a_warning_says_that_others_can_reach_it() {
    let directory = TempDir::new().unwrap();
    let mut command = tool(env!("CARGO_BIN_EXE_mmash"));
    command.args(["--listen", "0.0.0.0:0", "--glob"]).arg(directory.path());
    let open = Logged::start(command.env("MMSTATS_PATH", directory.path().join("none")));
    let address = open.server.address;
    let warning = open.messages(1);
    assert!(warning.starts_with(&format!("mmash: listening on {address}: ")), "{warning}");
    assert!(warning.ends_with("without a password\n"), "{warning}");
    assert_eq!(warning.lines().count(), 1, "{warning}");
    let local = (Ipv4Addr::LOCALHOST, address.port()).into();
    assert_eq!(http::get(local, "/stats/").status, 200);

    let closed = Logged::start(&mut command_of_nothing(directory.path()));
    closed.await_polls(2);
    assert_eq!(closed.stderr(), "");
}

fn command_of_nothing(directory: &Path) -> Command {
    let empty = directory.join("empty");
    fs::create_dir_all(&empty).unwrap();
    command(&empty)
}

#[test]
fn files_come_and_go() {
    let directory = TempDir::new().unwrap();
    let mmash = Logged::start(&mut command(directory.path()));
    assert_eq!(mmash.server.get("/stats/").json(), json!({"stats": []}));
    for _ in 0..2 {
        let path = appear(directory.path(), "mmstats-one", &original(1));
        mmash.await_files(|files| count(files) == 1);
        assert_eq!(mmash.server.get("/stats/hits").json(), json!({"hits": [7]}));
        fs::remove_file(path).unwrap();
        mmash.await_files(|files| count(files) == 0);
    }
    assert_eq!(mmash.stderr(), "");
}

#[test]
fn a_directory_may_appear_later() {
    let directory = TempDir::new().unwrap();
    let later = directory.path().join("later");
    let mmash = Logged::start(&mut command(&later));
    let files = mmash.server.get("/api/v1/files").json();
    assert_eq!((count(&files), &files["errors"][0]["path"]), (0, &json!(later)));
    mmash.await_polls(3);
    let reported = format!("mmash: {}: No such file or directory (os error 2)\n", later.display());
    assert_eq!(mmash.messages(1), reported);
    let prepared = directory.path().join("prepared");
    fs::create_dir(&prepared).unwrap();
    write(&prepared, "mmstats-one", &original(1));
    fs::rename(&prepared, &later).unwrap();
    let files = mmash.await_files(|files| count(files) == 1);
    assert_eq!(files["errors"], json!([]));
    fs::rename(&later, &prepared).unwrap();
    mmash.await_files(|files| files["errors"] != json!([]));
    mmash.await_polls(2);
    assert_eq!(mmash.messages(2), reported.repeat(2));
}

#[test]
fn a_bad_file_is_reported_once() {
    let directory = TempDir::new().unwrap();
    write(directory.path(), "mmstats-good", &original(1));
    let wrong = write(directory.path(), "mmstats-\u{1b}[2J", b"no stats at all");
    let cut = write(directory.path(), "mmstats-cut", &original(1)[..30]);
    let mmash = Logged::start(&mut command(directory.path()));
    mmash.await_polls(5);
    let reported = mmash.messages(2);
    assert_eq!(reported.lines().count(), 2, "{reported}");
    assert!(
        reported.contains("/mmstats-\\x1b[2J: ") && reported.contains("/mmstats-cut: "),
        "{reported}"
    );
    let files = mmash.server.get("/api/v1/files").json();
    let paths = files["errors"].as_array().unwrap().iter().map(|error| &error["path"]);
    assert_eq!(paths.collect::<Vec<_>>(), [&json!(wrong), &json!(cut)]);
    assert_eq!(mmash.server.get("/stats/hits").json(), json!({"hits": [7]}));

    fs::remove_file(&wrong).unwrap();
    mmash.await_files(|files| files["errors"].as_array().unwrap().len() == 1);
    appear(directory.path(), "mmstats-\u{1b}[2J", b"no stats again");
    mmash.await_files(|files| files["errors"].as_array().unwrap().len() == 2);
    mmash.await_polls(2);
    let reported = mmash.messages(3);
    assert_eq!(reported.lines().count(), 3, "{reported}");
}

#[test]
fn an_unreadable_directory_is_reported_once() {
    let directory = TempDir::new().unwrap();
    let everybody = Permissions::from_mode(0o755);
    fs::set_permissions(directory.path(), everybody.clone()).unwrap();
    let closed = directory.path().join("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, Permissions::from_mode(0o000)).unwrap();
    let mut program = PathBuf::from(env!("CARGO_BIN_EXE_mmash"));
    if getuid().is_root() {
        // Others may not reach its folder. It is copied by another process, as a fork of this one
        // might hold the copy open for writing.
        let copy = directory.path().join("mmash");
        assert!(Command::new("cp").arg(program).arg(&copy).status().unwrap().success());
        fs::set_permissions(&copy, everybody).unwrap();
        program = copy;
    }
    let mut command = tool(program.to_str().unwrap());
    if getuid().is_root() {
        let nobody = User::from_name("nobody").unwrap().expect("there is a nobody");
        command.uid(nobody.uid.as_raw()).gid(nobody.gid.as_raw()).current_dir("/");
    }
    command.args(["--listen", "127.0.0.1:0", "--glob"]).arg(&closed);
    let mmash = Logged::start(command.env("MMSTATS_PATH", &closed));
    mmash.await_polls(3);
    let reported = format!("mmash: {}: Permission denied (os error 13)\n", closed.display());
    assert_eq!(mmash.messages(1), reported);
    let files = mmash.server.get("/api/v1/files").json();
    assert_eq!((count(&files), &files["errors"][0]["path"]), (0, &json!(closed)));
}

#[test]
fn each_request_is_logged_when_enabled() {
    let directory = TempDir::new().unwrap();
    let nothing = directory.path().join("nothing-*").display().to_string();
    let settings = format!("DEBUG = True\nPORT = 0\nMMSTATS_GLOB = '{nothing}'\n");
    let by_settings = Logged::start(&mut with_settings(directory.path(), &settings));
    let by_argument = Logged::start(command_of_nothing(directory.path()).arg("--verbose"));
    let silent = Logged::start(&mut command_of_nothing(directory.path()));
    for mmash in [&by_settings, &by_argument, &silent] {
        mmash.server.get("/stats/a%1b?exact");
        mmash.server.get("/nowhere\u{9b}31m");
        let request = "POST / HTTP/1.1\r\nHost: localhost\r\n\r\n";
        http::send(mmash.server.address, request).expect("an answer");
    }
    for mmash in [&by_settings, &by_argument] {
        let reported = mmash.messages(3);
        let lines: Vec<_> = reported.lines().map(|line| line.rsplit_once(' ').unwrap().0).collect();
        let nowhere = lines[1];
        assert!(nowhere.starts_with("mmash: GET /nowhere") && nowhere.ends_with("31m 404"));
        assert!(!reported.contains('\u{9b}'), "{reported:?}");
        assert_eq!([lines[0], lines[2]], ["mmash: GET /stats/a%1b?exact 200", "mmash: POST / 405"]);
        assert_eq!(lines.len(), 3);
    }
    assert_eq!(silent.stderr(), "");
}

#[test]
fn its_telemetry_is_among_the_stats() {
    let directory = TempDir::new().unwrap();
    let mut command = command(directory.path());
    let mmash = Logged::start(command.env("MMSTATS_PATH", directory.path()));
    mmash.server.get("/nowhere");
    mmash.server.get("/metrics");
    let mut page = http::connect(mmash.server.address);
    let request = "GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n";
    std::io::Write::write_all(&mut page, request.as_bytes()).unwrap();
    http::receive_head(&mut page).expect("an answer");
    // A poll reads from the file what the previous one counted.
    mmash.await_polls(3);
    let telemetry = mmash.server.get("/stats/mmash.?aggr=one").json();
    for (label, expected) in [("refused", 1), ("scrapes", 1), ("streams", 1), ("files", 1)] {
        assert_eq!(telemetry[format!("mmash.{label}")], expected, "{label}: {telemetry}");
    }
    let count = |label: &str| telemetry[format!("mmash.{label}")].as_u64().unwrap();
    assert!(count("requests") >= 5 && count("looks") >= 2, "{telemetry}");
    let poll = mmash.server.get("/api/v1/stats/mmash.look").json();
    assert_eq!((&poll["stat"]["kind"], &poll["stat"]["files"]), (&json!("timer"), &json!(1)));
    assert_eq!(mmash.server.end(Signal::SIGTERM), Some(0));
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0, "its file is gone");
}

#[test]
fn it_serves_without_telemetry() {
    let directory = TempDir::new().unwrap();
    let mmash =
        Logged::start(command_of_nothing(directory.path()).env("MMSTATS_FILES", "{NONSENSE}"));
    assert_eq!(mmash.server.get("/stats/").json(), json!({"stats": []}));
    let reported = mmash.messages(1);
    assert!(
        reported.starts_with("mmash: no telemetry: ") && reported.contains("NONSENSE"),
        "{reported}"
    );
    assert_eq!(reported.lines().count(), 1, "{reported}");
}

#[test]
fn a_port_alone_and_localhost_mean_127_0_0_1() {
    let directory = TempDir::new().unwrap();
    for address in ["0", "localhost:0"] {
        let server = Server::start(&mut command_on(address, directory.path()));
        assert_eq!(server.address.ip(), Ipv4Addr::LOCALHOST, "{address}");
        assert_eq!(server.get("/healthz").status, 200);
    }
}
