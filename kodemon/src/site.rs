//! A timed place in the program: what is known about it at compile time.

use std::time::Duration;

use crate::recorder::Recorder;

/// A timed place: a static, created by the macros.
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

    pub(crate) fn key(&self) -> &'static str {
        self.key
    }

    pub(crate) fn names(&self) -> &'static [&'static str] {
        self.names
    }

    /// Records a call, if this place has a recorder.
    #[inline]
    pub(crate) fn record(&self, took: Duration) {
        if let Some(recorder) = &self.recorder {
            recorder.record(took);
        }
    }
}
