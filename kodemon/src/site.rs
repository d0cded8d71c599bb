//! A place in the program that is timed: what is known of it when it is compiled.

use std::time::Duration;

use crate::fields::Fields;
use crate::recorder::Recorder;
use crate::timing::Timing;

/// A place that is timed. A static, made by the macros.
#[derive(Debug)]
pub struct Site {
    key: &'static str,
    names: &'static [&'static str],
    recorder: Option<Recorder>,
}

impl Site {
    /// A place whose calls are sent, with fields of these names.
    pub const fn new(key: &'static str, names: &'static [&'static str]) -> Self {
        Self { key, names, recorder: None }
    }

    /// A place whose calls are sent and recorded.
    pub const fn with_stats(key: &'static str, names: &'static [&'static str]) -> Self {
        Self { key, names, recorder: Some(Recorder::new(key)) }
    }

    /// Begins a call: the values are those of the names.
    #[inline]
    pub fn start<F: Fields>(&'static self, fields: F) -> Timing<F> {
        Timing::start(self, fields)
    }

    pub(crate) fn key(&self) -> &'static str {
        self.key
    }

    pub(crate) fn names(&self) -> &'static [&'static str] {
        self.names
    }

    /// Records a call, where that is wanted.
    #[inline]
    pub(crate) fn record(&self, took: Duration) {
        if let Some(recorder) = &self.recorder {
            recorder.record(took);
        }
    }
}
