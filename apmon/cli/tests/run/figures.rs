//! What is sent about a command.

use std::io::{BufRead, BufReader, Read, Write, pipe};
use std::time::Instant;

use mmstats_testing::command::run;
use mmstats_testing::figures::FigureReceiver;
use tempfile::TempDir;

use crate::command::{apmon_to, end};

#[test]
fn last_figures_say_how_it_ended_and_what_it_used() {
    let receiver = FigureReceiver::start();
    for (script, [code, signal]) in [
        ("exit 7", [Some(7.0), None]),
        ("exit 0", [Some(0.0), None]),
        ("kill -9 $$", [None, Some(9.0)]),
    ] {
        let mut command = apmon_to(&receiver);
        command.args(["--cluster", "Jobs", "--node", "job.1", "--", "sh", "-c", script]);
        let run = run(&mut command);
        assert_eq!((&*run.stdout, &*run.stderr), ("", ""), "{script}");
        let packets = receiver.waiting();
        let [last] = &packets[..] else { panic!("{packets:?}") };
        assert_eq!((&*last.cluster, &*last.node), ("Jobs", "job.1"));
        assert_eq!(last.numbers.get("exit_code").copied(), code);
        assert_eq!(last.numbers.get("exit_signal").copied(), signal);
        assert!((0.0..60.0).contains(&last.numbers["run_time"]));
        assert!((0.0..60.0).contains(&last.numbers["cpu_time"]));
        assert!(!last.has("disk_total") && !last.has("workdir_size"), "{last:?}");
        // A shell takes more than 100 KiB, and less than a GiB.
        assert!((100.0..1e6).contains(&last.numbers["max_rss"]), "{last:?}");
    }
}

/// That of the largest process, and not the sum of all.
#[test]
fn the_largest_process_is_the_most_that_one_had_in_memory() {
    let receiver = FigureReceiver::start();
    let script = "head -c 60000000 /dev/zero | tail -c 60000000 > /dev/null; exit 3";
    let mut command = apmon_to(&receiver);
    assert_eq!(run(command.args(["--", "sh", "-c", script])).code, Some(3));
    let last = receiver.next();
    assert!((58_000.0..90_000.0).contains(&last.numbers["max_rss"]), "{last:?}");
    assert!(last.numbers["cpu_time"] > 0.0);
}

#[test]
fn run_time_is_that_of_the_command() {
    let receiver = FigureReceiver::start();
    let began = Instant::now();
    run(apmon_to(&receiver).args(["--", "sleep", "0.3"]));
    let run_time = receiver.next().numbers["run_time"];
    assert!((0.3..began.elapsed().as_secs_f64()).contains(&run_time), "{run_time}");
}

#[test]
fn figures_are_sent_at_each_interval_and_only_of_the_job() {
    let receiver = FigureReceiver::start();
    let directory = TempDir::new().unwrap();
    let mut command = apmon_to(&receiver);
    command.args(["--interval", "1s", "--work-dir"]).arg(directory.path());
    // It tells its process id, and ends when it is told so.
    command.args(["--", "sh", "-c", "echo $$; read line; exit 4"]);
    let (stdin, lines) = pipe().unwrap();
    let (stdout, output) = pipe().unwrap();
    let mut child = command.stdin(stdin).stdout(output).spawn().unwrap();
    drop(command);
    let mut pid = String::new();
    BufReader::new(stdout).read_line(&mut pid).unwrap();
    let packets = [receiver.next(), receiver.next(), receiver.next()];
    drop(lines);
    assert_eq!(end(&mut child), Some(4));
    let mut before = 0.0;
    for packet in &packets {
        assert_eq!(packet.cluster, "ApMon_JobMon");
        assert!(packet.node.ends_with(&format!(":{}", pid.trim())), "{packet:?}");
        assert!(!packet.has("exit_code") && packet.numbers["run_time"] > before);
        assert_eq!(packet.numbers["processes"], 1.0);
        assert!(packet.has("workdir_size"));
        before = packet.numbers["run_time"];
    }
    let last = receiver.waiting().pop().expect("final figures");
    assert_eq!((last.numbers["exit_code"], &last.node), (4.0, &packets[0].node));
    // The kernel's time at which a process started has hundredths of a second, cut off.
    assert!(last.numbers["run_time"] > before - 0.02, "{last:?}, {before}");
}

#[test]
fn figures_of_the_host_are_sent_if_they_are_asked_for() {
    let receiver = FigureReceiver::start();
    let mut command = apmon_to(&receiver);
    command.args(["--interval", "1s", "--set", "sys_monitoring=on"]);
    let (stdin, lines) = pipe().unwrap();
    let mut child = command.args(["--", "cat"]).stdin(stdin).spawn().unwrap();
    drop(command);
    while receiver.next().cluster != "ApMon_SysMon" {}
    drop(lines);
    assert_eq!(end(&mut child), Some(0));
}

/// Their time counts, and they go on.
#[test]
fn what_the_command_leaves_running_is_in_the_last_figures() {
    let receiver = FigureReceiver::start();
    let (stdin, lines) = pipe().unwrap();
    let (stdout, output) = pipe().unwrap();
    let mut command = apmon_to(&receiver);
    // A shell gives /dev/null to what is in the background, unless it is told otherwise.
    command.args(["--", "sh", "-c", "exec 3<&0; cat <&3 & exit 5"]);
    let mut child = command.stdin(stdin).stdout(output).spawn().unwrap();
    drop(command);
    assert_eq!(end(&mut child), Some(5));
    assert_eq!(receiver.next().numbers["processes"], 1.0);
    let (mut lines, mut stdout) = (lines, stdout);
    lines.write_all(b"still there\n").unwrap();
    drop(lines);
    let mut text = String::new();
    stdout.read_to_string(&mut text).unwrap();
    assert_eq!(text, "still there\n");
}
