//! Signals: those that must not end a run, and those that end a server.

use std::fs;
use std::io;
use std::process;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::Duration;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::iterator::Signals;
use signal_hook::{flag, low_level};

use crate::exit::Outcome;

/// How long a server may take to end in good order.
pub const GRACE: Duration = Duration::from_millis(1_800);
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

/// Those of `signals` that may be handled: not those that are ignored since before the program
/// began, as by `nohup`, or in the background of a script. Whoever started it wants that to stay.
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

/// Calls `end` at the first SIGINT, SIGTERM or SIGHUP that isn't ignored, with the outcome of a run
/// that it ends. SIGTERM is how a service manager ends it, which takes any other code than 0 for a
/// failure; SIGHUP, which comes when a terminal is closed, ends it in the same way.
///
/// The process ends [`GRACE`] later at the latest, and at once at a second signal, whatever its
/// threads are waiting for: a handler, a store, stderr.
///
/// # Errors
///
/// Returns an error if the signals can't be handled.
pub fn on_end(end: impl FnOnce(Outcome) + Send + 'static) -> io::Result<()> {
    let mut signals = Signals::new(not_ignored(&[SIGINT, SIGTERM, SIGHUP]))?;
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
            thread::sleep(GRACE);
            force_exit(code);
        };
        if thread::Builder::new().name("watchdog".into()).spawn(watchdog).is_err() {
            force_exit(code);
        }
        end(outcome);
        if signals.next().is_some() {
            force_exit(code);
        }
    };
    thread::Builder::new().name("signals".into()).spawn(wait)?;
    Ok(())
}

/// Ends the process, with its exit handlers if these don't block.
fn force_exit(code: i32) {
    let handlers = thread::Builder::new().spawn(move || process::exit(code));
    if handlers.is_ok() {
        thread::sleep(EXIT_HANDLERS);
    }
    low_level::exit(code);
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
}
