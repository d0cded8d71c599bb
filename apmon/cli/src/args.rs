//! The arguments of apmon.

mod check;
mod decode;
mod figures;
mod format;
mod monitor;
mod network;
mod receive;
mod run;
mod send;
mod sender;
mod stats;
mod time;

use clap::{Parser, Subcommand};
use mmstats_cli::generate::GenerateArgument;

pub use check::CheckArguments;
pub use decode::DecodeArguments;
pub use figures::FigureArguments;
pub use format::Format;
pub use monitor::{JobArgument, MonitorArguments};
pub use receive::ReceiveArguments;
pub use run::RunArguments;
pub use send::SendArguments;
pub use sender::SenderArguments;

/// The program's name.
pub const NAME: &str = "apmon";

const EXAMPLES: &str = "\
Examples:
  apmon receive                      show packets that programs here send
  apmon send -d 127.0.0.1 Shop web-1 orders=17 load=0.5
                                     send one
  apmon monitor -d 127.0.0.1         send figures of this host
  apmon run -d 127.0.0.1 -- make     run a command and send figures of it
  apmon decode -o json *.bin         what packets in files have in them
  apmon check /etc/apmon.conf        whether a configuration is as it should be";

/// Send, receive and decode packets of ApMon, the client of the MonALISA monitoring system, monitor hosts
/// and jobs, and check its configuration files
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
    Check(CheckArguments),
    Decode(DecodeArguments),
    Monitor(MonitorArguments),
    Receive(ReceiveArguments),
    Run(RunArguments),
    Send(SendArguments),
}
