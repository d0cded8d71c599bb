//! Whether the wall clock can be believed: only as far as the calls that are stored bear it out.
//!
//! After a dead battery or a resumed virtual machine the clock may be weeks away, and what is
//! dropped by such a clock is gone for good. So nothing is dropped while it is far from the newest
//! stored call, and messages that are right by either of the two are accepted.

use std::ops::RangeInclusive;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::store::Execution;

const HOUR: f64 = 3600.0;
const DAY: f64 = 24.0 * HOUR;
/// How far a sender's clock may be ahead, and a message older than what is kept.
const APART: f64 = HOUR;
/// How far the clock may be behind the newest stored call: more than senders can be ahead.
const BEHIND: f64 = 2.0 * DAY;
/// A clock that is far away is believed once only calls of its time have arrived for so long: what
/// sets a wrong clock right (NTP at boot) has done so by then.
const CONFIRMED: Duration = Duration::from_mins(10);
/// Less than that isn't worth a report: nothing was called for a while, most likely.
const REPORTED: f64 = HOUR;

/// What is known of the time, shared by those who accept and those who drop.
#[derive(Debug)]
pub struct Times {
    keep: f64,
    /// How far the clock may be ahead of the newest stored call.
    slack: f64,
    /// Whether the clock is believed in any case.
    trusting: bool,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// When the newest stored call began, if there is one.
    newest: Option<f64>,
    /// The latest time at which clock and calls agreed.
    agreed: Option<f64>,
    /// When the newest call began that was stored since the clock was judged.
    arrived: Option<f64>,
    /// Since when all that arrives agrees with a clock that isn't believed.
    arriving: Option<Instant>,
}

/// What is to be thought of the clock.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Clock {
    /// It agrees with the calls.
    Agrees,
    /// It is so many seconds ahead of the newest stored call.
    Ahead(f64),
    /// It is so many seconds behind the newest stored call.
    Behind(f64),
}

impl Times {
    /// Of stores that keep executions for so long; the newest of these began at that time. Where
    /// `trusting`, the clock is always right.
    pub fn new(keep: Duration, newest: Option<f64>, trusting: bool) -> Self {
        let keep = keep.as_secs_f64();
        let state = State { newest, agreed: newest, arrived: None, arriving: None };
        let slack = (keep / 10.0).clamp(60.0, DAY);
        Self { keep, slack, trusting, state: Mutex::new(state) }
    }

    /// To be called with what was stored.
    pub fn stored(&self, executions: &[Execution]) {
        let times = executions.iter().map(|execution| execution.timestamp);
        let Some(newest) = times.reduce(f64::max) else { return };
        let mut state = self.state();
        state.newest = state.newest.max_of(newest);
        state.arrived = state.arrived.max_of(newest);
    }

    /// When messages may have begun that are accepted now.
    pub fn accepted(&self, now: f64) -> RangeInclusive<f64> {
        let State { newest, agreed, .. } = *self.state();
        let earlier = agreed.map_or(now, |agreed| agreed.min(now));
        let latest = match newest {
            Some(newest) if now < newest - BEHIND && !self.trusting => newest + DAY,
            _ => now + APART,
        };
        earlier - self.keep - APART..=latest
    }

    /// Whether to believe the clock, which says `now`; `instant` is the same by a clock that
    /// nobody sets. To be asked now and then.
    pub fn judge(&self, now: f64, instant: Instant) -> Clock {
        let mut state = self.state();
        let Some(newest) = state.newest.filter(|_| !self.trusting) else {
            return Clock::Agrees;
        };
        let arrived = state.arrived.take();
        let agreed = state.agreed.unwrap_or(newest);
        let clock = if now < newest - BEHIND {
            Clock::Behind(newest - now)
        } else if now > agreed + self.slack {
            Clock::Ahead(now - agreed)
        } else {
            Clock::Agrees
        };
        let around = now - self.slack..=now + APART;
        if clock == Clock::Agrees {
            state.agreed = Some(newest.min(now));
        } else if let Some(arrived) = arrived {
            if !state.is_confirmed(around.contains(&arrived), instant) {
                return clock;
            }
            (state.newest, state.agreed) = (Some(arrived), Some(arrived.min(now)));
        } else {
            return clock;
        }
        state.arriving = None;
        Clock::Agrees
    }

    /// What to report of a clock that isn't believed; `oldest` is when the oldest call began that is
    /// kept. `None` if that changes nothing.
    pub fn report(&self, clock: Clock, now: f64, oldest: Option<f64>) -> Option<String> {
        let moment = Timestamp::from_second(now as i64).unwrap_or_default();
        match clock {
            Clock::Ahead(seconds) => {
                let is_kept = oldest.is_some_and(|oldest| oldest < now - self.keep);
                (is_kept && seconds > REPORTED).then(|| {
                    format!(
                        "the clock ({moment}) is {} ahead of the newest stored call: nothing is \
                         dropped until calls of that time have arrived for {} minutes; if the clock \
                         is right, --trust-clock drops what is old at once",
                        distance(seconds),
                        CONFIRMED.as_secs() / 60,
                    )
                })
            }
            Clock::Behind(seconds) => Some(format!(
                "the clock ({moment}) is {} behind the newest stored call: nothing is dropped, and \
                 calls are accepted up to a day after that one",
                distance(seconds),
            )),
            Clock::Agrees => None,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Calls arrived that agree with the clock, or don't; whether they have for long enough.
    fn is_confirmed(&mut self, agree: bool, instant: Instant) -> bool {
        if !agree {
            self.arriving = None;
            return false;
        }
        let since = *self.arriving.get_or_insert(instant);
        instant.duration_since(since) >= CONFIRMED
    }
}

trait MaxOf {
    fn max_of(self, other: f64) -> Self;
}

impl MaxOf for Option<f64> {
    fn max_of(self, other: f64) -> Self {
        Some(self.map_or(other, |one| one.max(other)))
    }
}

/// About how long that is: `40 days`, `30 hours`.
fn distance(seconds: f64) -> String {
    let (unit, name) = if seconds < 2.0 * DAY { (HOUR, "hours") } else { (DAY, "days") };
    format!("{:.0} {name}", (seconds / unit).max(2.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: f64 = 1_795_258_800.0;
    const KEEP: Duration = Duration::from_hours(30 * 24);
    const MINUTE: Duration = Duration::from_mins(1);

    fn call(timestamp: f64) -> [Execution; 1] {
        [Execution {
            key: "k".into(),
            token: "t".into(),
            timestamp,
            execution_time: 0.1,
            extra: None,
        }]
    }

    fn times() -> Times {
        Times::new(KEEP, Some(NOW), false)
    }

    /// Judges each minute, as a call of the clock's own time comes in each; when it agrees.
    fn minutes_until_agreed(times: &Times, now: f64) -> Option<u32> {
        let began = Instant::now();
        (0..60).find(|minute| {
            times.stored(&call(now + 60.0 * f64::from(*minute)));
            let judged = times.judge(now + 60.0 * f64::from(*minute), began + *minute * MINUTE);
            judged == Clock::Agrees
        })
    }

    #[test]
    fn a_clock_that_goes_on_is_believed() {
        let times = times();
        for day in 0..400 {
            let now = NOW + f64::from(day) * DAY * 0.9;
            assert_eq!(times.judge(now, Instant::now()), Clock::Agrees, "{day}");
            times.stored(&call(now));
            assert_eq!(times.judge(now, Instant::now()), Clock::Agrees, "{day}");
        }
        assert_eq!(Times::new(KEEP, None, false).judge(NOW, Instant::now()), Clock::Agrees);
    }

    #[test]
    fn a_clock_that_is_far_ahead_is_believed_once_calls_have_borne_it_out_for_a_while() {
        let times = times();
        let now = NOW + 40.0 * DAY;
        assert_eq!(times.judge(now, Instant::now()), Clock::Ahead(40.0 * DAY));
        // Those of the former time, by which the clock is wrong, don't, and nor does silence.
        for later in [Duration::ZERO, Duration::from_hours(24)] {
            let later = Instant::now() + later;
            times.stored(&call(NOW + 60.0));
            assert_eq!(times.judge(now, later), Clock::Ahead(40.0 * DAY));
            assert_eq!(times.judge(now, later), Clock::Ahead(40.0 * DAY));
        }
        assert_eq!(minutes_until_agreed(&times, now), Some(10));
    }

    #[test]
    fn a_wrong_clock_that_is_set_right_has_changed_nothing() {
        let times = times();
        let (began, wrong) = (Instant::now(), NOW + 40.0 * DAY);
        // Whoever is on the same machine sends by the same clock.
        for minute in 0..5 {
            times.stored(&call(wrong));
            assert_eq!(times.judge(wrong, began + minute * MINUTE), Clock::Ahead(40.0 * DAY));
        }
        let behind = times.judge(NOW, began + 5 * MINUTE);
        assert_eq!(behind, Clock::Behind(40.0 * DAY));
        assert_eq!(minutes_until_agreed(&times, NOW), Some(10));
        // It has learnt nothing from what was stored by the wrong one.
        let judged = times.judge(wrong, began + 60 * MINUTE);
        assert!(matches!(judged, Clock::Ahead(_)), "{judged:?}");
    }

    #[test]
    fn messages_are_accepted_that_are_right_by_the_calls_or_by_the_clock() {
        for seconds in [0.0, 100.0, -100.0, 40.0 * DAY, -40.0 * DAY, -20_000.0 * DAY] {
            let keep = Duration::from_mins(1);
            let times = Times::new(keep, Some(NOW), false);
            let accepted = times.accepted(NOW + seconds);
            assert!(accepted.contains(&NOW) && accepted.contains(&(NOW - 60.0)), "{seconds}");
            assert!(accepted.contains(&(NOW + 600.0)), "{seconds}");
            assert!(accepted.contains(&(NOW + seconds)) || seconds < -DAY, "{seconds}");
            assert!(!accepted.contains(&(NOW.max(NOW + seconds) + 2.0 * DAY)), "{seconds}");
            assert!(!accepted.contains(&(NOW.min(NOW + seconds) - DAY)), "{seconds}");
        }
    }

    #[test]
    fn a_report_is_of_what_would_be_dropped() {
        let times = times();
        let now = NOW + 40.0 * DAY;
        let report = |oldest| times.report(Clock::Ahead(40.0 * DAY), now, oldest);
        let text = report(Some(NOW)).unwrap();
        assert!(text.contains("40 days ahead") && text.contains("--trust-clock"), "{text}");
        assert_eq!((report(Some(now - DAY)), report(None)), (None, None));
        let text = times.report(Clock::Behind(30.0 * HOUR), now, None).unwrap();
        assert!(text.contains("30 hours behind"), "{text}");
    }

    #[test]
    fn who_is_told_that_the_clock_is_right_believes_it() {
        let times = Times::new(KEEP, Some(NOW), true);
        assert_eq!(times.judge(NOW + 40.0 * DAY, Instant::now()), Clock::Agrees);
    }
}
