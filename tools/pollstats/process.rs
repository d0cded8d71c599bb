//! pollstats as a process: its stdout, its signals and its exit code.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use mmstats_cli::diagnostics::Diagnostics;
use mmstats_cli::exit::{self, Outcome};
use mmstats_cli::shutdown::Shutdown;

use super::args::{Arguments, NAME};
use super::rendering::output::Screen;

/// Lets `run` write to stdout until it ends, or until a signal requests it.
pub fn on_stdout(
    arguments: &Arguments,
    run: impl FnOnce(&mut dyn Write, Screen, &Shutdown) -> io::Result<Outcome>,
) -> ExitCode {
    let shutdown = match Shutdown::on_signal() {
        Ok(shutdown) => shutdown,
        Err(error) => {
            Diagnostics::new(NAME).note(&format_args!("can't handle signals: {error}"));
            return Outcome::Failed.into();
        }
    };
    let mut stdout = io::stdout().lock();
    let screen = Screen::of(&stdout, arguments.common.color);
    let result = run(&mut stdout, screen, &shutdown);
    let Some(interrupted) = shutdown.outcome() else {
        return exit::code(NAME, result);
    };
    if stdout.is_terminal() {
        // Behind the `^C` that the terminal showed.
        drop(writeln!(stdout));
    }
    interrupted.into()
}
