//! Spans that are read, and removed, together.

use std::time::Duration;

/// The most spans of a group.
const MOST: u32 = 10;
/// Of what is kept, a group is at most about this part: it goes as a whole.
const PART: u32 = 8;

/// A span that says everything, and those up to the next one, which can't be read without it.
#[derive(Debug)]
pub struct Group {
    /// The span that says everything.
    pub first: i64,
    spans: u32,
    /// The recording's own time at its first poll.
    began: Duration,
    /// What its polls changed.
    bytes: u64,
}

/// How long what is kept.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub age: Duration,
    pub size: u64,
}

impl Group {
    pub fn begin(first: i64, own: Duration) -> Self {
        Self { first, spans: 0, began: own, bytes: 0 }
    }

    pub fn push_span(&mut self) {
        self.spans += 1;
    }

    pub fn push_bytes(&mut self, bytes: usize) {
        self.bytes += bytes as u64;
    }

    /// Whether the next span begins another one.
    pub fn is_over(&self, own: Duration, limits: Limits) -> bool {
        self.spans >= MOST
            || own.saturating_sub(self.began) >= limits.age / PART
            || self.bytes >= limits.size / u64::from(PART)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_over_after_ten_spans_or_an_eighth_of_what_is_kept() {
        let second = Duration::from_secs;
        let limits = Limits { age: second(80), size: 800 };
        let mut group = Group::begin(1, second(100));
        (0..9).for_each(|_| group.push_span());
        group.push_bytes(99);
        assert!(!group.is_over(second(109), limits));
        assert!(group.is_over(second(110), limits));
        assert!(group.is_over(second(109), Limits { size: 799, ..limits }));
        group.push_span();
        assert!(group.is_over(second(109), limits));
    }
}
