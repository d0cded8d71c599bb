//! So many messages a second: whoever causes more doesn't fill a disk.

use std::fmt::Display;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::diagnostics::Diagnostics;
use crate::escape::escape;
use crate::plural::noun;

/// Messages of which a second has no more than so many. The others are counted.
#[derive(Debug)]
pub struct Pace {
    diagnostics: Diagnostics,
    most: u32,
    things: &'static str,
    second: Mutex<Second>,
}

/// How many there were in it so far.
#[derive(Debug)]
struct Second {
    began: Instant,
    messages: u32,
}

impl Pace {
    /// At most so many a second. `things` is what they are about: `900 more THINGS in a second`.
    pub fn new(diagnostics: Diagnostics, most: u32, things: &'static str) -> Self {
        let second = Second { began: Instant::now(), messages: 0 };
        Self { diagnostics, most, things, second: Mutex::new(second) }
    }

    /// Says a line, harmless to a terminal, unless there were too many in this second: then it
    /// isn't even made. How many were left out is said before the next one.
    pub fn say<T: Display>(&self, line: impl FnOnce() -> T) {
        let mut second = self.second.lock().unwrap_or_else(PoisonError::into_inner);
        let (say, left_out) = second.count(self.most, Instant::now());
        drop(second);
        if left_out > 0 {
            let things = noun(left_out == 1, self.things);
            self.diagnostics.say(&format_args!("{left_out} more {things} in a second"));
        }
        if say {
            self.diagnostics.say(&escape(&line().to_string()));
        }
    }
}

impl Second {
    /// Whether a message is to be said, and how many of the second before weren't.
    fn count(&mut self, most: u32, now: Instant) -> (bool, u32) {
        let mut left_out = 0;
        if now.duration_since(self.began) >= Duration::from_secs(1) {
            left_out = self.messages.saturating_sub(most);
            *self = Self { began: now, messages: 0 };
        }
        self.messages = self.messages.saturating_add(1);
        (self.messages <= most, left_out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_messages_in_a_second_some_are_said_and_the_others_counted() {
        let began = Instant::now();
        let mut second = Second { began, messages: 0 };
        let said = (0..1_000).filter(|_| second.count(100, began).0).count();
        assert_eq!(said, 100);
        let next = began + Duration::from_secs(1);
        assert_eq!(second.count(100, next), (true, 900));
        assert_eq!(second.count(100, next), (true, 0));
    }
}
