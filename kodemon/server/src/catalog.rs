//! The names of keys and tokens: each is kept once, however many calls have it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Names that a store knows.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Files and functions.
    pub keys: Vec<Arc<str>>,
    /// Who sends.
    pub tokens: Vec<Arc<str>>,
}

/// The keys and the tokens that messages have: a bounded number of each.
///
/// Where there are as many as may be, those make room that no message had for as long as executions
/// are kept. So nobody who sends many names makes the store forget what it was told to keep, and nobody
/// keeps others out for longer than that.
#[derive(Debug)]
pub struct Catalog {
    keys: Names,
    tokens: Names,
}

/// As many keys, or tokens, are in use as may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany;

impl Catalog {
    /// Begins with what is known; at most so many keys, and so many tokens, are in use within a time.
    pub fn new(known: Known, most: usize, keep: Duration, now: Instant) -> Self {
        let names = |known| Names::new(known, most, keep, now);
        Self { keys: names(known.keys), tokens: names(known.tokens) }
    }

    /// A key and a token of a message that came now.
    ///
    /// # Errors
    ///
    /// Returns an error if one of them is new, and there may be no more.
    pub fn of(
        &mut self,
        key: &str,
        token: &str,
        now: Instant,
    ) -> Result<(Arc<str>, Arc<str>), TooMany> {
        let token = self.tokens.of(token, now)?;
        Ok((self.keys.of(key, now)?, token))
    }

    /// How many keys and tokens there are.
    pub fn known(&self) -> (usize, usize) {
        (self.keys.used.len(), self.tokens.used.len())
    }
}

#[derive(Debug)]
struct Names {
    /// When a message had it.
    used: HashMap<Arc<str>, Used>,
    most: usize,
    keep: Duration,
    /// When names made room, or could have.
    swept: Instant,
}

#[derive(Debug)]
struct Used {
    name: Arc<str>,
    last: Instant,
}

impl Names {
    fn new(known: Vec<Arc<str>>, most: usize, keep: Duration, now: Instant) -> Self {
        let used = |name: Arc<str>| (Arc::clone(&name), Used { name, last: now });
        Self { used: known.into_iter().map(used).collect(), most, keep, swept: now }
    }

    fn of(&mut self, name: &str, now: Instant) -> Result<Arc<str>, TooMany> {
        if let Some(used) = self.used.get_mut(name) {
            used.last = now;
            return Ok(Arc::clone(&used.name));
        }
        if self.used.len() >= self.most {
            self.sweep(now);
        }
        if self.used.len() >= self.most {
            return Err(TooMany);
        }
        let name = Arc::<str>::from(name);
        self.used.insert(Arc::clone(&name), Used { name: Arc::clone(&name), last: now });
        Ok(name)
    }

    /// Drops what wasn't used for long. Not for each name that is refused: that would be quadratic.
    fn sweep(&mut self, now: Instant) {
        const PAUSE: Duration = Duration::from_secs(1);
        if now.duration_since(self.swept) >= PAUSE {
            self.swept = now;
            self.used.retain(|_, used| now.duration_since(used.last) < self.keep);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEEP: Duration = Duration::from_hours(1);

    #[test]
    fn a_name_is_kept_once_and_there_are_no_more_than_may_be() {
        let now = Instant::now();
        let known = Known { keys: vec!["a".into()], tokens: Vec::new() };
        let mut catalog = Catalog::new(known, 3, KEEP, now);
        let (one, token) = catalog.of("b", "t", now).unwrap();
        let (other, _) = catalog.of("b", "t", now).unwrap();
        assert!(Arc::ptr_eq(&one, &other));
        assert_eq!((&*one, &*token), ("b", "t"));
        assert!(catalog.of("c", "u", now).is_ok());
        assert_eq!(catalog.of("d", "t", now), Err(TooMany));
        assert!(catalog.of("a", "t", now).is_ok());
        assert_eq!(catalog.known(), (3, 2));
    }

    #[test]
    fn names_that_nobody_sends_any_more_make_room_for_others() {
        let mut now = Instant::now();
        let mut catalog = Catalog::new(Known::default(), 1_000, KEEP, now);
        for number in 0..1_000 {
            catalog.of(&format!("junk {number}"), "t", now).unwrap();
        }
        now += KEEP / 2;
        assert_eq!(catalog.of("new", "t", now), Err(TooMany));
        assert!(catalog.of("junk 7", "t", now).is_ok());
        now += KEEP / 2;
        assert!(catalog.of("new", "t", now).is_ok());
        assert_eq!(catalog.known(), (2, 1));
        assert!(catalog.of("junk 8", "t", now).is_ok());
    }
}
