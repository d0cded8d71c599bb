//! Bad files: stderr has a line with the file and the reason, the good file beside it is still
//! shown, the exit code is 2, and nothing hangs.

use std::fs::{self, File, Permissions};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Instant;

use mmstats_testing::TIMEOUT;
use mmstats_testing::command::{Run, dead_pid, run, tool};
use mmstats_testing::original::{content, field, original};
use mmstats_testing::stats_dir::write;
use nix::sys::stat::Mode;
use nix::unistd::{User, getuid, mkfifo};
use tempfile::TempDir;

fn slurpstats() -> Command {
    tool(env!("CARGO_BIN_EXE_slurpstats"))
}

/// A directory with one good file.
struct Beside {
    directory: TempDir,
    good: PathBuf,
}

impl Beside {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let good = write(directory.path(), "good.mmstats", &original(dead_pid()));
        Self { directory, good }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Runs slurpstats on a bad file and the good one.
    fn slurp(&self, bad: &Path) -> Run {
        run(slurpstats().arg(bad).arg(&self.good))
    }

    /// The bad file is reported with this reason, and nothing else changes.
    #[track_caller]
    fn is_refused(&self, bad: &Path, reason: &str) {
        let Run { code, stdout, stderr } = self.slurp(bad);
        assert_eq!(code, Some(2), "{stderr}");
        assert_eq!(stderr, format!("slurpstats: {}: {reason}\n", bad.display()));
        assert!(stdout.contains("hits    7\n"), "the good file is shown: {stdout}");
    }

    #[track_caller]
    fn content_is_refused(&self, bytes: &[u8], reason: &str) {
        self.is_refused(&write(self.directory.path(), "bad.mmstats", bytes), reason);
    }
}

#[test]
fn bytes_that_are_no_stats_file() {
    let beside = Beside::new();
    beside.content_is_refused(b"", "empty file");
    beside.content_is_refused(
        b"\x02\x01\0",
        "not a stats file: its first byte is 2, expected version 1",
    );
    beside.content_is_refused(
        b"\x01\xff",
        "cut short at offset 1: expected a label size of 2 bytes, found 1",
    );
    beside.content_is_refused(
        b"\x01\xff\xffabc",
        "cut short at offset 3: expected a label of 65535 bytes, found 3",
    );
}

/// The version byte and no field: a valid file without stats.
#[test]
fn one_byte() {
    let beside = Beside::new();
    let bad = write(beside.directory.path(), "bad.mmstats", b"\x01");
    let Run { code, stdout, stderr } = beside.slurp(&bad);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    assert!(stdout.starts_with(&format!("==> {}", bad.display())), "{stdout}");
    beside.content_is_refused(b"m", "not a stats file: its first byte is 109, expected version 1");
}

#[test]
fn false_and_invalid_signatures() {
    let beside = Beside::new();
    beside.content_is_refused(
        &content(&[field("huge", "1000000000s", 0xff, b"abc")]),
        "cut short at offset 21: expected 1000000000 bytes for the value of 'huge', found 5",
    );
    beside.content_is_refused(
        &content(&[field("odd", "\x1b[2J", 0xff, b"abc")]),
        "'odd' has an invalid type signature '\\x1b[2J' at offset 8, so the fields after it can't be \
         found: unknown type code '\\x1b'",
    );
    beside.content_is_refused(
        &content(&[field("odd", "Q", 7, &[0; 16])]),
        "'odd' has the write buffer 7 at offset 9, expected 0, 1 or 255",
    );
}

/// Inside a field: the whole fields before it and the message. At a field's end: those fields and
/// no error.
#[test]
fn truncated_at_every_byte() {
    let beside = Beside::new();
    let pid = dead_pid();
    let fields = [
        field("sys.pid", "I", 0xff, &pid.to_ne_bytes()),
        field("hits", "Q", 1, &[[7; 8], [8; 8]].concat()),
        field("name", "5s", 0xff, b"hello"),
    ];
    let mut ends = vec![1];
    for field in &fields {
        ends.push(ends[ends.len() - 1] + field.len());
    }
    let whole = content(&fields);
    // All in one directory, so that one process reads them and not a hundred.
    let directory = beside.path("cut");
    fs::create_dir(&directory).unwrap();
    for length in 0..whole.len() {
        write(&directory, format!("{length:03}.mmstats"), &whole[..length]);
    }
    let Run { code, stdout, stderr } = beside.slurp(&directory);
    assert_eq!(code, Some(2));
    assert!(stdout.contains("hits    7\n"), "{stdout}");
    let shown: Vec<&str> = stdout.split("==> ").collect();
    for length in 0..whole.len() {
        let name = format!("{length:03}.mmstats");
        let message = stderr.lines().find(|line| line.contains(&name));
        let stats = shown.iter().find(|file| file.contains(&name));
        let Some(before) = ends.iter().rposition(|&end| end <= length) else {
            assert!(message.is_some_and(|message| message.ends_with("empty file")), "{name}");
            continue;
        };
        // Half a terminator is a terminator: the original's pages may end in the middle of one.
        let at_an_end = ends.contains(&length) || length == whole.len() - 1;
        assert_eq!(message.is_none(), at_an_end, "{name}: {message:?}");
        assert!(message.is_none_or(|message| message.contains(": cut short at offset ")), "{name}");
        let lines = stats.unwrap().lines().filter(|line| line.starts_with("  "));
        assert_eq!(lines.count(), before, "{name}");
    }
}

#[test]
fn not_a_regular_file() {
    let beside = Beside::new();
    let fifo = beside.path("fifo");
    mkfifo(&fifo, Mode::S_IRWXU).unwrap();
    beside.is_refused(&fifo, "not a stats file but a FIFO");
    beside.is_refused(Path::new("/dev/null"), "not a stats file but a character device");

    let looping = beside.path("loop.mmstats");
    symlink(&looping, &looping).unwrap();
    let reason = "Too many levels of symbolic links (os error 40)";
    beside.is_refused(&looping, reason);
    beside.is_refused(&beside.path("none"), "No such file or directory (os error 2)");

    // The same if they are found in a directory.
    let run = run(slurpstats().arg(beside.directory.path()));
    assert_eq!(run.code, Some(2));
    assert_eq!(run.stderr, format!("slurpstats: {}: {reason}\n", looping.display()));
    assert!(run.stdout.contains("hits    7\n"), "{}", run.stdout);
}

/// A directory means the stats files in it; one that is named like a stats file is skipped.
#[test]
fn a_directory() {
    let beside = Beside::new();
    let inner = beside.path("inner.mmstats");
    fs::create_dir(&inner).unwrap();
    let run = run(slurpstats().arg(&inner).arg(beside.directory.path()));
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    assert_eq!(run.stdout.matches("==> ").count(), 1, "{}", run.stdout);
}

#[test]
fn no_permission() {
    let beside = Beside::new();
    let bad = write(beside.directory.path(), "bad.mmstats", &original(dead_pid()));
    fs::set_permissions(&bad, Permissions::from_mode(0o000)).unwrap();
    let everybody = Permissions::from_mode(0o755);
    fs::set_permissions(beside.directory.path(), everybody.clone()).unwrap();
    let mut command = slurpstats();
    if getuid().is_root() {
        // Root may read everything, and others may not reach the tool's folder. It is copied by
        // another process, as a fork of this one might hold the copy open for writing.
        let copy = beside.path("slurpstats");
        let original = env!("CARGO_BIN_EXE_slurpstats");
        assert!(Command::new("cp").arg(original).arg(&copy).status().unwrap().success());
        fs::set_permissions(&copy, everybody).unwrap();
        let nobody = User::from_name("nobody").unwrap().expect("there is a nobody");
        command = tool(copy.to_str().unwrap());
        command.uid(nobody.uid.as_raw()).gid(nobody.gid.as_raw()).current_dir("/");
    }
    let Run { code, stdout, stderr } = run(command.arg(&bad).arg(&beside.good));
    assert_eq!(code, Some(2));
    assert_eq!(stderr, format!("slurpstats: {}: Permission denied (os error 13)\n", bad.display()));
    assert!(stdout.contains("hits    7\n"), "{stdout}");
}

#[test]
fn names_and_texts_that_are_no_text() {
    let beside = Beside::new();
    let odd =
        content(&[field(b"la\xffbel", "B", 0xff, &[7]), field("text", "4s", 0xff, b"a\xffb\0")]);
    let name = std::ffi::OsStr::from_bytes(b"b\xffd.mmstats");
    let path = write(beside.directory.path(), name, &odd);
    let Run { code, stdout, stderr } = beside.slurp(&path);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    for line in ["/b\u{fffd}d.mmstats", "  la\u{fffd}bel 7\n", "  text   a\u{fffd}b\n"] {
        assert!(stdout.contains(line), "{line:?} in {stdout}");
    }
}

/// No label, value or file name controls the terminal, in any format.
#[test]
fn escape_sequences() {
    let directory = tempfile::tempdir().unwrap();
    let bytes = content(&[
        field("\x1b]0;owned\x07\u{202e}label\u{9b}2J", "8s", 0xff, b"\x1b[2Jok\0\0"),
        field("\x1b[31mcut", "Q", 1, &[0; 3]),
    ]);
    let path = write(directory.path(), "\x1b[2J\n.mmstats", &bytes);
    let harmless = |text: &str| {
        let harmful = |c: char| (c.is_control() && c != '\n') || "\u{202e}\u{9b}".contains(c);
        assert!(!text.contains(harmful), "{text:?}");
    };
    for format in ["text", "json", "csv", "prom"] {
        for more in [&[][..], &["--sum"], &["--raw"], &["--help-texts"]] {
            let texts = (format == "prom").then_some("--texts");
            let run = run(slurpstats().args(["-o", format]).args(more).args(texts).arg(&path));
            assert_eq!(run.code, Some(2));
            harmless(&run.stdout);
            harmless(&run.stderr);
            assert!(run.stderr.contains("\\x1b[2J\\n.mmstats: cut short"), "{}", run.stderr);
            assert!(run.stdout.contains("label"), "{format}: {}", run.stdout);
        }
    }
    let run = run(slurpstats().arg(&path));
    assert!(
        run.stdout.contains("  \\x1b]0;owned\\x07\\u{202e}label\\u{9b}2J \\x1b[2Jok\n"),
        "{}",
        run.stdout
    );
}

/// A file that is truncated and extended while it is read: all or its beginning is shown, or a
/// message, and nothing crashes.
#[test]
fn truncated_and_extended_while_being_read() {
    const ENOUGH: u32 = 5;
    let beside = Beside::new();
    let many: Vec<_> = (0..200).map(|n| field(format!("n{n}"), "Q", 1, &[1; 16])).collect();
    let whole = content(&many);
    let bad = write(beside.directory.path(), "bad.mmstats", &whole);
    let end = Instant::now() + TIMEOUT;
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) && Instant::now() < end {
                for length in [whole.len() / 2, 0, 1] {
                    File::options().write(true).open(&bad).unwrap().set_len(length as u64).unwrap();
                    fs::write(&bad, &whole).unwrap();
                }
            }
        });
        let (mut cut, mut whole) = (0, 0);
        while cut < ENOUGH || whole < ENOUGH {
            assert!(Instant::now() < end, "read whole {whole} times, cut {cut} times");
            let Run { code, stdout, stderr } = beside.slurp(&bad);
            assert!(matches!(code, Some(0 | 2)), "{code:?} {stderr}");
            assert!(stdout.contains("hits    7\n"), "{stdout}");
            assert!(stderr.lines().all(|line| line.contains("bad.mmstats: ")), "{stderr}");
            *(if stderr.is_empty() { &mut whole } else { &mut cut }) += 1;
        }
        done.store(true, Ordering::Relaxed);
    });
}

/// The other formats also show the good file and count the bad one.
#[test]
fn every_format_continues() {
    let beside = Beside::new();
    let bad = write(beside.directory.path(), "bad.mmstats", b"nonsense");
    for (format, expected) in [
        ("json", r#""name":"hits","labels":{},"kind":null,"unit":null,"type":"Q","value":7}"#),
        ("csv", ",false,hits,,,,Q,7\n"),
        ("prom", "\nhits{file="),
    ] {
        let run = run(slurpstats().args(["-o", format]).arg(&bad).arg(&beside.good));
        assert_eq!(run.code, Some(2));
        assert!(run.stderr.contains("bad.mmstats: not a stats file"), "{}", run.stderr);
        assert!(run.stdout.contains(expected), "{format}: {}", run.stdout);
        if format == "json" {
            let json: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
            assert_eq!(json["errors"][0]["path"], bad.to_str().unwrap());
            let reason = "not a stats file: its first byte is 110, expected version 1";
            assert_eq!(json["errors"][0]["error"], reason);
        }
    }
}
