//! What mmash says on stderr while it serves: each wrong file once, and requests if it shall.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use web::Answered;

use crate::common::diagnostics::Diagnostics;
use crate::common::escape::escape;

/// How many requests are told in a second: whoever asks more often doesn't fill a disk.
const REQUESTS: u32 = 100;

/// What is wrong with files, told when it begins and not at each look.
#[derive(Debug)]
pub struct Wrongs {
    diagnostics: Diagnostics,
    told: HashSet<(PathBuf, String)>,
}

impl Wrongs {
    /// Nothing so far.
    pub fn new(diagnostics: Diagnostics) -> Self {
        Self { diagnostics, told: HashSet::new() }
    }

    /// Tells what is new among that which a look found. What has gone is new when it comes back.
    pub fn tell(&mut self, found: &[(PathBuf, String)]) {
        let new = found.iter().filter(|wrong| !self.told.contains(wrong));
        new.for_each(|(path, reason)| self.diagnostics.file(path, reason));
        self.told = found.iter().cloned().collect();
    }
}

/// Requests, a line each.
#[derive(Debug)]
pub struct RequestLog {
    diagnostics: Diagnostics,
    second: Mutex<Second>,
}

/// What was told in it so far.
#[derive(Debug)]
struct Second {
    began: Instant,
    requests: u32,
}

impl RequestLog {
    /// Begins now.
    pub fn new(diagnostics: Diagnostics) -> Self {
        let second = Second { began: Instant::now(), requests: 0 };
        Self { diagnostics, second: Mutex::new(second) }
    }

    /// Tells of a request, unless there are too many in this second.
    pub fn tell(&self, request: &Answered<'_>) {
        let mut second = self.second.lock().unwrap_or_else(PoisonError::into_inner);
        let (tell, left_out) = second.count(Instant::now());
        drop(second);
        if left_out > 0 {
            self.diagnostics.say(&format_args!("{left_out} more requests in a second"));
        }
        if tell {
            let Answered { method, target, status, took } = request;
            let line = format!("{method} {target} {} {took:.1?}", status.as_u16());
            self.diagnostics.say(&escape(&line));
        }
    }
}

impl Second {
    /// Whether a request is to be told, and how many of the second before weren't.
    fn count(&mut self, now: Instant) -> (bool, u32) {
        let mut left_out = 0;
        if now.duration_since(self.began) >= Duration::from_secs(1) {
            left_out = self.requests.saturating_sub(REQUESTS);
            *self = Self { began: now, requests: 0 };
        }
        self.requests = self.requests.saturating_add(1);
        (self.requests <= REQUESTS, left_out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_requests_in_a_second_some_are_told_and_the_others_counted() {
        let began = Instant::now();
        let mut second = Second { began, requests: 0 };
        let told = (0..1_000).filter(|_| second.count(began).0).count();
        assert_eq!(told, REQUESTS as usize);
        let next = began + Duration::from_secs(1);
        assert_eq!(second.count(next), (true, 1_000 - REQUESTS));
        assert_eq!(second.count(next), (true, 0));
    }
}
