//! The arguments of recstats.

mod cut;
mod export;
mod info;
mod range;
mod record;

use clap::{Parser, Subcommand};
use mmstats_cli::generate::GenerateArgument;

pub use cut::CutArguments;
pub use export::{ExportArguments, Format};
pub use info::{InfoArguments, InfoFormat};
pub use range::Range;
pub use record::RecordArguments;

/// The program's name.
pub const NAME: &str = "recstats";

const EXAMPLES: &str = "\
Examples:
  recstats record                    record all stats here, every second
  recstats info                      what it has, and of which time
  slurpstats --at -5m rec            what was five minutes before the end
  pollstats --replay rec             how stats changed, row by row
  recstats export rec -l 'web.*' --from -10m
                                     these as CSV, of the last ten minutes
  recstats cut rec crash.rec --from -10m
                                     these minutes alone, for a bug report";

/// Record the stats of programs, and look at recordings
#[derive(Clone, Debug, Parser)]
#[command(name = NAME, version, after_help = EXAMPLES, args_conflicts_with_subcommands = true, arg_required_else_help = true)]
pub struct Arguments {
    #[command(subcommand)]
    #[expect(missing_docs, reason = "a doc comment would become the command's help")]
    pub command: Option<Command>,

    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment would become the command's help")]
    pub generate: GenerateArgument,
}

/// What to do.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    Cut(CutArguments),
    Export(ExportArguments),
    Info(InfoArguments),
    Record(RecordArguments),
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Arguments;

    /// Longer lines would be wrapped, and what stands beside an example would stand below it.
    #[test]
    fn the_ends_of_all_helps_fit_into_eighty_columns() {
        let command = Arguments::command();
        for command in std::iter::once(&command).chain(command.get_subcommands()) {
            let ends = [command.get_after_help(), command.get_after_long_help()];
            for line in ends.into_iter().flatten().map(ToString::to_string) {
                assert!(line.is_ascii() && line.lines().all(|line| line.len() <= 79), "{line}");
            }
            assert!(command.clone().render_long_help().to_string().is_ascii());
        }
    }
}
