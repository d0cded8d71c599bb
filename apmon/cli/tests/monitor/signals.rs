//! Signals: another configuration, and the end with final figures of each job.

use std::fs;
use std::process;
use std::time::Duration;

use mmstats_testing::figures::FigureReceiver;
use nix::sys::signal::Signal::{SIGHUP, SIGINT, SIGTERM};
use tempfile::TempDir;

use crate::monitor::{Monitor, command};

/// A second, and what a busy machine needs beside it.
const SOON: Duration = Duration::from_secs(3);

#[test]
fn it_ends_within_a_second_and_sends_last_figures_of_each_job() {
    for (signal, expected) in [(SIGTERM, 0), (SIGINT, 130)] {
        let receiver = FigureReceiver::start();
        let pid = process::id();
        let jobs = [format!("{pid}:/tmp,Tier2_Jobs,job.1"), format!("{pid},,job.2")];
        let arguments = ["--job", &jobs[0], "--job", &jobs[1]];
        let (code, took) = Monitor::start(&receiver, &arguments).end_by(signal);
        assert_eq!(code, Some(expected));
        assert!(took < SOON, "{took:?}");
        let mut last = receiver.waiting();
        last.sort_by(|one, other| one.node.cmp(&other.node));
        let names: Vec<_> = last.iter().map(|it| (it.cluster.as_str(), it.node.as_str())).collect();
        assert_eq!(names, [("Tier2_Jobs", "job.1"), ("ApMon_JobMon", "job.2")]);
        assert!(last[0].has("disk_total") && last[1].has("cpu_time"));
    }
}

#[test]
fn hangup_reads_the_configuration_again() {
    let (before, after) = (FigureReceiver::start(), FigureReceiver::start());
    let directory = TempDir::new().unwrap();
    let file = directory.path().join("apmon.conf");
    fs::write(&file, before.destination()).unwrap();
    let monitor = Monitor::of(command(&["--config"]).arg(&file).args(["--set", "sys_interval=1"]));
    assert!(before.next().has("load1"));
    fs::write(&file, format!("{}\nxApMon_sys_load1 = off\n", after.destination())).unwrap();
    monitor.signal(SIGHUP);
    let next = after.next();
    assert!(!next.has("load1") && next.has("load5"));
    // One that can't be used changes nothing.
    fs::write(&file, "nothing = here").unwrap();
    monitor.signal(SIGHUP);
    assert!(after.next().has("load5"));
    assert!(after.next().has("load5"));
    assert_eq!(monitor.end_by(SIGTERM).0, Some(0));
}
