//! Whether a writer is alive: with real processes in unusual states, clock steps and reused pids.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write, pipe};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, SystemTime};

use mmstats::{Options, Processes, Published, Removal, StatsFile, Verdict, remove_if_dead};
use mmstats_testing::actor::{Actor, play};
use mmstats_testing::foreign::{BOOT_ID, START_TIME, forged};
use mmstats_testing::original::{content, field, pid_field};
use mmstats_testing::os::exit::exit_thread;
use mmstats_testing::os::fork::start_child;
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, pause};
use tempfile::TempDir;

fn verdict(path: &Path) -> (Verdict, String) {
    let life = StatsFile::read(path).unwrap().life(&mut Processes::new());
    (life.verdict, life.reason.into_owned())
}

fn dead(reason: impl Into<String>) -> (Verdict, String) {
    (Verdict::Dead, reason.into())
}

fn alive() -> (Verdict, String) {
    (Verdict::Alive, "locked by its writer".into())
}

#[track_caller]
fn assert_removed(path: &Path) {
    let removal = remove_if_dead(path, &mut Processes::new()).unwrap();
    assert!(matches!(removal, Removal::Removed { .. }), "{removal:?}");
    assert!(!path.exists());
}

#[track_caller]
fn assert_stays(path: &Path) {
    let removal = remove_if_dead(path, &mut Processes::new()).unwrap();
    let stays = matches!(removal, Removal::Alive { .. } | Removal::Undecided { .. });
    assert!(stays && path.exists(), "{removal:?}");
}

/// A writer in a separate process, and its file.
fn writer(directory: &TempDir) -> (Actor, PathBuf) {
    let mut actor = Actor::start("writer_role");
    let publish = format!("publish: {}", directory.path().display());
    let path = PathBuf::from(actor.ask(&publish));
    assert_eq!(verdict(&path), alive());
    (actor, path)
}

/// A file of the original whose writer is this process.
fn original_of(pid: Pid, directory: &TempDir) -> PathBuf {
    let path = directory.path().join("original.mmstats");
    fs::write(&path, content(&[pid_field(pid)])).unwrap();
    path
}

#[test]
#[ignore = "a role in other tests"]
fn writer_role() {
    let (mut published, mut started) = (Vec::new(), Vec::new());
    play(|line| match line.split_once(": ") {
        Some(("publish", directory)) => {
            let (stats, path) = publish(directory);
            published.push(stats);
            path
        }
        Some(("publish without a first thread", directory)) => leaderless(directory),
        Some(("start", program)) => {
            started.push(Command::new(program).arg("60").stdout(Stdio::null()).spawn().unwrap());
            started[0].id().to_string()
        }
        Some(("become", program)) => panic!("{}", Command::new(program).exec()),
        _ => panic!("{line}"),
    });
}

fn publish(directory: &str) -> (Published<()>, String) {
    let stats = Options::dynamic("Writer").path(directory).create().unwrap();
    let path = stats.path().unwrap().to_str().unwrap().to_owned();
    (stats, path)
}

/// Starts a process whose first thread ends while another publishes. Returns its pid and file.
fn leaderless(directory: &str) -> String {
    let (path, mut report) = pipe().unwrap();
    let pid = start_child(|| {
        let directory = directory.to_owned();
        thread::spawn(move || {
            let (_stats, path) = publish(&directory);
            writeln!(report, "{path}").unwrap();
            pause();
        });
        exit_thread();
    });
    let path = BufReader::new(path).lines().next().unwrap().unwrap();
    format!("{} {path}", pid.unwrap())
}

/// Waits until a file of a process in `/proc` contains this text.
fn await_in_proc(pid: Pid, file: &str, expected: &str) {
    while !fs::read_to_string(format!("/proc/{pid}/{file}")).unwrap().contains(expected) {
        thread::yield_now();
    }
}

#[test]
fn a_zombie_is_dead_though_its_pid_exists() {
    let directory = tempfile::tempdir().unwrap();
    let (mut writer, path) = writer(&directory);
    let original = original_of(writer.pid(), &directory);
    writer.make_zombie();
    let reason = format!("pid {} is a zombie", writer.pid());
    assert_eq!(verdict(&path), dead(&*reason));
    assert_eq!(verdict(&original), dead(reason));
    assert_removed(&path);
    assert_removed(&original);
}

/// It is shown as a zombie, and the maps of its first thread are gone.
#[test]
fn a_process_whose_first_thread_has_ended_is_alive() {
    let directory = tempfile::tempdir().unwrap();
    let mut actor = Actor::start("writer_role");
    let role = format!("publish without a first thread: {}", directory.path().display());
    let answer = actor.ask(&role);
    let (pid, path) = answer.split_once(' ').unwrap();
    let pid = Pid::from_raw(pid.parse().unwrap());
    await_in_proc(pid, "stat", ") Z ");
    assert_eq!(verdict(Path::new(path)), alive());
    assert_stays(Path::new(path));
    assert_stays(&original_of(pid, &directory));
    kill(pid, Signal::SIGKILL).unwrap();
}

#[test]
fn a_writer_that_became_another_program_is_dead() {
    let directory = tempfile::tempdir().unwrap();
    let (mut writer, path) = writer(&directory);
    let original = original_of(writer.pid(), &directory);
    writer.send("become: cat");
    await_in_proc(writer.pid(), "comm", "cat\n");
    // It runs, so the exec is over: it echoes its input.
    assert_eq!(writer.ask("answer: another"), "another");
    let reason = format!("pid {} doesn't map the file", writer.pid());
    assert_eq!(verdict(&path), dead(&*reason));
    assert_eq!(verdict(&original), dead(reason));
    assert_removed(&path);
}

#[test]
fn a_program_that_a_writer_started_does_not_keep_its_file_alive() {
    let directory = tempfile::tempdir().unwrap();
    let (mut writer, path) = writer(&directory);
    let program = Pid::from_raw(writer.ask("start: sleep").parse().unwrap());
    assert_eq!(verdict(&path), alive());
    writer.kill();
    assert_eq!(verdict(&path), dead(format!("pid {} is gone", writer.pid())));
    kill(program, Signal::SIGKILL).unwrap();
}

/// The times in a file and of a file don't affect whether its writer is alive.
#[test]
fn a_clock_step_changes_no_verdict() {
    const CENTURY: Duration = Duration::from_hours(100 * 365 * 24);
    let directory = tempfile::tempdir().unwrap();
    let (_living, of_living) = writer(&directory);
    let (mut killed, of_killed) = writer(&directory);
    killed.kill();
    let now = SystemTime::now();
    for time in [SystemTime::UNIX_EPOCH, now - CENTURY, now, now + CENTURY] {
        let seconds = time.duration_since(SystemTime::UNIX_EPOCH).map_or(0.0, |t| t.as_secs_f64());
        let created = field("sys.created", "d", 0xff, &seconds.to_ne_bytes());
        let of_original = directory.path().join("original.mmstats");
        fs::write(&of_original, content(&[pid_field(killed.pid()), created])).unwrap();
        for path in [&of_living, &of_killed, &of_original] {
            File::open(path).unwrap().set_modified(time).unwrap();
        }
        assert_eq!(verdict(&of_living), alive());
        let gone = dead(format!("pid {} is gone", killed.pid()));
        assert_eq!((verdict(&of_killed), verdict(&of_original)), (gone.clone(), gone));
        assert_stays(&of_living);
        assert_removed(&of_original);
    }
    assert_removed(&of_killed);
}

/// A killed writer's file names a pid that a live process has now.
#[test]
fn a_reused_pid_keeps_no_dead_file_and_loses_no_live_one() {
    let directory = tempfile::tempdir().unwrap();
    let (living, of_living) = writer(&directory);
    let bytes = fs::read(&of_living).unwrap();
    let pid = living.pid();
    let stale = |name: &str, offset, value: &[u8]| {
        let path = directory.path().join(name);
        fs::write(&path, forged(&bytes, offset, value)).unwrap();
        path
    };
    let earlier = stale("earlier.mmstats", START_TIME, &1_u64.to_ne_bytes());
    let last_boot = stale("last-boot.mmstats", BOOT_ID, &[7; 16]);
    let original = original_of(pid, &directory);
    assert_eq!(verdict(&earlier), dead(format!("pid {pid} started later than the file's writer")));
    assert_eq!(verdict(&last_boot), dead("written before the last boot"));
    assert_eq!(verdict(&original), dead(format!("pid {pid} doesn't map the file")));
    for path in [earlier, last_boot, original] {
        assert_removed(&path);
    }
    assert_eq!(verdict(&of_living), alive());
    assert_stays(&of_living);
}

/// The reused pid is that of the very process that wants the name.
#[test]
fn a_name_is_taken_over_only_from_a_dead_process_of_the_same_pid() {
    let directory = tempfile::tempdir().unwrap();
    let create = || Options::dynamic("Own").path(directory.path()).filename("own.mmstats").create();
    let first = create().unwrap();
    let path = first.path().unwrap().to_owned();
    let bytes = forged(&fs::read(&path).unwrap(), START_TIME, &1_u64.to_ne_bytes());
    drop(first);
    fs::write(&path, bytes).unwrap();
    let second = create().unwrap();
    assert_eq!(second.path(), Some(&*path));
    let third = create().unwrap();
    assert_eq!(third.path(), Some(&*directory.path().join("own-2.mmstats")));
    assert_eq!(verdict(&path), alive());
}
