//! The keys and tokens in use, up to a limit; each name is held once.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The names in a store.
#[derive(Clone, Debug, Default)]
pub struct KnownNames {
    /// Files and functions.
    pub keys: Vec<Arc<str>>,
    /// Who sends.
    pub tokens: Vec<Arc<str>>,
}

/// The keys and the tokens of messages, up to a limit of each.
///
/// At the limit, names that no message had for the retention time make room for new ones. So a
/// sender of many names can neither make the store lose what it should keep nor keep others out
/// for longer than that.
#[derive(Debug)]
pub struct Catalog {
    keys: Names,
    tokens: Names,
}

/// The limit of keys or tokens is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany;

impl Catalog {
    /// Starts with known names. `limit` is the maximum number of keys and of tokens.
    pub fn new(known: KnownNames, limit: usize, keep: Duration, now: Instant) -> Self {
        let names = |known| Names::new(known, limit, keep, now);
        Self { keys: names(known.keys), tokens: names(known.tokens) }
    }

    /// Admits a key and a token of a message.
    ///
    /// # Errors
    ///
    /// Returns an error if one of them is new and the limit is reached.
    pub fn admit(
        &mut self,
        key: &str,
        token: &str,
        now: Instant,
    ) -> Result<(Arc<str>, Arc<str>), TooMany> {
        let token = self.tokens.admit(token, now)?;
        Ok((self.keys.admit(key, now)?, token))
    }

    /// Number of keys and of tokens.
    pub fn len(&self) -> (usize, usize) {
        (self.keys.used.len(), self.tokens.used.len())
    }
}

#[derive(Debug)]
struct Names {
    used: HashMap<Arc<str>, Used>,
    limit: usize,
    keep: Duration,
    /// When unused names were last looked for.
    swept: Instant,
}

#[derive(Debug)]
struct Used {
    name: Arc<str>,
    last: Instant,
}

impl Names {
    fn new(known: Vec<Arc<str>>, limit: usize, keep: Duration, now: Instant) -> Self {
        let used = |name: Arc<str>| (Arc::clone(&name), Used { name, last: now });
        Self { used: known.into_iter().map(used).collect(), limit, keep, swept: now }
    }

    fn admit(&mut self, name: &str, now: Instant) -> Result<Arc<str>, TooMany> {
        if let Some(used) = self.used.get_mut(name) {
            used.last = now;
            return Ok(Arc::clone(&used.name));
        }
        if self.used.len() >= self.limit {
            self.sweep(now);
        }
        if self.used.len() >= self.limit {
            return Err(TooMany);
        }
        let name = Arc::<str>::from(name);
        self.used.insert(Arc::clone(&name), Used { name: Arc::clone(&name), last: now });
        Ok(name)
    }

    /// Removes names that weren't used for long; not for every refused name, which would be
    /// quadratic.
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
    fn a_name_is_held_once_and_their_number_is_limited() {
        let now = Instant::now();
        let known = KnownNames { keys: vec!["a".into()], tokens: Vec::new() };
        let mut catalog = Catalog::new(known, 3, KEEP, now);
        let (one, token) = catalog.admit("b", "t", now).unwrap();
        let (other, _) = catalog.admit("b", "t", now).unwrap();
        assert!(Arc::ptr_eq(&one, &other));
        assert_eq!((&*one, &*token), ("b", "t"));
        assert!(catalog.admit("c", "u", now).is_ok());
        assert_eq!(catalog.admit("d", "t", now), Err(TooMany));
        assert!(catalog.admit("a", "t", now).is_ok());
        assert_eq!(catalog.len(), (3, 2));
    }

    #[test]
    fn unused_names_make_room_for_others() {
        let mut now = Instant::now();
        let mut catalog = Catalog::new(KnownNames::default(), 1_000, KEEP, now);
        for number in 0..1_000 {
            catalog.admit(&format!("junk {number}"), "t", now).unwrap();
        }
        now += KEEP / 2;
        assert_eq!(catalog.admit("new", "t", now), Err(TooMany));
        assert!(catalog.admit("junk 7", "t", now).is_ok());
        now += KEEP / 2;
        assert!(catalog.admit("new", "t", now).is_ok());
        assert_eq!(catalog.len(), (2, 1));
        assert!(catalog.admit("junk 8", "t", now).is_ok());
    }
}
