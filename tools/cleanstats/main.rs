//! Parses the arguments of cleanstats, calls it and exits.
#![forbid(unsafe_code)]

use std::io;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize};

use clap::Parser;
use mmstats_tools::cleanstats::{self, Arguments, NAME};
use mmstats_tools::common::diagnostics::Diagnostics;
use mmstats_tools::common::exit::{self, Outcome};
use mmstats_tools::common::signals;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;

fn main() -> ExitCode {
    signals::survive_file_size_limit();
    let arguments = Arguments::parse();
    match heed_signals() {
        Ok(signal) => exit::code(NAME, cleanstats::run(&arguments, &signal)),
        Err(error) => {
            let message = format_args!("signals can't be waited for: {error}");
            Diagnostics::new(NAME).say(&message);
            Outcome::Failed.into()
        }
    }
}

/// The signal that asks for an early end; 0: none. A second one ends the run at once, as whoever
/// reads the lines may not take the next one.
fn heed_signals() -> io::Result<Arc<AtomicUsize>> {
    let signal_of_first = Arc::new(AtomicUsize::new(0));
    let is_second = Arc::new(AtomicBool::new(false));
    for signal in signals::not_ignored(&[SIGINT, SIGTERM, SIGHUP]) {
        // In this order: the first signal finds the flag that it sets still down.
        flag::register_conditional_default(signal, is_second.clone())?;
        flag::register(signal, is_second.clone())?;
        flag::register_usize(signal, signal_of_first.clone(), signal as usize)?;
    }
    Ok(signal_of_first)
}
