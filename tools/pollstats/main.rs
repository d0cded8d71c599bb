//! Parses the arguments of pollstats, calls it and exits.
#![forbid(unsafe_code)]

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::thread;

use clap::{CommandFactory, Parser};
use mmstats_tools::common::diagnostics::Diagnostics;
use mmstats_tools::common::exit::{self, Outcome};
use mmstats_tools::common::generate::generate;
use mmstats_tools::common::signals;
use mmstats_tools::pollstats::{self, Arguments, NAME, Screen, Stop};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

fn main() -> ExitCode {
    signals::survive_file_size_limit();
    let arguments = Arguments::parse();
    if let Some(what) = arguments.common.generate.what {
        return exit::code(NAME, generate(what, Arguments::command()));
    }
    let ending = Arc::new(Ending::default());
    if let Err(error) = ending.clone().heed_signals() {
        let message = format_args!("signals can't be waited for: {error}");
        Diagnostics::new(NAME).say(&message);
        return Outcome::Failed.into();
    }
    let mut stdout = io::stdout().lock();
    let screen = Screen::of(&stdout, arguments.common.color);
    let result = pollstats::run(&arguments, &mut stdout, screen, &ending.stop);
    match ending.signal.load(Ordering::Relaxed) {
        0 => exit::code(NAME, result),
        signal => {
            if stdout.is_terminal() {
                // Behind the `^C` that the terminal showed.
                drop(writeln!(stdout));
            }
            Outcome::Interrupted(signal).into()
        }
    }
}

/// How the run is asked to end.
#[derive(Default)]
struct Ending {
    stop: Stop,
    /// The signal that asked; 0: none.
    signal: AtomicU8,
}

impl Ending {
    /// The first signal ends the run in good order. A second one ends it at once, as whoever
    /// reads the rows may not take the last one.
    fn heed_signals(self: Arc<Self>) -> io::Result<()> {
        let mut signals = Signals::new(signals::not_ignored(&[SIGINT, SIGTERM, SIGHUP]))?;
        thread::Builder::new().name("signals".into()).spawn(move || {
            for signal in signals.forever() {
                if self.stop.is_stopped() {
                    std::process::exit(128 + signal);
                }
                self.signal.store(signal as u8, Ordering::Relaxed);
                self.stop.stop();
            }
        })?;
        Ok(())
    }
}
