//! Timings in progress, and the closure form.

use std::fmt;
use std::time::{Duration, Instant, SystemTime};

use crate::fields::Fields;
use crate::site::Site;
use crate::{encode, sender};

/// A timing in progress. Its message is sent when it is dropped.
///
/// It may be dropped on a different thread, and during a panic.
#[must_use = "a timing that is dropped at once measures nothing"]
pub struct Timing<F: Fields = ()> {
    site: &'static Site,
    fields: F,
    began: SystemTime,
    start: Instant,
}

impl<F: Fields> Timing<F> {
    /// Starts a call at a place, with the values of its fields; for the macros.
    #[doc(hidden)]
    #[inline]
    pub fn start(site: &'static Site, fields: F) -> Self {
        Self { site, fields, began: SystemTime::now(), start: Instant::now() }
    }

    /// The time since the start.
    pub fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }
}

impl<F: Fields> Drop for Timing<F> {
    fn drop(&mut self) {
        let took = self.start.elapsed();
        self.site.record(took);
        let outcome = match sender::ready() {
            Ok(ready) => {
                let Self { site, ref fields, began, .. } = *self;
                let call = encode::Call { site, token: ready.token, began, took, fields };
                encode::encode(&call, |message| ready.send(message))
            }
            Err(outcome) => outcome,
        };
        outcome.count();
    }
}

impl<F: Fields> fmt::Debug for Timing<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timing")
            .field("site", &self.site)
            .field("began", &self.began)
            .finish_non_exhaustive()
    }
}

/// Times a closure under this key and returns its result. A closure that panics is timed, too.
///
/// ```
/// let answer = kodemon::time("answers.rs-compute", || 6 * 7);
/// assert_eq!(answer, 42);
/// ```
#[inline]
pub fn time<R>(key: impl AsRef<str>, action: impl FnOnce() -> R) -> R {
    static ANY: Site = Site::new("", &["key"]);
    let _timing = Timing::start(&ANY, (key.as_ref(), ()));
    action()
}
