//! Checks the wall clock against the stored calls.
//!
//! After a dead battery or in a resumed virtual machine the clock may be weeks off, and what is
//! deleted by such a clock is gone for good. So nothing is deleted while the clock is far from the
//! newest stored call, and messages are accepted that agree with either of the two.

use std::ops::RangeInclusive;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::execution::Execution;

const HOUR: f64 = 3600.0;
const DAY: f64 = 24.0 * HOUR;
/// How far a sender's clock may be ahead, and how much older than the retention time a message may
/// be.
const TOLERANCE: f64 = HOUR;
/// How far the clock may be behind the newest stored call: further than senders can be ahead.
const MAX_BEHIND: f64 = 2.0 * DAY;
/// A clock that is far off is trusted once only calls of its time have arrived for this long: by
/// then NTP has corrected a clock that is wrong after booting.
const CONFIRMATION: Duration = Duration::from_mins(10);
/// A smaller distance isn't reported: most likely there were no calls for a while.
const MIN_REPORTED: f64 = HOUR;

/// What is known about the clock; shared by what accepts messages and what deletes them.
#[derive(Debug)]
pub struct ClockCheck {
    keep: f64,
    /// How far the clock may be ahead of the newest stored call.
    slack: f64,
    /// The clock is always trusted.
    always: bool,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// When the newest stored call began, if there is one.
    newest: Option<f64>,
    /// The last time at which clock and calls agreed.
    agreed: Option<f64>,
    /// When the newest call began that was stored since the last check.
    arrived: Option<f64>,
    /// Since when all calls that arrive agree with a clock that isn't trusted.
    arriving: Option<Instant>,
}

/// The result of a check.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ClockState {
    /// It agrees with the calls.
    Trusted,
    /// Seconds that it is ahead of the newest stored call.
    Ahead(f64),
    /// Seconds that it is behind the newest stored call.
    Behind(f64),
}

impl ClockCheck {
    /// Checks the clock for stores with this retention time, whose newest execution began at
    /// `newest`. With `always` the clock is trusted without a check.
    pub fn new(keep: Duration, newest: Option<f64>, always: bool) -> Self {
        let keep = keep.as_secs_f64();
        let state = State { newest, agreed: newest, arrived: None, arriving: None };
        let slack = (keep / 10.0).clamp(60.0, DAY);
        Self { keep, slack, always, state: Mutex::new(state) }
    }

    /// To be called with what was stored.
    pub fn stored(&self, executions: &[Execution]) {
        let times = executions.iter().map(|execution| execution.timestamp);
        let Some(newest) = times.reduce(f64::max) else { return };
        let mut state = self.state();
        state.newest = state.newest.max_of(newest);
        state.arrived = state.arrived.max_of(newest);
    }

    /// The times of messages that are accepted now.
    pub fn accepted(&self, now: f64) -> RangeInclusive<f64> {
        let State { newest, agreed, .. } = *self.state();
        let earlier = agreed.map_or(now, |agreed| agreed.min(now));
        let latest = match newest {
            Some(newest) if now < newest - MAX_BEHIND && !self.always => newest + DAY,
            _ => now + TOLERANCE,
        };
        earlier - self.keep - TOLERANCE..=latest
    }

    /// Checks the clock, which says `now`; `instant` is the same moment by the monotonic clock. To
    /// be called regularly.
    pub fn judge(&self, now: f64, instant: Instant) -> ClockState {
        let mut state = self.state();
        let Some(newest) = state.newest.filter(|_| !self.always) else {
            return ClockState::Trusted;
        };
        let arrived = state.arrived.take();
        let agreed = state.agreed.unwrap_or(newest);
        let found = if now < newest - MAX_BEHIND {
            ClockState::Behind(newest - now)
        } else if now > agreed + self.slack {
            ClockState::Ahead(now - agreed)
        } else {
            ClockState::Trusted
        };
        let around = now - self.slack..=now + TOLERANCE;
        if found == ClockState::Trusted {
            state.agreed = Some(newest.min(now));
        } else if let Some(arrived) = arrived {
            if !state.is_confirmed(around.contains(&arrived), instant) {
                return found;
            }
            (state.newest, state.agreed) = (Some(arrived), Some(arrived.min(now)));
        } else {
            return found;
        }
        state.arriving = None;
        ClockState::Trusted
    }

    /// The message about a clock that isn't trusted; `oldest` is when the oldest stored call began.
    /// `None` if it makes no difference.
    pub fn report(&self, state: ClockState, now: f64, oldest: Option<f64>) -> Option<String> {
        let moment = Timestamp::from_second(now as i64).unwrap_or_default();
        match state {
            ClockState::Ahead(seconds) => {
                let is_expired = oldest.is_some_and(|oldest| oldest < now - self.keep);
                (is_expired && seconds > MIN_REPORTED).then(|| {
                    format!(
                        "the clock ({moment}) is {} ahead of the newest stored call: nothing is \
                         deleted until calls of that time have arrived for {} minutes; if the clock \
                         is right, --trust-clock deletes old calls at once",
                        distance(seconds),
                        CONFIRMATION.as_secs() / 60,
                    )
                })
            }
            ClockState::Behind(seconds) => Some(format!(
                "the clock ({moment}) is {} behind the newest stored call: nothing is deleted, and \
                 calls are accepted up to a day after that one",
                distance(seconds),
            )),
            ClockState::Trusted => None,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Notes whether the calls that arrived agree with the clock. Returns whether they have for long
    /// enough.
    fn is_confirmed(&mut self, agree: bool, instant: Instant) -> bool {
        if !agree {
            self.arriving = None;
            return false;
        }
        let since = *self.arriving.get_or_insert(instant);
        instant.duration_since(since) >= CONFIRMATION
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

/// A rounded duration: `40 days`, `30 hours`.
fn distance(seconds: f64) -> String {
    let (unit, name) = if seconds < 2.0 * DAY { (HOUR, "hours") } else { (DAY, "days") };
    format!("{:.0} {name}", (seconds / unit).max(2.0))
}

#[cfg(test)]
mod tests;
