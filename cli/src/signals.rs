//! Signals: those that must not end a run, and those that end a server.

use std::io;
use std::process;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::Duration;

use signal_hook::consts::{SIGINT, SIGTERM, SIGXFSZ};
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
    let installed: io::Result<_> = flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)));
    drop(installed);
}

/// Calls `end` at the first SIGINT or SIGTERM, with the outcome of a run that it ends: SIGTERM is
/// how a service manager ends it, which takes any other code than 0 for a failure.
///
/// The process ends [`GRACE`] later at the latest, and at once at a second signal, whatever its
/// threads are waiting for: a handler, a store, stderr.
///
/// # Errors
///
/// Returns an error if the signals can't be handled.
pub fn on_end(end: impl FnOnce(Outcome) + Send + 'static) -> io::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    let wait = move || {
        let mut signals = signals.forever();
        let Some(signal) = signals.next() else {
            return;
        };
        let code = if signal == SIGTERM { 0 } else { 128 + signal };
        let watchdog = move || {
            thread::sleep(GRACE);
            force_exit(code);
        };
        if thread::Builder::new().name("watchdog".into()).spawn(watchdog).is_err() {
            force_exit(code);
        }
        end(if signal == SIGTERM { Outcome::Fine } else { Outcome::Interrupted(signal as u8) });
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
