//! Figures as a configuration wants them.

use std::fs;
use std::time::{Duration, Instant};

use apmon::config::Options;
use apmon::{ApMon, Job};
use mmstats_testing::TIMEOUT;
use mmstats_testing::figures::FigureReceiver;
use tempfile::TempDir;

/// The pause between two looks while waiting.
const INTERVAL: Duration = Duration::from_millis(5);

struct Site {
    receiver: FigureReceiver,
    directory: TempDir,
}

impl Site {
    fn new(options: &str) -> Self {
        let site = Self { receiver: FigureReceiver::start(), directory: TempDir::new().unwrap() };
        site.write(options);
        site
    }

    fn write(&self, options: &str) {
        let lines = format!("{}\nxApMon_maxMsgSize = 8192\n{options}", self.receiver.destination());
        fs::write(self.file(), lines).unwrap();
    }

    fn file(&self) -> std::path::PathBuf {
        self.directory.path().join("apmon.conf")
    }
}

#[track_caller]
fn wait_for(apmon: &ApMon, condition: impl Fn(&Options) -> bool) {
    let began = Instant::now();
    while !condition(&apmon.options()) {
        assert!(began.elapsed() < TIMEOUT);
        std::thread::sleep(INTERVAL);
    }
}

#[test]
fn a_configuration_turns_the_host_s_figures_on() {
    let site = Site::new("xApMon_sys_interval = 1\n");
    let _apmon = ApMon::from_config([site.file()]).unwrap();
    assert!(site.receiver.next().has("load1"));
}

#[test]
fn a_configuration_that_is_read_again_changes_what_is_sent_and_when() {
    let site = Site::new("xApMon_sys_interval = 86400\nxApMon_sys_load5 = off\n");
    let apmon = ApMon::builder().config([site.file()]).start().unwrap();
    apmon.monitor_now();
    let first = site.receiver.next();
    assert!(first.has("load1") && !first.has("load5"));
    site.write("xApMon_sys_interval = 1\nxApMon_sys_load1 = off\n");
    apmon.reload();
    let next = site.receiver.next();
    assert!(!next.has("load1") && next.has("load5"));
}

#[test]
fn options_of_the_program_go_before_the_configuration_s_also_later() {
    let site = Site::new("xApMon_sys_load1 = on\nxApMon_job_interval = 7\n");
    let builder = ApMon::builder().config([site.file()]).monitor(false);
    let apmon = builder.option("sys_load1", "off").unwrap().start().unwrap();
    assert_eq!(apmon.options().jobs.interval.as_secs(), 7);
    site.write("xApMon_sys_load1 = on\nxApMon_job_interval = 8\n");
    apmon.reload();
    wait_for(&apmon, |options| options.jobs.interval.as_secs() == 8);
    apmon.monitor_now();
    let host = site.receiver.next();
    assert!(!host.has("load1") && host.has("load5"));
}

#[test]
fn jobs_wait_until_the_configuration_turns_them_on() {
    let site = Site::new("xApMon_job_monitoring = off\nxApMon_job_interval = 1\n");
    let builder = ApMon::builder().config([site.file()]);
    let apmon = builder.option("sys_monitoring", "off").unwrap().start().unwrap();
    let _job = apmon.add_job(std::process::id(), Job::new("Jobs", "job.1")).unwrap();
    site.write("xApMon_job_interval = 1\nxApMon_job_threads = off\n");
    apmon.reload();
    let first = site.receiver.next();
    assert_eq!((first.node.as_str(), first.has("threads")), ("job.1", false));
}

#[test]
fn a_wrong_option_is_an_error_at_once() {
    for (name, value, expected) in [
        ("sys_laod1", "on", "sys_load1"),
        ("sys_load1", "maybe", "expected ON or OFF, found \"maybe\""),
        ("sys_interval", "0", "expected a number from 1 to 86400, found \"0\""),
    ] {
        let error = ApMon::builder().option(name, value).err().unwrap().to_string();
        assert!(error.contains(expected), "{name}: {error}");
    }
}
