//! Man pages and shell completions, from the same definitions that parse the arguments.

use std::io::{self, Write};

use clap::{Args, Command, ValueEnum};
use clap_complete::Shell;

use crate::exit::Outcome;

/// The argument `--generate`.
#[derive(Args, Clone, Copy, Debug)]
pub struct GenerateArgument {
    /// Print the man page or a shell's completions, and exit
    ///
    /// For example `--generate man > TOOL.1`, `--generate bash > /etc/bash_completion.d/TOOL`.
    #[arg(long = "generate", value_name = "WHAT", hide_short_help = true)]
    pub what: Option<Generate>,
}

/// What `--generate` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Generate {
    /// A man page.
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
/// Returns an error if stdout can't be written.
pub fn generate(what: Generate, mut command: Command) -> io::Result<Outcome> {
    let name = command.get_name().to_owned();
    let mut text = Vec::new();
    let complete = |shell| clap_complete::generate(shell, &mut command, name, &mut text);
    match what {
        Generate::Man => render_man_page(command, &mut text)?,
        Generate::Bash => complete(Shell::Bash),
        Generate::Zsh => complete(Shell::Zsh),
        Generate::Fish => complete(Shell::Fish),
    }
    let mut out = io::stdout();
    out.write_all(&text)?;
    out.flush()?;
    Ok(Outcome::Fine)
}

/// The end of the help becomes sections that keep their line breaks; clap would join the lines.
fn render_man_page(command: Command, out: &mut Vec<u8>) -> io::Result<()> {
    let end = command.get_after_long_help().map(ToString::to_string).unwrap_or_default();
    let man = clap_mangen::Man::new(command);
    man.render_title(out)?;
    man.render_name_section(out)?;
    man.render_synopsis_section(out)?;
    man.render_description_section(out)?;
    man.render_options_section(out)?;
    for paragraph in end.split("\n\n") {
        let (title, lines) = paragraph.split_once('\n').unwrap_or((paragraph, ""));
        let title = title.trim_end_matches(':').to_uppercase();
        write!(out, ".SH \"{}\"\n.nf\n{}\n.fi\n", roff(&title), roff(lines))?;
    }
    man.render_version_section(out)
}

/// Escapes text for roff. No line of ours begins with its control characters.
fn roff(text: &str) -> String {
    text.replace('\\', "\\e").replace('-', "\\-").replace('\'', "\\(aq").replace('"', "\\(dq")
}
