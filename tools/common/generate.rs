//! Man pages and shell completions, from the same definitions that parse the arguments.

use std::io::{self, Write};

use clap::{Command, ValueEnum};
use clap_complete::Shell;

use super::exit::Outcome;

/// What `--generate` makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Generate {
    /// A man page: `… --generate man > slurpstats.1`.
    Man,
    /// Completions for bash.
    Bash,
    /// Completions for zsh.
    Zsh,
    /// Completions for fish.
    Fish,
}

/// Writes it to stdout.
///
/// # Errors
///
/// Where stdout can't be written.
pub fn generate(what: Generate, mut command: Command) -> io::Result<Outcome> {
    let name = command.get_name().to_owned();
    let mut text = Vec::new();
    let complete = |shell| clap_complete::generate(shell, &mut command, name, &mut text);
    match what {
        Generate::Man => clap_mangen::Man::new(command).render(&mut text)?,
        Generate::Bash => complete(Shell::Bash),
        Generate::Zsh => complete(Shell::Zsh),
        Generate::Fish => complete(Shell::Fish),
    }
    io::stdout().write_all(&text)?;
    Ok(Outcome::Fine)
}
