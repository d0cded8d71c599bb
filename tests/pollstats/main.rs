//! pollstats as a process, on files that are written while it polls.
//!
//! When the header arrives, the baseline has been taken.

mod absent_values;
mod dimensions;
mod ended_programs;
mod ending;
mod order;
mod unlisted;
mod waiting;

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use clap::Parser;
use mmstats::{Counter, Field, Gauge, Histogram, Options, Published, StatsFile, Timer};
use mmstats_cli::exit::Outcome;
use mmstats_cli::shutdown::Shutdown;
use mmstats_testing::TIMEOUT;
use mmstats_testing::command::{ignoring, tool};
use mmstats_tools::common::terminal::ColorChoice;
use mmstats_tools::pollstats::{self, Arguments, Screen};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, waitpid};
use nix::unistd::Pid;
use tempfile::TempDir;

fn command() -> Command {
    tool(env!("CARGO_BIN_EXE_pollstats"))
}

/// Runs to the end.
fn pollstats(arguments: &[&str]) -> Output {
    command().args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A run that continues while the test does something.
struct Running {
    child: Child,
    lines: Receiver<String>,
    begun: Instant,
}

impl Running {
    fn start(arguments: &[&str]) -> Self {
        Self::of(command().args(arguments))
    }

    fn of(command: &mut Command) -> Self {
        let piped = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = piped.spawn().unwrap();
        let stdout = child.stdout.take().unwrap();
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines() {
                if sender.send(line.unwrap()).is_err() {
                    break;
                }
            }
        });
        Self { child, lines, begun: Instant::now() }
    }

    fn line(&self) -> String {
        assert!(self.begun.elapsed() < TIMEOUT, "timed out");
        self.lines.recv_timeout(TIMEOUT).expect("a line")
    }

    /// The cells of the next line of csv.
    fn cells(&self) -> Vec<String> {
        self.line().split(',').map(str::to_owned).collect()
    }

    /// Adds up the first column until a row has arrived whose poll began after this call.
    fn sum_until_now(&self) -> u64 {
        let now = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs_f64();
        let mut sum = 0;
        loop {
            let cells = self.cells();
            // Empty: no file had it at that moment.
            sum += cells[1].parse::<u64>().unwrap_or(0);
            // Rows have the time in milliseconds.
            if cells[0].parse::<f64>().unwrap() > now + 0.001 {
                return sum;
            }
        }
    }

    /// Does something between two polls.
    fn while_stopped(&self, action: impl FnOnce()) {
        kill(self.pid(), Signal::SIGSTOP).unwrap();
        waitpid(self.pid(), Some(WaitPidFlag::WUNTRACED)).unwrap();
        action();
        kill(self.pid(), Signal::SIGCONT).unwrap();
    }

    fn pid(&self) -> Pid {
        Pid::from_raw(self.child.id().cast_signed())
    }

    /// Sends Ctrl-C and returns the exit code, the rest of stdout, and stderr.
    fn interrupt(mut self) -> (Option<i32>, Vec<String>, String) {
        kill(self.pid(), Signal::SIGINT).unwrap();
        let status = self.child.wait().unwrap();
        let mut stderr = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        (status.code(), self.lines.iter().collect(), stderr)
    }
}

/// Kills a run that a failed test leaves behind.
impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn publish(folder: &Path) -> Published<()> {
    Options::dynamic("Jobs").path(folder).prefix("jobs.").create().unwrap()
}

fn counter(stats: &Published<()>, label: &'static str) -> Counter {
    stats.add(Counter::named(label).unit("jobs")).unwrap()
}

/// A folder, and its path as an argument.
fn folder() -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap().to_owned();
    (folder, path)
}

/// A file that the original wrote, copied so that it can be changed. It has no process id, so
/// nothing proves that its program is dead.
fn original(folder: &Path) -> std::path::PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/py-0.6.1-web.mmstats");
    let path = folder.join("mmstats-1234");
    let mut bytes = fs::read(source).unwrap();
    let label = b"sys.pid";
    let at = bytes.windows(label.len()).position(|window| window == label).unwrap();
    bytes[at..at + label.len()].copy_from_slice(b"sys.was");
    fs::write(&path, bytes).unwrap();
    path
}

/// Stores a value where readers of the file take it.
fn store(path: &Path, label: &str, value: u64) {
    let snapshot = StatsFile::read(path).unwrap();
    let layout = snapshot.get(label).unwrap().field_layout();
    let offset = layout.buffers[usize::from(layout.write_buffer ^ 1)].0;
    let file = fs::File::options().write(true).open(path).unwrap();
    file.write_all_at(&value.to_ne_bytes(), offset as u64).unwrap();
}

#[test]
fn differences_add_up_to_what_was_counted() {
    const THREADS: u64 = 8;
    const EACH: u64 = 20_000;
    let (folder, path) = folder();
    let before = publish(folder.path());
    counter(&before, "done").add(1_000_000);
    let running =
        Running::start(&["--delta", "-o", "csv", "-d", "0.01", "-p", "jobs.", "done", &path]);
    assert_eq!(running.line(), "time,jobs.done");

    let files: Vec<Published<()>> = thread::scope(|scope| {
        let workers: Vec<_> = (0..THREADS)
            .map(|_| {
                scope.spawn(|| {
                    // Created while pollstats polls.
                    let stats = publish(folder.path());
                    let done = counter(&stats, "done");
                    (0..EACH).for_each(|_| done.incr());
                    stats
                })
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).collect()
    });
    let sum = running.sum_until_now();
    drop(files);
    let (code, rest, stderr) = running.interrupt();
    for line in rest {
        assert!(line.ends_with(",0"), "{line}");
    }
    assert_eq!((sum, code, stderr.as_str()), (THREADS * EACH, Some(130), ""));
}

#[test]
fn rows_exclude_earlier_counts_and_end_after_the_given_number() {
    let (folder, path) = folder();
    let stats = publish(folder.path());
    counter(&stats, "done").add(5_000_000);
    let output = pollstats(&["--delta", "-o", "csv", "-c", "2", "-d", "0.01", "jobs.done", &path]);
    let lines = text(&output.stdout);
    let lines: Vec<_> = lines.lines().collect();
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(lines[1].ends_with(",0") && lines[2].ends_with(",0"), "{lines:?}");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn the_original_s_command_line_works_on_the_original_s_files() {
    let (folder, path) = folder();
    let file = original(folder.path());
    let glob = format!("{path}/mmstats-*");
    let fields = "status.2XX,status.3XX";
    for location in [glob.as_str(), file.to_str().unwrap(), &path] {
        let output = pollstats(&["-p", "web.stats.", "-c", "1", "-d", "0.01", fields, location]);
        let lines = text(&output.stdout);
        let words = |line: usize| -> Vec<String> {
            lines.lines().nth(line).unwrap().split_whitespace().map(str::to_owned).collect()
        };
        assert_eq!(words(0), ["status.2XX", "status.3XX"], "{lines}");
        assert_eq!(words(1), ["/s", "/s"]);
        assert_eq!(words(2), ["0", "0"]);
        assert_eq!((text(&output.stderr).as_str(), output.status.code()), ("", Some(0)));
    }
    let output = pollstats(&["-p", "web.stats.status", "-c1", "-d.01", "2XX", &path]);
    assert!(text(&output.stdout).trim_start().starts_with("2XX"));
}

#[test]
fn a_file_without_a_trailer_has_counters_and_gauges() {
    let (folder, path) = folder();
    let file = original(folder.path());
    let common = ["--delta", "-o", "csv", "-d", "0.01", "-p", "web.stats."];
    let fields = "status.2XX,status.3XX,timers.last_hit";
    let arguments = [&common[..], &["--gauge", "*3XX", fields, &path]].concat();
    let running = Running::start(&arguments);
    running.line();
    let before = running.cells();
    assert_eq!(before[1..], ["0", "14", "1413404125.25"]);
    store(&file, "web.stats.status.2XX", 1007);
    store(&file, "web.stats.status.3XX", 20);
    assert_eq!(running.sum_until_now(), 1000);
    assert_eq!(running.cells()[1..], ["0", "20", "1413404125.25"]);
    // A writer that restarts.
    store(&file, "web.stats.status.2XX", 3);
    assert_eq!(running.sum_until_now(), 0);
}

#[test]
fn rates_are_by_measured_time() {
    let (folder, path) = folder();
    let stats = publish(folder.path());
    let done = counter(&stats, "done");
    let running = Running::start(&["-o", "json", "-d", "0.05", "jobs.done", &path]);
    let row =
        |running: &Running| -> serde_json::Value { serde_json::from_str(&running.line()).unwrap() };
    row(&running);
    // Its clock continues while it is stopped.
    running.while_stopped(|| {
        done.add(6000);
        thread::sleep(Duration::from_millis(300));
    });
    let (mut new, mut longest) = (0.0, 0.0_f64);
    while new == 0.0 || longest < 0.3 {
        let row = row(&running);
        let interval = row["interval"].as_f64().unwrap();
        new += row["values"]["jobs.done"].as_f64().unwrap() * interval;
        longest = longest.max(interval);
    }
    assert!((new - 6000.0).abs() < 1e-6, "{new}");
}

#[test]
fn every_kind_is_measured_over_the_interval() {
    let (folder, path) = folder();
    let stats = publish(folder.path());
    let render: Timer = stats.add(Timer::named("render")).unwrap();
    let sizes: Histogram = stats.add(Histogram::named("sizes").unit("bytes")).unwrap();
    let busy: Gauge<i32> = stats.add(Gauge::<i32>::named("busy")).unwrap();
    render.record_secs(1000.0);
    sizes.record(1_000_000);
    let running = Running::start(&[
        "--delta",
        "-o",
        "csv",
        "-d",
        "0.02",
        "-p",
        "jobs.",
        "--percentile",
        "50",
        "render,sizes,busy",
        &path,
    ]);
    assert_eq!(running.line(), "time,jobs.render.mean,jobs.render.count,jobs.sizes.p50,jobs.busy");
    assert_eq!(running.cells()[1..], ["", "0", "", "0"]);
    busy.set(-3);
    sizes.record(20);
    // One store publishes count and total together.
    render.record_secs(0.25);
    let mut seen = [false; 3];
    while seen != [true; 3] {
        let cells = running.cells();
        match cells[2].as_str() {
            "0" => assert_eq!(cells[1], ""),
            count => {
                assert_eq!((cells[1].as_str(), count), ("0.25", "1"));
                seen[0] = true;
            }
        }
        if !cells[3].is_empty() {
            assert_eq!(cells[3], "20");
            seen[1] = true;
        }
        seen[2] |= cells[4] == "-3";
    }
}

#[test]
fn a_writer_that_restarts_never_counts_backwards() {
    let (folder, path) = folder();
    let fixed = || {
        let options = Options::dynamic("Jobs").path(folder.path()).prefix("jobs.");
        options.filename("jobs.mmstats").create().unwrap()
    };
    let first = fixed();
    counter(&first, "done").add(500);
    let running = Running::start(&["--delta", "-o", "csv", "-d", "0.01", "-v", "jobs.done", &path]);
    assert_eq!(running.line(), "time,jobs.done");
    assert_eq!(running.sum_until_now(), 0);
    drop(first);
    let second = fixed();
    counter(&second, "done").add(700);
    assert_eq!(running.sum_until_now(), 700);
    let (code, rest, stderr) = running.interrupt();
    assert!(rest.iter().all(|line| line.ends_with(",0")), "{rest:?}");
    assert!(stderr.contains("jobs.mmstats"), "{stderr}");
    assert_eq!(code, Some(130));
}

#[test]
fn missing_fields_are_reported() {
    let (folder, path) = folder();
    let stats = publish(folder.path());
    let done = counter(&stats, "done");
    done.incr();
    let arguments = ["-c", "1", "-d", "0.01", "jobs.done,jobs.nothing", &path];
    let output = pollstats(&arguments);
    let lines = text(&output.stdout);
    let words: Vec<_> = lines.lines().last().unwrap().split_whitespace().collect();
    assert_eq!(words, ["0", "?"]);
    assert!(text(&output.stderr).contains("no file has jobs.nothing"));
    assert_eq!(output.status.code(), Some(0));

    let output = pollstats(&["-c", "1", "-d", "0.01", "-o", "json", "nothing", &path]);
    assert!(text(&output.stdout).contains(r#""values":{"nothing":null}"#));
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn without_anything_to_show_the_reason_is_reported_and_no_table() {
    let (folder, path) = folder();
    let fast = |more: &[&str]| pollstats(&[&["-c", "1", "-d", "0.01"], more].concat());
    let output = fast(&["/no/such/file"]);
    let stderr = text(&output.stderr);
    assert!(stderr.contains("/no/such/file: No such file"), "{stderr}");
    assert_eq!((stderr.lines().count(), output.status.code()), (1, Some(2)));

    let bad = folder.path().join("mmstats-bad");
    fs::write(&bad, b"\x02").unwrap();
    let output = fast(&[&path]);
    assert_eq!((text(&output.stdout), output.status.code()), (String::new(), Some(2)));
    assert_eq!(text(&output.stderr).lines().count(), 1);
    fs::remove_file(&bad).unwrap();

    let stats = publish(folder.path());
    counter(&stats, "done").incr();
    let output = fast(&["-f", "sys.pid=0", &path]);
    assert!(text(&output.stderr).contains("no file passes -f"));
    assert_eq!((text(&output.stdout), output.status.code()), (String::new(), Some(1)));

    let looped = folder.path().join("loop");
    std::os::unix::fs::symlink(&looped, &looped).unwrap();
    let output = fast(&["jobs.done", looped.to_str().unwrap(), &path]);
    assert_eq!(text(&output.stderr).lines().count(), 1, "reported once");
}

#[test]
fn files_are_shown_one_by_one_and_filtered() {
    let (folder, path) = folder();
    let [one, two] = [1_u64, 2].map(|number| {
        let stats = publish(folder.path());
        let shard: Gauge<u64> = stats.add(Gauge::<u64>::named("shard").initial(number)).unwrap();
        (stats, shard)
    });
    let common = ["-c", "1", "-d", "0.01", "-o", "csv", "--per-file"];
    let rows = |more: &[&str]| -> Vec<(String, String)> {
        let output = pollstats(&[&common[..], more, &["jobs.shard", &path]].concat());
        let lines = text(&output.stdout);
        let mut lines = lines.lines();
        assert_eq!(lines.next(), Some("time,file,alive,jobs.shard"));
        let cells = |line: &str| {
            let cells: Vec<_> = line.split(',').map(str::to_owned).collect();
            assert_eq!(cells[2], "true");
            (cells[1].clone(), cells[3].clone())
        };
        lines.map(cells).collect()
    };
    let name = |stats: &Published<()>| stats.path().unwrap().to_str().unwrap().to_owned();
    let (first, second) = ((name(&one.0), "1".to_owned()), (name(&two.0), "2".to_owned()));
    let mut both = vec![first, second.clone()];
    both.sort();
    assert_eq!(rows(&[]), both);
    assert_eq!(rows(&["-f", "shard=2"]), [second]);
    assert_eq!(rows(&["-f", "jobs.shard=1,shard=2"]), both);
    assert_eq!(rows(&["-f", "shard=3"]), []);

    let aggregate = |how: &str| {
        let arguments = ["-c1", "-d.01", "-o", "csv", "--aggr", how, "jobs.shard", &path];
        let lines = text(&pollstats(&arguments).stdout);
        lines.lines().last().unwrap().split(',').nth(1).unwrap().to_owned()
    };
    assert_eq!(
        (aggregate("sum"), aggregate("max"), aggregate("avg")),
        (3.to_string(), 2.to_string(), "1.5".into())
    );
}

#[test]
fn a_bad_file_is_reported_once_and_the_rest_continues() {
    let (folder, path) = folder();
    let stats = publish(folder.path());
    let done = counter(&stats, "done");
    done.incr();
    fs::write(folder.path().join("mmstats-bad"), b"\x02").unwrap();
    let output = pollstats(&["-c", "3", "-d", "0.01", "-o", "csv", "jobs.done", &path]);
    let stderr = text(&output.stderr);
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(stderr.contains("mmstats-bad") && stderr.contains("version"), "{stderr}");
    assert_eq!(text(&output.stdout).lines().count(), 4);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn finding_nothing_reports_the_locations() {
    let (_folder, path) = folder();
    let output = pollstats(&["-c", "1", "hits", &path]);
    let stderr = text(&output.stderr);
    assert!(stderr.contains(&path) && stderr.contains("possible reasons"), "{stderr}");
    assert_eq!((output.stdout.len(), output.status.code()), (0, Some(1)));
}

#[test]
fn labels_cannot_control_a_terminal() {
    let (folder, path) = folder();
    let stats = publish(folder.path());
    let odd: Counter = stats.add(Counter::named("\x1b[2J\u{202e}odd")).unwrap();
    odd.incr();
    for format in ["text", "csv", "json"] {
        for more in [&[][..], &["--list"]] {
            let arguments = [&["-c", "1", "-d", "0.01", "-o", format], more, &[&*path]].concat();
            let output = pollstats(&arguments);
            let shown = text(&output.stdout);
            assert!(shown.contains("odd"), "{shown}");
            assert!(!shown.contains(['\x1b', '\u{202e}']), "{shown:?}");
        }
    }
}

#[test]
fn the_list_has_what_there_is() {
    let (folder, path) = folder();
    let _original = original(folder.path());
    let stats = publish(folder.path());
    let _done = counter(&stats, "done");
    let output = pollstats(&["--list", "-o", "csv", &path]);
    let list = text(&output.stdout);
    let lines: Vec<_> = list.lines().collect();
    assert_eq!(lines[0], "label,kind,files,unit,help");
    for line in ["jobs.done,counter,1,jobs,", "web.stats.status.2XX,counter,1,,"] {
        assert!(lines.contains(&line), "{list}");
    }
    let only = text(&pollstats(&["--list", "jobs.d*", &path]).stdout);
    assert_eq!(only.lines().count(), 2, "{only}");
}

#[test]
fn a_closed_pipe_ends_it_quietly() {
    let (folder, path) = folder();
    let stats = publish(folder.path());
    let _done = counter(&stats, "done");
    let mut command = command();
    command.args(["-d", "0.01", "jobs.done", &path]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((text(&output.stderr).as_str(), output.status.code()), ("", Some(0)));
}

#[test]
fn it_ends_at_once_however_long_it_would_wait() {
    let (folder, path) = folder();
    let stats = publish(folder.path());
    let _done = counter(&stats, "done");
    let begun = Instant::now();
    let running = Running::start(&["-d", "3600", "jobs.done", &path]);
    running.line();
    let (code, ..) = running.interrupt();
    assert_eq!(code, Some(130));

    // Also when called as a library.
    let shutdown = Shutdown::new();
    let arguments = Arguments::parse_from(["pollstats", "-d", "3600", "jobs.done", &path]);
    let mut out = Vec::new();
    let outcome = thread::scope(|scope| {
        scope.spawn(|| shutdown.request());
        let screen = Screen::of(&std::io::stdout(), ColorChoice::Never);
        pollstats::run(&arguments, &mut out, screen, &shutdown).unwrap()
    });
    assert_eq!(outcome, Outcome::Fine);
    assert!(text(&out).contains("done"));
    assert!(begun.elapsed() < TIMEOUT);
}

#[test]
fn invalid_arguments_are_rejected() {
    for arguments in [
        ["-d", "0"],
        ["-d", "-1"],
        ["-d", "NaN"],
        ["-d", "1e300"],
        ["--percentile", "101"],
        ["--aggr", "median"],
        ["-o", "xml"],
    ] {
        let output = pollstats(&arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(text(&output.stderr).contains("error"), "{arguments:?}");
    }
    assert!(text(&pollstats(&["--version"]).stdout).starts_with("pollstats "));
    for what in ["man", "bash", "zsh", "fish"] {
        assert!(text(&pollstats(&["--generate", what]).stdout).contains("pollstats"), "{what}");
    }
}

#[test]
fn a_signal_ignored_at_startup_stays_ignored() {
    let (folder, path) = folder();
    let stats = publish(folder.path());
    let _done = counter(&stats, "done");
    let mut command = command();
    command.args(["-o", "csv", "-d", "0.01", "-p", "jobs.", "done", &path]);
    let running = Running::of(&mut ignoring(&[Signal::SIGHUP], &command));
    assert_eq!(running.line(), "time,jobs.done");
    kill(running.pid(), Signal::SIGHUP).unwrap();
    // One that the signal ends may show a last row.
    running.sum_until_now();
    running.sum_until_now();
    assert_eq!(running.interrupt().0, Some(130));
}
