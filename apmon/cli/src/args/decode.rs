//! The arguments of `apmon decode`.

use std::path::PathBuf;

use clap::Args;

use super::format::Format;

const EXAMPLES: &str = "\
Examples:
  apmon decode packet.bin            every field, a line each
  apmon decode -o json *.bin         a line a packet
  apmon decode --lenient broken.bin  as much as can be read, and why no more
  apmon decode -o json - < packet.bin | jq '.parameters[] | select(.[1] == 0)'
                                     the texts of a packet";

const TYPES: &str = "\
Types of parameters:
  0 text, 2 i32, 3 i64, 4 f32, 5 f64. In JSON each is [NAME, TYPE, VALUE], and
  a text that isn't UTF-8 is {\"hex\": \"636166e9\"}.";

const EXIT_CODES: &str = "\
Exit codes:
  0  success
  2  a file couldn't be read or has no valid packet, also with --lenient; each
     is reported on stderr with its name and the reason";

/// Show what packets in files have in them
///
/// A file has the bytes of one UDP datagram. A packet that was cut short, or that counts wrongly, is
/// rejected with the offset, the field, what was found and what was expected; the other files are
/// shown. Passwords are never shown.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{TYPES}\n\n{EXIT_CODES}"))]
pub struct DecodeArguments {
    /// Files of one packet each; - is stdin
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,

    /// Output format
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    pub output: Format,

    /// Of a rejected packet, also show the fields before the error
    #[arg(long)]
    pub lenient: bool,
}
