//! The main job, end to end: a program publishes, the tools see exactly that, and clean up.

mod terminal;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;

use mmstats::{Processes, StatsFile, Verdict};
use mmstats_testing::command::{run, tool};
use mmstats_testing::namespace::{Proc, unshare};
use mmstats_testing::programs::built;
use mmstats_testing::webapp::Webapp;
use nix::pty::{OpenptyResult, openpty};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

fn files(directory: &Path) -> BTreeSet<PathBuf> {
    let entries = std::fs::read_dir(directory).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

/// A counter of a webapp over all its threads.
fn total(directory: &Path, label: &str) -> u64 {
    let counts = files(directory).into_iter().map(|path| {
        let value = StatsFile::read(path).unwrap().get(label).unwrap().value().to_string();
        value.parse::<u64>().unwrap()
    });
    counts.sum()
}

#[test]
fn pollstats_sees_each_request_exactly_once() {
    const REQUESTS: [(&str, u64); 3] = [("/", 3_000), ("/500", 1_000), ("/nowhere", 500)];
    let directory = tempfile::tempdir().unwrap();
    let webapp = Webapp::start(directory.path(), &["--no-load", "--seconds", "0"]);
    let mut pollstats = Command::new(built("pollstats"))
        .args(["--delta", "-o", "csv", "-d", "0.05", "-p", "web.stats."])
        .arg("status.2XX,status.5XX,status.4XX")
        .arg(directory.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(pollstats.stdout.take().unwrap()).lines();
    // The header comes after the baseline.
    let header = lines.next().unwrap().unwrap();
    assert_eq!(header, "time,web.stats.status.2XX,web.stats.status.5XX,web.stats.status.4XX");
    thread::scope(|scope| {
        for (target, times) in REQUESTS {
            let webapp = &webapp;
            scope.spawn(move || webapp.request(target, times));
        }
    });
    // A count follows its response, so the last may be pending: the row that has it is the
    // last one, and the next has nothing new.
    let mut sums = [0; REQUESTS.len()];
    while sums.iter().sum::<u64>() < REQUESTS.iter().map(|(_, times)| times).sum() {
        let row = lines.next().unwrap().unwrap();
        let counts = row.split(',').skip(1).map(|count| count.parse::<u64>().unwrap());
        sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
    }
    let last = lines.next().unwrap().unwrap();
    assert!(last.ends_with(",0,0,0"), "{last}");
    assert_eq!(sums, REQUESTS.map(|(_, times)| times));
    pollstats.kill().unwrap();
    pollstats.wait().unwrap();
}

#[test]
fn a_killed_program_is_read_and_cleaned_and_a_living_one_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let living = Webapp::start(directory.path(), &["--no-load", "--seconds", "0"]);
    living.request("/", 10);
    let of_living = files(directory.path());
    let killed = Webapp::start(directory.path(), &["--seconds", "0"]);
    let pid = killed.pid;
    while total(directory.path(), "web.stats.status.2XX") < 1_000 {
        thread::yield_now();
    }
    assert_eq!(killed.kill().was_signalled(), Some(Signal::SIGKILL as i32));

    let slurped = run(tool(built("slurpstats")).args(["-o", "json"]).arg(directory.path()));
    assert_eq!((slurped.code, &*slurped.stderr), (Some(0), ""));
    let dump: Value = serde_json::from_str(&slurped.stdout).unwrap();
    let (mut dead, mut counted) = (0, 0);
    for file in dump["files"].as_array().unwrap() {
        let is_killed = file["pid"] == pid;
        assert_eq!(file["alive"], !is_killed, "{}", file["path"]);
        if is_killed {
            dead += 1;
            let stats = file["stats"].as_array().unwrap();
            let hits = stats.iter().find(|stat| stat["label"] == "web.stats.status.2XX");
            counted += hits.unwrap()["value"].as_u64().unwrap();
        }
    }
    assert_eq!(dead, 4, "a file for each worker");
    assert!(counted > 900, "{counted}");

    let cleaned = run(tool(built("cleanstats")).arg(directory.path()));
    assert_eq!((cleaned.code, &*cleaned.stderr), (Some(0), ""));
    assert!(cleaned.stdout.ends_with("Removed 4  -  4 alive, 0 undecided\n"), "{cleaned:?}");
    assert_eq!(files(directory.path()), of_living);
    living.request("/", 1);
    assert_eq!(total(directory.path(), "web.stats.status.2XX"), 11);
}

#[test]
fn a_clean_exit_leaves_no_file() {
    let directory = tempfile::tempdir().unwrap();
    let webapp = Webapp::start(directory.path(), &["--seconds", "1"]);
    let address = webapp.address.clone();
    let end = webapp.wait();
    assert!(end.status.success());
    assert!(end.output.contains("requests were made and answered"), "{}", end.output);
    assert!(end.output.contains("web.stats.status.2XX"), "{}", end.output);
    assert!(!address.ends_with(":0"));
    assert!(files(directory.path()).is_empty());
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let webapp = Webapp::start(directory.path(), &["--seconds", "0"]);
        assert!(webapp.signal(signal).status.success());
        assert!(files(directory.path()).is_empty(), "{signal}");
    }
}

/// It waits for as long as somebody needs to try the commands in another terminal.
#[test]
fn on_a_terminal_it_runs_until_it_is_interrupted() {
    let directory = tempfile::tempdir().unwrap();
    let OpenptyResult { master, slave } = openpty(None, None).unwrap();
    let start = |stdout: Stdio| {
        let mut command = Command::new(built("webapp"));
        command.arg("--no-load").env("MMSTATS_PATH", directory.path()).stdin(Stdio::null());
        command.stdout(stdout).stderr(Stdio::null()).spawn().unwrap()
    };
    let end = |mut webapp: Child, output: &mut dyn BufRead| {
        let second = output.lines().nth(1).unwrap().unwrap();
        kill(Pid::from_raw(webapp.id().cast_signed()), Signal::SIGINT).unwrap();
        // The child must not block on an unread terminal.
        output.lines().map_while(Result::ok).for_each(drop);
        assert!(webapp.wait().unwrap().success());
        second.trim_end().rsplit_once(". ").unwrap().1.to_owned()
    };
    let webapp = start(slave.into());
    let said = end(webapp, &mut BufReader::new(File::from(master)));
    assert_eq!(said, "Ctrl-C ends it.");
    let mut webapp = start(Stdio::piped());
    let output = webapp.stdout.take().unwrap();
    assert_eq!(end(webapp, &mut BufReader::new(output)), "It ends after 20 seconds.");
}

#[test]
fn a_page_shows_the_program_s_own_stats() {
    let directory = tempfile::tempdir().unwrap();
    let webapp = Webapp::start(directory.path(), &["--no-load", "--seconds", "0"]);
    webapp.request("/status", 3);
    while total(directory.path(), "web.stats.status.2XX") < 3 {
        thread::yield_now();
    }
}

/// Two containers, in each of which the writer is pid 1, share a directory.
#[test]
fn writers_in_two_pid_namespaces_stay_apart() {
    let directory = tempfile::tempdir().unwrap();
    let start = || {
        let mut command = unshare(Proc::Outside)?;
        command.arg(built("webapp")).env("MMSTATS_FILES", "{CMD}-{PID}.mmstats");
        let arguments = ["--no-load", "--seconds", "0", "--workers", "1"];
        Some(Webapp::start_by(command, directory.path(), &arguments))
    };
    let (Some(first), Some(second)) = (start(), start()) else { return };
    assert_eq!((first.pid, second.pid), (1, 1));
    let name = |number: &str| directory.path().join(format!("webapp-1{number}.mmstats"));
    assert_eq!(files(directory.path()), [name(""), name("-2")].into());

    // The tools run outside both: only the lock decides.
    let verdict = |path: &Path| StatsFile::read(path).unwrap().life(&mut Processes::new()).verdict;
    assert_eq!((verdict(&name("")), verdict(&name("-2"))), (Verdict::Alive, Verdict::Alive));
    first.kill();
    while verdict(&name("")) == Verdict::Alive {
        thread::yield_now();
    }
    assert_eq!((verdict(&name("")), verdict(&name("-2"))), (Verdict::Dead, Verdict::Alive));

    // The dead writer's name is free for the next one, the live writer's isn't.
    let third = start();
    assert_eq!(files(directory.path()), [name(""), name("-2")].into());
    assert_eq!(verdict(&name("")), Verdict::Alive);
    drop((second, third));
}
