//! Takes updates one after the other, and reports what can't be read.

use std::cmp::Ordering;
use std::time::UNIX_EPOCH;

use mmstats::{Changes, ReadError, Update};
use mmstats_cli::diagnostics::Diagnostics;
use mmstats_cli::shutdown::Shutdown;

use super::sample::Sample;
use super::sampler::Sampler;
use crate::common::natural;
use crate::common::updates::Updates;

/// Takes samples again and again.
pub struct Poller<'a> {
    updates: &'a mut dyn Updates,
    changes: Changes,
    /// What takes part.
    pub sampler: Sampler<'a>,
    is_first: bool,
    /// Whether what doesn't exist is an error.
    is_missing_reported: bool,
}

impl<'a> Poller<'a> {
    /// Begins with the first of these updates. With `waits`, locations that don't exist aren't errors.
    pub fn new(updates: &'a mut dyn Updates, sampler: Sampler<'a>, waits: bool) -> Self {
        let changes = Changes::new();
        Self { updates, changes, sampler, is_first: true, is_missing_reported: !waits }
    }

    /// What has changed since the last update, when the next one is due. At first nothing has: it is the
    /// baseline. `None` if there are no more, or if a shutdown is requested before.
    pub fn poll(&mut self, shutdown: &Shutdown, diagnostics: &mut Diagnostics) -> Option<Sample> {
        let Self { updates, changes, sampler, is_first, is_missing_reported } = self;
        let mut sample = None;
        updates.next(shutdown, diagnostics, &mut |update, diagnostics| {
            report_errors(update, *is_first, *is_missing_reported, diagnostics);
            // What goes later belongs to a program that ended.
            (*is_first, *is_missing_reported) = (false, false);
            changes.advance(update);
            let time = update.wall().duration_since(UNIX_EPOCH).unwrap_or_default();
            sample = Some(sampler.sample(changes, time.as_secs_f64(), diagnostics));
        });
        sample
    }

    /// Takes the next update as the baseline.
    pub fn poll_anew(
        &mut self,
        shutdown: &Shutdown,
        diagnostics: &mut Diagnostics,
    ) -> Option<Sample> {
        self.changes = Changes::new();
        self.poll(shutdown, diagnostics)
    }

    /// Why the last update had no files, not even unreadable ones.
    pub fn explain_no_files(&self) -> Option<String> {
        self.updates.explain_no_files()
    }
}

/// Reports the errors that the update before didn't have; at first all.
fn report_errors(
    update: &Update<'_>,
    is_first: bool,
    is_missing_reported: bool,
    diagnostics: &mut Diagnostics,
) {
    let mut errors: Vec<_> =
        if is_first { update.all_errors().collect() } else { update.errors().collect() };
    errors.sort_by(|one, other| order(one, other));
    for error in errors {
        if is_missing_reported || !error.is_not_found() {
            diagnostics.file_error(error.path(), &error.reason());
        }
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
