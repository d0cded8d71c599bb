//! The arguments of apmon.

mod check;
mod decode;
mod format;
mod network;
mod receive;
mod send;
mod time;

use clap::{Parser, Subcommand};
use mmstats_cli::generate::GenerateArgument;

pub use check::CheckArguments;
pub use decode::DecodeArguments;
pub use format::Format;
pub use receive::ReceiveArguments;
pub use send::SendArguments;

/// The program's name.
pub const NAME: &str = "apmon";

const EXAMPLES: &str = "\
Examples:
  apmon receive                      show packets that programs here send
  apmon decode packet.bin            what a packet has in it
  apmon decode -o json *.bin         the same as JSON, a line a packet
  apmon check /etc/apmon.conf        whether a configuration is as it should be";

/// Send, receive and decode packets of ApMon, the client of the MonALISA monitoring system
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
    Receive(ReceiveArguments),
    Send(SendArguments),
}
