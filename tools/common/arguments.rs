//! Arguments that every tool takes.

use clap::Args;

use super::generate::Generate;
use super::terminal::ColorChoice;

/// `--color` and `--generate`.
#[derive(Args, Clone, Debug)]
pub struct CommonArguments {
    /// When to use colour; auto: on a terminal, unless `NO_COLOR` is set
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: ColorChoice,

    /// Print the man page or a shell's completions, and exit
    ///
    /// They come from the same definitions as this help: `--generate man > TOOL.1`, `--generate
    /// bash > /etc/bash_completion.d/TOOL`.
    #[arg(long, value_name = "WHAT", hide_short_help = true)]
    pub generate: Option<Generate>,
}

/// The end of every tool's long help: where files are looked for, and exit codes.
pub const AFTER_HELP: &str = "\
Where files are looked for without an argument:
  $MMSTATS_GLOB if it is set, else the directory $MMSTATS_PATH, else /dev/shm and
  the temporary directory; there files named *.mmstats and mmstats-*.

Exit codes:
  0  fine
  1  nothing matched
  2  an error, told on stderr with the file's name and the reason
  130  ended by Ctrl-C";
