//! `--stats`: sends what stats files hold, until the command ends.

use std::hash::{BuildHasher, RandomState};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant, SystemTime};

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
    let mut reported = false;
    let mut now = Instant::now();
    files.poll(now, SystemTime::now(), false, |_, _, _| {});
    report_problems(&mut files);
    let mut due = now + interval(apmon).mul_f64(phase());
    let mut with_texts = true;
    while stopped.recv_timeout(due.saturating_duration_since(Instant::now()))
        == Err(RecvTimeoutError::Timeout)
    {
        now = Instant::now();
        files.poll(now, SystemTime::now(), with_texts, |cluster, node, parameters| {
            let result = apmon.packet(cluster, node).params(parameters).send();
            if let Err(error) = result {
                report_not_sent(&mut reported, cluster, node, &error);
            }
        });
        report_problems(&mut files);
        // As the host's general figures: every second time.
        with_texts = !with_texts && apmon.options().general_info;
        due = next(due, now, interval(apmon));
    }
}

fn interval(apmon: &ApMon) -> Duration {
    apmon.options().system.interval
}

/// A random part of an interval: many hosts that start together don't send together.
fn phase() -> f64 {
    let random = RandomState::new().hash_one(());
    (random >> 32) as f64 / f64::from(u32::MAX)
}

/// The next time at the distance of an interval that is in the future.
fn next(due: Instant, now: Instant, interval: Duration) -> Instant {
    let late = now.saturating_duration_since(due).as_nanos();
    let missed = late / interval.as_nanos().max(1);
    due + interval * u32::try_from(missed + 1).unwrap_or(u32::MAX)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_do_not_drift_and_missed_ones_are_left_out() {
        let second = Duration::from_secs(1);
        let due = Instant::now();
        for (late, expected) in [(0, 10), (9, 10), (10, 20), (35, 40)] {
            assert_eq!(next(due, due + late * second, 10 * second), due + expected * second);
        }
    }

    #[test]
    fn a_phase_is_within_the_interval() {
        let phases = [(); 100].map(|()| phase());
        assert!(phases.iter().all(|phase| (0.0..=1.0).contains(phase)));
        assert!(phases.iter().any(|phase| *phase != phases[0]));
    }
}
