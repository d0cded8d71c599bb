//! The arguments of `recstats record`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use mmstats_cli::duration::parse_interval;
use mmstats_recording::Settings;
use mmstats_tools::common::arguments::{LimitArguments, OwnerArguments};
use mmstats_tools::common::keeping::KeepArguments;

const EXAMPLES: &str = "\
Examples:
  recstats record                    all stats files, every second
  recstats record --file /var/lib/mmstats/recording --keep 7d --max-size 10GiB
                                     a week of them, to be read by everyone who
                                     can read that file
  recstats record --interval 0.1s --keep 1h '/run/web/*.mmstats'
                                     these files alone, ten times a second";

const LOCATIONS: &str = "\
Without FILE|DIR|GLOB, the tool searches:
  $MMSTATS_GLOB if it is set, else the directory $MMSTATS_PATH, else /dev/shm
  and the temporary directory, for files named *.mmstats and mmstats-*.";

const ENVIRONMENT: &str = "\
Environment:
  XDG_STATE_HOME  the user's state directory [default: ~/.local/state]
  MMSTATS_GLOB    the stats files to read, as a glob
  MMSTATS_PATH    the directory of stats files
  LC_ALL, LC_CTYPE, LANG
                  the first that is set is the locale; without UTF-8, messages
                  are ASCII";

const EXIT_CODES: &str = "\
Exit codes:
  0  ended by SIGTERM or SIGHUP
  2  the recording can't be written, or its last polls couldn't; the reason is
     on stderr
  130  ended by Ctrl-C";

/// The shortest and the longest interval.
const INTERVALS: (Duration, Duration) = (Duration::from_millis(10), Duration::from_hours(24));

/// Record the stats of programs until Ctrl-C
///
/// Each poll is stored at once: nothing that was polled is lost when the recorder or a program is
/// killed. The recording can be read meanwhile. Programs may come and go; without any the recorder
/// waits. A recording that exists is continued, behind a gap.
///
/// Only one recorder at a time writes a recording. Beside it are the files -wal, -shm and .lock; when the
/// recorder has ended in order, the recording is the one file.
#[derive(Args, Clone, Debug)]
#[command(
    after_help = EXAMPLES,
    after_long_help = format!("{EXAMPLES}\n\n{LOCATIONS}\n\n{ENVIRONMENT}\n\n{EXIT_CODES}")
)]
pub struct RecordArguments {
    /// Stats files, directories of them, or globs; default: wherever programs put them
    #[arg(value_name = "FILE|DIR|GLOB")]
    pub locations: Vec<OsString>,

    /// The recording [default: mmstats/recording in the user's state directory]
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,

    /// Time between polls: 1s, 0.1s, 100ms, 5m
    #[arg(long, value_name = "DURATION", default_value = "1s", value_parser = |text: &str| parse_interval(text, INTERVALS), allow_hyphen_values = true)]
    pub interval: Duration,

    #[command(flatten)]
    pub keeping: KeepArguments,

    #[command(flatten)]
    pub owner: OwnerArguments,

    #[command(flatten)]
    pub limits: LimitArguments,
}

impl RecordArguments {
    /// How the recording is kept.
    pub fn settings(&self) -> Settings {
        let mut settings = Settings::new(self.interval);
        settings.keep = self.keeping.keep;
        settings.fine = self.keeping.fine;
        settings.max_size = self.keeping.max_size;
        settings
    }
}
