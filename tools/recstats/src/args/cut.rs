//! The arguments of `recstats cut`.

use std::path::PathBuf;

use clap::Args;
use mmstats_tools::common::moment::MOMENT_HELP;

use super::range::RangeArguments;

const EXAMPLES: &str = "\
Examples:
  recstats cut ~/.local/state/mmstats/recording crash.rec --from -10m
                                     the last ten minutes, for a bug report
  recstats cut damaged.rec whole.rec what can be read";

const EXIT_CODES: &str = "\
Exit codes:
  0  success, also if something is damaged, which is left out and reported on
     stderr
  1  no poll is in this time
  2  an error, reported on stderr with the file's name and the reason";

/// Copy a part of a recording into a new one
///
/// The new recording is a single file that needs no recovery, also if the other one is being written or its
/// recorder was killed. It also has the polls before the part that are needed to read it.
#[derive(Args, Clone, Debug)]
#[command(
    after_help = EXAMPLES,
    after_long_help = format!("{EXAMPLES}\n\n{MOMENT_HELP}\n\n{EXIT_CODES}")
)]
pub struct CutArguments {
    /// The recording
    #[arg(value_name = "IN")]
    pub from_file: PathBuf,

    /// The new recording, which must not exist
    #[arg(value_name = "OUT")]
    pub into_file: PathBuf,

    #[command(flatten)]
    pub range: RangeArguments,
}
