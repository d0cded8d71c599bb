//! Signals, and an orderly shutdown when one asks for it.
//!
//! A shutdown signal is SIGINT, SIGTERM or SIGHUP, unless it was ignored when the program began. A
//! server hands [`on_signal`] what to do; a command that runs in a loop asks a [`Shutdown`] in each
//! round.

use std::fs;
use std::io;
use std::process;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::iterator::Signals;
use signal_hook::{flag, low_level};

use crate::exit::Outcome;

/// How long an orderly shutdown of a server may take.
pub const GRACE_PERIOD: Duration = Duration::from_millis(1_800);
/// How long exit handlers may take after that.
const EXIT_HANDLERS: Duration = Duration::from_millis(100);

/// Makes a write beyond the file size limit (`ulimit -f`) fail with an error that can be
/// reported. By default the kernel ends the process with SIGXFSZ instead.
///
/// To be called first in `main`.
pub fn survive_file_size_limit() {
    // Nobody reads the flag: with a handler in place the write returns EFBIG. A handler can be
    // installed in safe code; ignoring the signal would do as well, but can't.
    for signal in not_ignored(&[SIGXFSZ]) {
        let installed: io::Result<_> = flag::register(signal, Arc::new(AtomicBool::new(false)));
        drop(installed);
    }
}

/// The shutdown signals of this process, one after the other.
///
/// # Errors
///
/// Returns an error if the signals can't be handled.
pub fn signals() -> io::Result<Signals> {
    Signals::new(not_ignored(&[SIGINT, SIGTERM, SIGHUP]))
}

/// Those of `signals` that weren't ignored when the program began, as by `nohup` or in the
/// background of a script. Whoever started it wants that to stay.
pub fn not_ignored(signals: &[i32]) -> Vec<i32> {
    // The system call that asks for it can't be made in safe code.
    let ignored = fs::read_to_string("/proc/self/status").map_or(0, |status| ignored(&status));
    signals.iter().copied().filter(|signal| ignored & 1 << (signal - 1) == 0).collect()
}

/// The set of ignored signals, as `/proc/PID/status` has it: bit 0 is signal 1.
fn ignored(status: &str) -> u64 {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}

/// Calls `shut_down` at the first shutdown signal, with the outcome of the run. SIGTERM is how a
/// service manager ends a service, and any exit code but 0 would count as a failure; SIGHUP, sent
/// when a terminal is closed, has the same outcome.
///
/// The process ends after [`GRACE_PERIOD`] at the latest, and at once at a second signal, whatever
/// its threads are waiting for: a handler, a store, stderr.
///
/// # Errors
///
/// Returns an error if the signals can't be handled.
pub fn on_signal(shut_down: impl FnOnce(Outcome) + Send + 'static) -> io::Result<()> {
    let mut signals = signals()?;
    let wait = move || {
        let mut signals = signals.forever();
        let Some(signal) = signals.next() else {
            return;
        };
        let (outcome, code) = match signal {
            SIGINT => (Outcome::Interrupted(signal as u8), 128 + signal),
            _ => (Outcome::Fine, 0),
        };
        let watchdog = move || {
            thread::sleep(GRACE_PERIOD);
            force_exit(code);
        };
        if thread::Builder::new().name("watchdog".into()).spawn(watchdog).is_err() {
            force_exit(code);
        }
        shut_down(outcome);
        if signals.next().is_some() {
            force_exit(code);
        }
    };
    spawn(wait)
}

/// Calls `action` at each shutdown signal, with its number.
///
/// # Errors
///
/// Returns an error if the signals can't be handled.
pub fn on_each_signal(action: impl FnMut(i32) + Send + 'static) -> io::Result<()> {
    let mut signals = signals()?;
    spawn(move || signals.forever().for_each(action))
}

/// Ends the process as if the signal weren't handled.
pub fn end_by(signal: i32) {
    // Fails only for a number that is no signal.
    drop(low_level::emulate_default_handler(signal));
}

/// Runs what waits for signals.
fn spawn(wait: impl FnOnce() + Send + 'static) -> io::Result<()> {
    thread::Builder::new().name("signals".into()).spawn(wait).map(drop)
}

/// Ends the process, with its exit handlers if these don't block.
fn force_exit(code: i32) {
    let handlers = thread::Builder::new().spawn(move || process::exit(code));
    if handlers.is_ok() {
        thread::sleep(EXIT_HANDLERS);
    }
    low_level::exit(code);
}

/// A request to end a run, shared with the thread that runs.
///
/// ```
/// use std::time::{Duration, Instant};
/// use mmstats_cli::shutdown::Shutdown;
///
/// let shutdown = Shutdown::new();
/// std::thread::scope(|threads| {
///     threads.spawn(|| shutdown.request());
///     assert!(shutdown.wait_until(Instant::now() + Duration::from_secs(60)));
/// });
/// ```
#[derive(Debug, Default)]
pub struct Shutdown {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    is_requested: bool,
    signal: Option<u8>,
}

impl Shutdown {
    /// Not requested yet.
    pub const fn new() -> Self {
        let state = State { is_requested: false, signal: None };
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }

    /// Is requested by the first shutdown signal. A second one ends the process at once: whatever
    /// the run is writing to may not be read any more.
    ///
    /// # Errors
    ///
    /// Returns an error if the signals can't be handled.
    pub fn on_signal() -> io::Result<Arc<Self>> {
        let shutdown = Arc::new(Self::new());
        let requested = Arc::clone(&shutdown);
        on_each_signal(move |signal| {
            if requested.is_requested() {
                process::exit(128 + signal);
            }
            requested.request_with(Some(signal as u8));
        })?;
        Ok(shutdown)
    }

    /// Requests the end. Whoever waits goes on at once.
    pub fn request(&self) {
        self.request_with(None);
    }

    fn request_with(&self, signal: Option<u8>) {
        *self.lock() = State { is_requested: true, signal };
        self.changed.notify_all();
    }

    /// Whether the end was requested.
    pub fn is_requested(&self) -> bool {
        self.lock().is_requested
    }

    /// The outcome of a run that a signal has ended.
    pub fn outcome(&self) -> Option<Outcome> {
        self.lock().signal.map(Outcome::Interrupted)
    }

    /// Waits until `deadline` or until the end is requested; returns whether it was.
    pub fn wait_until(&self, deadline: Instant) -> bool {
        let mut state = self.lock();
        while !state.is_requested {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            let waited = self.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        state.is_requested
    }

    /// The state is whole whoever panicked.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ignored_signals_are_those_of_the_mask() {
        let status =
            "Name:\tx\nSigBlk:\tffffffffffffffff\nSigIgn:\t0000000000000003\nSigCgt:\tff\n";
        assert_eq!(ignored(status), 1 << (SIGHUP - 1) | 1 << (SIGINT - 1));
        assert_eq!(ignored("Name:\tx\n"), 0);
        assert_eq!(not_ignored(&[SIGTERM]), [SIGTERM]);
    }

    #[test]
    fn a_wait_ends_at_its_deadline_or_at_once() {
        let shutdown = Shutdown::new();
        let begun = Instant::now();
        assert!(!shutdown.wait_until(begun + Duration::from_millis(20)));
        assert!(begun.elapsed() >= Duration::from_millis(20));
        thread::scope(|threads| {
            threads.spawn(|| shutdown.request());
            assert!(shutdown.wait_until(Instant::now() + Duration::from_mins(10)));
        });
        assert!(shutdown.is_requested());
    }
}
