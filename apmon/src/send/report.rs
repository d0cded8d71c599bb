//! Reports: what a program may want to log, at most one of a kind in 10 minutes.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::time::Duration;

use crate::config::Level;

/// The least time between two reports of a kind, in nanoseconds.
const PAUSE: u64 = Duration::from_mins(10).as_nanos() as u64;

/// What reports are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Topic {
    Parameter,
    Rate,
    NoAddress,
    Refused,
    System,
    Lookup,
    Duplicate,
    Source,
    Thread,
    Abandoned,
    Figures,
}

const TOPICS: usize = Topic::Figures as usize + 1;

/// Something that went wrong, or that an operator may want to know. Displayed as one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    level: Level,
    message: String,
    suppressed: u64,
}

impl Report {
    /// How important it is.
    pub fn level(&self) -> Level {
        self.level
    }

    /// How many of its kind weren't reported since the last one.
    pub fn suppressed(&self) -> u64 {
        self.suppressed
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match self.suppressed {
            0 => Ok(()),
            1 => f.write_str(" (and once before)"),
            count => write!(f, " (and {count} times before)"),
        }
    }
}

/// What a program does with reports.
pub(super) type OnError = Box<dyn Fn(&Report) + Send + Sync>;

/// Passes reports on.
pub(super) struct Reporter {
    on_error: Option<OnError>,
    level: AtomicU8,
    topics: [Limit; TOPICS],
}

/// When the next report of a kind is due, in nanoseconds, and how many weren't passed on.
#[derive(Debug, Default)]
struct Limit {
    due: AtomicU64,
    suppressed: AtomicU64,
}

impl Reporter {
    pub(super) fn new(on_error: Option<OnError>) -> Self {
        let level = AtomicU8::new(Level::Warning as u8);
        Self { on_error, level, topics: Default::default() }
    }

    /// Changes the least level that is reported.
    pub(super) fn set_level(&self, level: Level) {
        self.level.store(level as u8, Ordering::Relaxed);
    }

    /// Reports a problem, unless one of its kind was reported less than 10 minutes ago. `now` is
    /// monotonic.
    pub(super) fn report(
        &self,
        topic: Topic,
        level: Level,
        now: Duration,
        message: impl FnOnce() -> String,
    ) {
        if !self.wants(level) {
            return;
        }
        let Limit { due, suppressed } = &self.topics[topic as usize];
        let now = now.as_nanos() as u64;
        let next = |due: u64| (due <= now).then_some(now + PAUSE);
        if due.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next).is_err() {
            suppressed.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let suppressed = suppressed.swap(0, Ordering::Relaxed);
        self.pass(&Report { level, message: message(), suppressed });
    }

    /// Reports a problem, however often: for what is bounded by itself.
    pub(super) fn report_each(&self, level: Level, message: impl FnOnce() -> String) {
        if self.wants(level) {
            self.pass(&Report { level, message: message(), suppressed: 0 });
        }
    }

    fn wants(&self, level: Level) -> bool {
        self.on_error.is_some() && level as u8 <= self.level.load(Ordering::Relaxed)
    }

    fn pass(&self, report: &Report) {
        if let Some(on_error) = &self.on_error {
            // A panic, which was printed by its hook, must not end the thread that sends what waits.
            let _ = catch_unwind(AssertUnwindSafe(|| on_error(report)));
        }
    }
}

impl fmt::Debug for Reporter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reporter").field("topics", &self.topics).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[test]
    fn one_of_a_kind_is_reported_in_ten_minutes_and_the_others_are_counted() {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let to = Arc::clone(&lines);
        let push = move |report: &Report| to.lock().unwrap().push(report.to_string());
        let reporter = Reporter::new(Some(Box::new(push)));
        let report = |topic, minutes| {
            let now = Duration::from_mins(minutes);
            reporter.report(topic, Level::Warning, now, || format!("{topic:?} {minutes}"));
        };
        for minutes in 0..12 {
            report(Topic::Lookup, minutes);
        }
        report(Topic::Refused, 5);
        report(Topic::Lookup, 20);
        reporter.report(Topic::Source, Level::Notice, Duration::ZERO, || "a notice".to_owned());
        reporter.set_level(Level::Notice);
        reporter.report(Topic::Source, Level::Notice, Duration::ZERO, || "a notice".to_owned());
        let expected = [
            "Lookup 0",
            "Lookup 10 (and 9 times before)",
            "Refused 5",
            "Lookup 20 (and once before)",
            "a notice",
        ];
        assert_eq!(*lines.lock().unwrap(), expected);
    }
}
