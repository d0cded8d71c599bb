//! Man pages and shell completions, from the same definitions that parse the arguments.

use std::io::{self, Write};

use clap::{Args, Command, ValueEnum};
use clap_complete::Shell;
use clap_mangen::Man;

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

/// A page about a command and, with a section each, its subcommands.
fn render_man_page(mut command: Command, out: &mut Vec<u8>) -> io::Result<()> {
    // Then subcommands know the name of the whole.
    command.build();
    let man = Man::new(command.clone());
    man.render_title(out)?;
    man.render_name_section(out)?;
    man.render_synopsis_section(out)?;
    man.render_description_section(out)?;
    man.render_options_section(out)?;
    let is_shown = |it: &&Command| !it.is_hide_set() && it.get_name() != "help";
    for subcommand in command.get_subcommands().filter(is_shown) {
        render_subcommand(subcommand, out)?;
    }
    render_end_of_help(&command, "SH", out)?;
    man.render_version_section(out)
}

/// A section whose parts are subsections.
fn render_subcommand(command: &Command, out: &mut Vec<u8>) -> io::Result<()> {
    let name = command.get_bin_name().unwrap_or_else(|| command.get_name());
    writeln!(out, ".SH \"{}\"", roff(&name.to_uppercase()))?;
    let man = Man::new(command.clone());
    let mut parts = Vec::new();
    man.render_synopsis_section(&mut parts)?;
    man.render_description_section(&mut parts)?;
    man.render_options_section(&mut parts)?;
    for line in parts.split_inclusive(|byte| *byte == b'\n') {
        match line.strip_prefix(b".SH ") {
            Some(title) => out.extend([b".SS ", title].concat()),
            None => out.extend(line),
        }
    }
    render_end_of_help(command, "SS", out)
}

/// The paragraphs at the end of the help become sections that keep their line breaks; clap would
/// join the lines.
fn render_end_of_help(command: &Command, macro_name: &str, out: &mut Vec<u8>) -> io::Result<()> {
    let end = command.get_after_long_help().or(command.get_after_help());
    let end = end.map(ToString::to_string).unwrap_or_default();
    for paragraph in end.split("\n\n").filter(|paragraph| !paragraph.is_empty()) {
        let (title, lines) = paragraph.split_once('\n').unwrap_or((paragraph, ""));
        let title = title.trim_end_matches(':').to_uppercase();
        write!(out, ".{macro_name} \"{}\"\n.nf\n{}\n.fi\n", roff(&title), roff(lines))?;
    }
    Ok(())
}

/// Escapes text for roff. No line of ours begins with its control characters.
fn roff(text: &str) -> String {
    text.replace('\\', "\\e").replace('-', "\\-").replace('\'', "\\(aq").replace('"', "\\(dq")
}

#[cfg(test)]
mod tests {
    use clap::Arg;

    use super::*;

    /// The lines of a page between a section's title and the next section.
    fn section<'a>(page: &'a str, title: &str) -> &'a str {
        let (_, rest) = page.split_once(&format!("\n.SH {title}\n")).expect(title);
        rest.split("\n.SH ").next().unwrap_or_default()
    }

    #[test]
    fn a_subcommand_has_a_section_with_its_options_and_examples() {
        let open = Command::new("open")
            .about("Open a door")
            .arg(Arg::new("wide").long("wide").help("As far as it goes"))
            .after_help("Examples:\n  door open --wide\n  door open 'a b'");
        let hidden = Command::new("burn").hide(true);
        let door = Command::new("door").version("1").about("Open doors");
        let door = door.subcommand(open).subcommand(Command::new("close")).subcommand(hidden);
        let mut page = Vec::new();
        render_man_page(door.after_help("Exit codes:\n  0  success"), &mut page).unwrap();
        let page = String::from_utf8(page).unwrap();
        let open = section(&page, "\"DOOR OPEN\"");
        for part in [
            ".SS SYNOPSIS\n\\fBdoor open\\fR",
            ".SS DESCRIPTION\nOpen a door",
            ".SS OPTIONS\n",
            "As far as it goes",
            ".SS \"EXAMPLES\"\n.nf\n  door open \\-\\-wide\n  door open \\(aqa b\\(aq\n.fi",
        ] {
            assert!(open.contains(part), "{part} in {page}");
        }
        assert!(!section(&page, "OPTIONS").contains("wide"), "{page}");
        assert_eq!(
            section(&page, "\"EXIT CODES\""),
            ".nf\n  0  success\n.fi\n.ie \\n(.g .ds Aq \\(aq\n.el .ds Aq '"
        );
        assert!(!page.contains("BURN") && !page.contains("HELP\"") && !page.contains(" \"\"\n"));
    }
}
