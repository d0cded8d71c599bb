//! Keeps the files of an example until somebody at a terminal has looked at them.

use std::io::{self, IsTerminal};

use mmstats_cli::shutdown;

/// On a terminal: says what shows the stats, and waits for Ctrl-C. Returns, so that the files are
/// removed in good order.
pub fn until_interrupted(arguments: &str) -> io::Result<()> {
    if !io::stdout().is_terminal() {
        return Ok(());
    }
    let mut signals = shutdown::signals()?;
    println!("\nIn another terminal, until Ctrl-C ends this one:");
    println!("  cargo run --release --bin slurpstats -- {arguments}");
    signals.forever().next();
    Ok(())
}
