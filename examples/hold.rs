//! Keeps the files of an example until Ctrl-C, if it runs on a terminal.

use std::io::{self, IsTerminal};

use mmstats_cli::shutdown;

/// On a terminal, prints the command that shows the stats, and waits for Ctrl-C. It returns, so that
/// the files are removed.
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
