//! Limits how many messages are logged a second, so that no client can fill a disk.

use std::fmt::Display;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::diagnostics::Diagnostics;
use crate::escape::escape;
use crate::plural::noun;

/// Logs a limited number of messages a second and counts the rest.
#[derive(Debug)]
pub struct RateLimit {
    diagnostics: Diagnostics,
    limit: u32,
    subject: &'static str,
    window: Mutex<Window>,
}

/// One second.
#[derive(Debug)]
struct Window {
    began: Instant,
    messages: u32,
}

impl RateLimit {
    /// At most `limit` messages a second. `subject` is what they are about, in the plural:
    /// `900 more SUBJECT in a second`.
    pub fn new(diagnostics: Diagnostics, limit: u32, subject: &'static str) -> Self {
        let window = Window { began: Instant::now(), messages: 0 };
        Self { diagnostics, limit, subject, window: Mutex::new(window) }
    }

    /// Logs a line, made harmless to a terminal. Over the limit the line isn't even built; how many
    /// were suppressed is logged before the next one.
    pub fn log<T: Display>(&self, line: impl FnOnce() -> T) {
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        let (is_admitted, suppressed) = window.admit(self.limit, Instant::now());
        drop(window);
        if suppressed > 0 {
            let subject = noun(suppressed == 1, self.subject);
            self.diagnostics.note(&format_args!("{suppressed} more {subject} in a second"));
        }
        if is_admitted {
            self.diagnostics.note(&escape(&line().to_string()));
        }
    }
}

impl Window {
    /// Whether a message is within the limit, and how many weren't in the window that has ended.
    fn admit(&mut self, limit: u32, now: Instant) -> (bool, u32) {
        let mut suppressed = 0;
        if now.duration_since(self.began) >= Duration::from_secs(1) {
            suppressed = self.messages.saturating_sub(limit);
            *self = Self { began: now, messages: 0 };
        }
        self.messages = self.messages.saturating_add(1);
        (self.messages <= limit, suppressed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_over_the_limit_are_counted() {
        let began = Instant::now();
        let mut window = Window { began, messages: 0 };
        let admitted = (0..1_000).filter(|_| window.admit(100, began).0).count();
        assert_eq!(admitted, 100);
        let next = began + Duration::from_secs(1);
        assert_eq!(window.admit(100, next), (true, 900));
        assert_eq!(window.admit(100, next), (true, 0));
    }
}
