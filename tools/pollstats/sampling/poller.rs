//! Polls all files, and reports what can't be read.

use std::cmp::Ordering;
use std::fs;
use std::time::UNIX_EPOCH;

use mmstats::{Changes, ReadError, Update, Watch};
use mmstats_cli::diagnostics::Diagnostics;

use super::sample::Sample;
use super::sampler::Sampler;
use crate::common::natural;

/// Polls again and again.
#[derive(Debug)]
pub struct Poller<'a> {
    watch: Watch,
    changes: Changes,
    /// What takes part.
    pub sampler: Sampler<'a>,
    /// Whether what doesn't exist is an error.
    is_missing_reported: bool,
    /// Where the last poll searched, if it found no file.
    searched_in_vain: Option<Vec<String>>,
}

impl<'a> Poller<'a> {
    /// Polls files that haven't been polled yet. With `waits`, locations that don't exist aren't
    /// errors.
    pub fn new(watch: Watch, sampler: Sampler<'a>, waits: bool) -> Self {
        Self {
            watch,
            changes: Changes::new(),
            sampler,
            is_missing_reported: !waits,
            searched_in_vain: None,
        }
    }

    /// What has changed since the last poll. At first nothing has: it is the baseline.
    pub fn poll(&mut self, diagnostics: &mut Diagnostics) -> Sample {
        let update = self.watch.poll();
        let mut errors: Vec<_> = update.errors().collect();
        errors.sort_by(|one, other| order(one, other));
        for error in errors {
            if self.is_missing_reported || !error.is_not_found() {
                diagnostics.file_error(error.path(), &error.reason());
            }
        }
        // What goes later belongs to a program that ended.
        self.is_missing_reported = false;
        self.searched_in_vain = (!found_files(&update)).then(|| update.locations().to_vec());
        self.changes.advance(&update);
        let time = update.wall().duration_since(UNIX_EPOCH).unwrap_or_default();
        self.sampler.sample(&self.changes, time.as_secs_f64(), diagnostics)
    }

    /// Polls and takes this as the baseline.
    pub fn poll_anew(&mut self, diagnostics: &mut Diagnostics) -> Sample {
        self.changes = Changes::new();
        self.poll(diagnostics)
    }

    /// Where the last poll searched, if it found no file, readable or not.
    pub fn searched_in_vain(&self) -> Option<&[String]> {
        self.searched_in_vain.as_deref()
    }
}

/// What was named and doesn't exist comes first, as it was named, then files in natural order.
fn order(one: &ReadError, other: &ReadError) -> Ordering {
    match [one, other].map(ReadError::is_not_found) {
        [true, true] => Ordering::Equal,
        [false, false] => natural::compare_paths(one.path(), other.path()),
        [one, other] => other.cmp(&one),
    }
}

/// Whether there are files, readable or not.
fn found_files(update: &Update<'_>) -> bool {
    update.files().len() > 0 || update.all_errors().any(is_of_a_file)
}

/// Whether it is the error of a file, rather than of a location.
fn is_of_a_file(error: &ReadError) -> bool {
    fs::metadata(error.path()).is_ok_and(|metadata| !metadata.is_dir())
}
