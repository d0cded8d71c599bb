//! The arguments of `apmon decode`.

use std::path::PathBuf;

use clap::Args;

/// Which files to decode.
#[derive(Args, Clone, Debug)]
pub struct DecodeArguments {
    /// Files of one packet each
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,

    /// Also print what stands before the first error
    #[arg(long)]
    pub lenient: bool,
}
