//! Figures of jobs.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use apmon::{ApMon, Job, JobError, params};
use mmstats_testing::figures::FigureReceiver;
use tempfile::TempDir;

use crate::builder;

/// Longer than final figures take, on a machine that has other things to do.
const SOON: Duration = Duration::from_secs(5);

/// A process that ends with its stdin, or when it is dropped.
struct Process(Child);

impl Process {
    fn start() -> Self {
        let command = &mut Command::new("cat");
        Self(command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap())
    }

    fn end(&mut self) {
        drop(self.0.stdin.take());
        self.0.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn job(node: &str) -> Job {
    Job::new("Tier2_Jobs", node)
}

fn quiet(receiver: &FigureReceiver) -> ApMon {
    builder(receiver).option("general_info", "off").unwrap().start().unwrap()
}

#[test]
fn a_job_has_figures_of_its_processes_and_of_its_directory() {
    let receiver = FigureReceiver::start();
    let apmon = quiet(&receiver);
    let (process, directory) = (Process::start(), TempDir::new().unwrap());
    let job = job("job.17").work_dir(directory.path());
    let _handle = apmon.add_job(process.0.id(), job).unwrap();
    apmon.monitor_now();
    let first = receiver.next_of("job.17");
    assert_eq!(first.cluster, "Tier2_Jobs");
    assert_eq!((first.numbers["processes"], first.numbers["threads"]), (1.0, 1.0));
    for name in ["cpu_time", "run_time", "rss", "open_files", "disk_total", "workdir_size"] {
        assert!(first.has(name), "{name}");
    }
    assert!(!first.has("instant_cpu_usage"));
    apmon.monitor_now();
    assert!(receiver.next_of("job.17").has("instant_cpu_usage"));
}

#[test]
fn a_job_whose_process_has_ended_is_sent_once_more() {
    let receiver = FigureReceiver::start();
    let apmon = quiet(&receiver);
    let mut process = Process::start();
    let _handle = apmon.add_job(process.0.id(), job("job.1")).unwrap();
    apmon.monitor_now();
    assert_eq!(receiver.next_of("job.1").numbers["processes"], 1.0);
    process.end();
    apmon.monitor_now();
    let last = receiver.next_of("job.1");
    assert_eq!(last.numbers["processes"], 0.0);
    assert!(!last.has("run_time") && !last.has("page_faults_min"));
    apmon.monitor_now();
    assert!(receiver.waiting().iter().all(|packet| packet.node != "job.1"));
}

#[test]
fn figures_of_jobs_are_sent_by_their_interval() {
    let receiver = FigureReceiver::start();
    let apmon = builder(&receiver).option("job_interval", "1").unwrap().start().unwrap();
    let process = Process::start();
    let _handle = apmon.add_job(process.0.id(), job("job.1")).unwrap();
    let runs: Vec<_> = (0..3).map(|_| receiver.next().numbers["run_time"]).collect();
    assert!(runs.is_sorted_by(|one, next| one + 0.5 < *next), "{runs:?}");
}

#[test]
fn final_figures_are_sent_when_a_handle_is_dropped() {
    let receiver = FigureReceiver::start();
    let apmon = quiet(&receiver);
    let process = Process::start();
    let handle = apmon.add_job(process.0.id(), job("job.1")).unwrap();
    drop(handle);
    assert_eq!(receiver.next().node, "job.1");
    apmon.monitor_now();
    assert_eq!(receiver.waiting().len(), 1, "of the host");
}

#[test]
fn the_last_packet_may_have_what_the_program_knows() {
    let receiver = FigureReceiver::start();
    let apmon = quiet(&receiver);
    let process = Process::start();
    let handle = apmon.add_job(process.0.id(), job("job.1")).unwrap();
    handle.finish(params!["exit_code" => 7, "run_time" => 1e6, "cpu_time" => 1e6]);
    let last = receiver.waiting().pop().unwrap();
    for (name, expected) in [("exit_code", 7.0), ("run_time", 1e6), ("cpu_time", 1e6)] {
        assert_eq!(last.numbers[name], expected, "{name}");
    }
    let handle = apmon.add_job(std::process::id(), job("job.2")).unwrap();
    handle.finish(params!["cpu_time" => -1]);
    assert!(receiver.waiting().pop().unwrap().numbers["cpu_time"] >= 0.0);
}

#[test]
fn what_the_program_knows_of_a_job_that_has_ended_is_sent() {
    let receiver = FigureReceiver::start();
    let apmon = quiet(&receiver);
    let mut process = Process::start();
    let handle = apmon.add_job(process.0.id(), job("job.1")).unwrap();
    process.end();
    apmon.monitor_now();
    assert_eq!(receiver.next_of("job.1").numbers["processes"], 0.0);
    handle.finish(params!["exit_code" => 7]);
    let sent = receiver.waiting().pop().unwrap();
    assert_eq!((sent.node.as_str(), sent.numbers.len()), ("job.1", 1));
    assert_eq!(sent.numbers["exit_code"], 7.0);
}

#[test]
fn figures_that_are_turned_off_are_not_sent_at_the_end_either() {
    let receiver = FigureReceiver::start();
    let apmon = quiet(&receiver);
    let process = Process::start();
    let add = |node| apmon.add_job(process.0.id(), job(node)).unwrap();
    let (dropped, finished, _left) = (add("job.1"), add("job.2"), add("job.3"));
    apmon.monitor(false);
    drop(dropped);
    finished.finish(params!["exit_code" => 7]);
    drop(apmon);
    let sent = receiver.waiting();
    assert_eq!(sent.len(), 1, "{sent:?}");
    assert_eq!((sent[0].node.as_str(), sent[0].numbers.len()), ("job.2", 1));
}

#[test]
fn final_figures_of_every_job_are_sent_at_the_end() {
    let receiver = FigureReceiver::start();
    let apmon = quiet(&receiver);
    let processes = [0; 3].map(|_| Process::start());
    let _handles = processes.each_ref().map(|process| {
        let pid = process.0.id();
        apmon.add_job(pid, job(&pid.to_string())).unwrap()
    });
    let began = Instant::now();
    drop(apmon);
    let took = began.elapsed();
    assert!(took < SOON, "{took:?}");
    let mut found: Vec<_> = receiver.waiting().into_iter().map(|packet| packet.node).collect();
    found.sort();
    let mut expected = processes.each_ref().map(|process| process.0.id().to_string());
    expected.sort();
    assert_eq!(found, expected);
}

#[test]
fn a_job_needs_a_process() {
    let apmon = quiet(&FigureReceiver::start());
    let mut process = Process::start();
    process.end();
    let pid = process.0.id();
    let error = apmon.add_job(pid, job("job.1")).unwrap_err();
    assert_eq!(error, JobError::NoProcess(pid));
    assert_eq!(error.to_string(), format!("there is no process {pid}"));
}
