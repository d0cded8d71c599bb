//! `--stats`: sends what stats files hold, until the command ends.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Instant, SystemTime};

use apmon::internals::Schedule;
use apmon::{ApMon, SendError};
use mmstats_cli::diagnostics::Diagnostics;
use mmstats_cli::escape::escape;

use crate::args::NAME;
use crate::stats_files::StatsFiles;

/// Sends what the files hold every `xApMon_sys_interval`, until the other end of `stopped` is dropped.
///
/// The first poll is at once, so that the first packets, which are sent at a random moment within the
/// interval, have rates. A configuration's new interval is used after the next packets.
pub fn send(apmon: &ApMon, mut files: StatsFiles, stopped: &Receiver<()>) {
    let interval = || apmon.options().system.interval;
    let mut reported = false;
    let now = Instant::now();
    files.poll(now, SystemTime::now(), false, |_, _, _| {});
    report_problems(&mut files);
    let mut schedule = Schedule::random(now, interval());
    let mut with_texts = true;
    loop {
        let wait = schedule.due().saturating_duration_since(Instant::now());
        if stopped.recv_timeout(wait) != Err(RecvTimeoutError::Timeout) {
            return;
        }
        let now = Instant::now();
        files.poll(now, SystemTime::now(), with_texts, |cluster, node, parameters| {
            let result = apmon.packet(cluster, node).params(parameters).send();
            if let Err(error) = result {
                report_not_sent(&mut reported, cluster, node, &error);
            }
        });
        report_problems(&mut files);
        // As the host's general figures: every second time.
        with_texts = !with_texts && apmon.options().general_info;
        schedule.take(now);
        schedule.set_interval(now, interval());
    }
}

/// None of it is an error of the command: anybody may write stats files.
fn report_problems(files: &mut StatsFiles) {
    for problem in files.take_problems() {
        Diagnostics::new(NAME).note(&escape(&problem.to_string()));
    }
}

/// Only the first: the next interval has the same.
fn report_not_sent(reported: &mut bool, cluster: &str, node: &str, error: &SendError) {
    if !std::mem::replace(reported, true) {
        let message = format!("stats of node {node:?} in cluster {cluster:?}: {error}");
        Diagnostics::new(NAME).note(&escape(&message));
    }
}
