//! Arguments that the tools share.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use clap::Args;
use mmstats::{ReadBudget, ReadOptions, StatsFile};
use mmstats_cli::generate::GenerateArgument;

use super::terminal::ColorChoice;
use super::users::User;

/// `--color` and `--generate`.
#[derive(Args, Clone, Debug)]
pub struct CommonArguments {
    /// When to use colour; auto: on a terminal, unless `NO_COLOR` is set
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: ColorChoice,

    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment would become the command's help")]
    pub generate: GenerateArgument,
}

/// Limits on what is read.
#[derive(Args, Clone, Copy, Debug)]
pub struct LimitArguments {
    /// Maximum number of bytes to read from all files, counting 256 per stat and 768 per label: 1000000, 512K, 256M, 1G
    #[arg(long, value_name = "BYTES", default_value = "256M", value_parser = parse_bytes, allow_hyphen_values = true, hide_short_help = true)]
    pub max_bytes: u64,

    /// Maximum number of labels to read from all files; one with long texts counts as several
    #[arg(long, value_name = "N", default_value_t = ReadBudget::MAX_LABELS, value_parser = |text: &str| parse_number(text, 1), allow_negative_numbers = true, hide_short_help = true)]
    pub max_labels: u64,
}

impl LimitArguments {
    /// The budget for reading all files.
    pub fn budget(&self) -> ReadBudget {
        ReadBudget::new().max_bytes(self.max_bytes).max_labels(self.max_labels)
    }
}

/// Whose files are read.
#[derive(Args, Clone, Debug, Default)]
pub struct OwnerArguments {
    /// Only files of this user, by name or uid (repeatable)
    #[arg(long = "owner", value_name = "USER", value_parser = User::parse_uid, allow_negative_numbers = true)]
    pub uids: Vec<u32>,
}

impl OwnerArguments {
    /// How files are read one after the other: those of other users are rejected.
    pub fn read_options(&self) -> ReadOptions {
        ReadOptions::new().keep_open(true).owners(self.uids.iter().copied())
    }

    /// Whether a user's files are read.
    pub fn include(&self, uid: u32) -> bool {
        self.uids.is_empty() || self.uids.contains(&uid)
    }

    /// Whether a file is one of those that are read, by its owner when it was read.
    pub fn include_file(&self, file: &StatsFile) -> bool {
        self.uids.is_empty() || file.owner().is_some_and(|uid| self.uids.contains(&uid))
    }

    /// How many of the files at these locations belong to others, as an explanation.
    pub fn count_others_at(&self, locations: &[OsString]) -> usize {
        if self.uids.is_empty() { 0 } else { self.count_others(mmstats::find(locations).paths()) }
    }

    /// How many of these files belong to others, as an explanation: nothing follows from it.
    pub fn count_others(&self, paths: &[PathBuf]) -> usize {
        if self.uids.is_empty() {
            return 0;
        }
        let found = |path| fs::metadata(path).or_else(|_| fs::symlink_metadata(path)).ok();
        paths.iter().filter_map(found).filter(|found| !self.include(found.uid())).count()
    }
}

/// Parses a number of bytes, also in units of 1024: `512K` or `512KiB`.
///
/// # Errors
///
/// Returns what was expected if it is anything else, or more than 64 bits hold.
pub fn parse_bytes(text: &str) -> Result<u64, String> {
    let units = [("K", 1 << 10), ("M", 1 << 20), ("G", 1 << 30)];
    let given = text.strip_suffix("iB").unwrap_or(text);
    let unit = units.into_iter().find_map(|(unit, size)| Some((given.strip_suffix(unit)?, size)));
    let (number, size) = unit.unwrap_or((text, 1));
    let number = number.bytes().all(|digit| digit.is_ascii_digit()).then(|| number.parse().ok());
    let bytes = number.flatten().and_then(|number: u64| number.checked_mul(size));
    bytes.ok_or_else(|| "expected a number of bytes, such as 1000000, 512K, 256M or 1G".to_owned())
}

/// Parses a whole number.
///
/// # Errors
///
/// Returns what was expected if it is anything else, or less than `least`.
pub fn parse_number(text: &str, least: u64) -> Result<u64, String> {
    let number = text.parse().ok().filter(|&number| number >= least);
    number.ok_or_else(|| format!("expected a whole number, {least} or more"))
}

/// The end of a tool's long help: its examples, where it searches, the environment (the tool's own
/// lines first), exit codes.
pub fn after_help(examples: &str, environment: &str) -> String {
    format!("{examples}\n\n{LOCATIONS}\n\nEnvironment:\n{environment}{ENVIRONMENT}\n\n{EXIT_CODES}")
}

const LOCATIONS: &str = "\
Without an argument, the tool searches:
  $MMSTATS_GLOB if it is set, else the directory $MMSTATS_PATH, else /dev/shm
  and the temporary directory, for files named *.mmstats and mmstats-*.";

const ENVIRONMENT: &str = "  \
  MMSTATS_GLOB    the stats files to read, as a glob
  MMSTATS_PATH    the directory of stats files
  NO_COLOR        if not empty: no colour, unless --color asks for it
  TZ              the time zone of dates and times in text
  LC_ALL, LC_CTYPE, LANG
                  the first that is set is the locale; without UTF-8, text is
                  ASCII";

const EXIT_CODES: &str = "\
Exit codes:
  0  success
  1  nothing matched
  2  an error, reported on stderr with the file's name and the reason
  130  ended by Ctrl-C";

#[cfg(test)]
mod tests {
    use clap::{Command, CommandFactory};

    use super::{parse_bytes, parse_number};
    use crate::{cleanstats, pollstats, slurpstats};

    #[test]
    fn bytes() {
        for (text, bytes) in
            [("0", 0), ("1000", 1000), ("2K", 2048), ("2KiB", 2048), ("1G", 1 << 30)]
        {
            assert_eq!(parse_bytes(text), Ok(bytes), "{text}");
        }
        for wrong in ["", "K", "iB", "1iB", "1KB", "+1", "-1", "1.5M", "1T", "99999999999G", "1 M"]
        {
            assert!(parse_bytes(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn whole_numbers() {
        assert_eq!(parse_number("0", 0), Ok(0));
        for (wrong, least) in
            [("0", 1), ("-1", 0), ("1.5", 0), ("", 0), ("99999999999999999999", 0)]
        {
            assert!(parse_number(wrong, least).unwrap_err().contains("or more"), "{wrong}");
        }
    }

    /// Longer lines would be wrapped, and the text beside an example would move below it.
    #[test]
    fn the_end_of_each_help_fits_into_eighty_columns() {
        let ends = [
            cleanstats::Arguments::command(),
            pollstats::Arguments::command(),
            slurpstats::Arguments::command(),
        ];
        let end = |command: &Command| command.get_after_long_help().map(ToString::to_string);
        for line in ends.iter().filter_map(end).collect::<Vec<_>>().join("\n").lines() {
            assert!(line.len() <= 79, "{line}");
        }
    }
}
