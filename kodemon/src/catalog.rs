//! Keys and tokens by number: a program's functions are few, and their calls many.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// The names that are known, by number. One thread adds names, any may look them up.
#[derive(Debug, Default)]
pub struct Names(RwLock<Vec<Arc<str>>>);

impl Names {
    /// These, numbered from 0.
    pub fn new(names: Vec<Arc<str>>) -> Self {
        Self(RwLock::new(names))
    }

    /// The name of a number that was given.
    ///
    /// # Panics
    ///
    /// Where it wasn't.
    pub fn of(&self, number: u32) -> Arc<str> {
        Arc::clone(&self.read()[number as usize])
    }

    /// The number of a name, if it has one: looked for one by one, so not for each message.
    pub fn number_of(&self, name: &str) -> Option<u32> {
        let at = self.read().iter().position(|known| **known == *name)?;
        Some(at as u32)
    }

    /// The names from this number on.
    pub fn since(&self, number: u32) -> Vec<Arc<str>> {
        self.read()[number as usize..].to_vec()
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.read().len()
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Vec<Arc<str>>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, name: Arc<str>) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).push(name);
    }
}

/// Keys and tokens that are known.
#[derive(Debug, Default)]
pub struct Catalog {
    /// Files and functions.
    pub keys: Names,
    /// Who sends.
    pub tokens: Names,
}

/// Gives names their numbers, as the only one that does.
#[derive(Debug)]
pub struct Numbering {
    catalog: Arc<Catalog>,
    keys: HashMap<Arc<str>, u32>,
    tokens: HashMap<Arc<str>, u32>,
    most: usize,
}

/// As many keys, or tokens, are known as may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany;

impl Numbering {
    /// Goes on from what is known; at most so many keys, and so many tokens, may be.
    pub fn new(catalog: Arc<Catalog>, most: usize) -> Self {
        let numbered = |names: &Names| names.since(0).into_iter().zip(0..).collect();
        let (keys, tokens) = (numbered(&catalog.keys), numbered(&catalog.tokens));
        Self { catalog, keys, tokens, most }
    }

    /// The numbers of a key and a token.
    ///
    /// # Errors
    ///
    /// Where one of them is new, and there may be no more.
    pub fn of(&mut self, key: &str, token: &str) -> Result<(u32, u32), TooMany> {
        let Self { catalog, keys, tokens, most } = self;
        let token = number(token, tokens, &catalog.tokens, *most)?;
        let key = number(key, keys, &catalog.keys, *most)?;
        Ok((key, token))
    }

    /// How many keys and tokens there are.
    pub fn known(&self) -> (usize, usize) {
        (self.keys.len(), self.tokens.len())
    }
}

fn number(
    name: &str,
    known: &mut HashMap<Arc<str>, u32>,
    names: &Names,
    most: usize,
) -> Result<u32, TooMany> {
    if let Some(number) = known.get(name) {
        return Ok(*number);
    }
    if known.len() >= most {
        return Err(TooMany);
    }
    let (name, number) = (Arc::<str>::from(name), known.len() as u32);
    names.push(Arc::clone(&name));
    known.insert(name, number);
    Ok(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_number_and_others_get_the_next() {
        let known = Names::new(vec!["a".into()]);
        let catalog = Arc::new(Catalog { keys: known, tokens: Names::default() });
        let mut numbering = Numbering::new(Arc::clone(&catalog), 3);
        assert_eq!(numbering.of("b", "t"), Ok((1, 0)));
        assert_eq!(numbering.of("a", "t"), Ok((0, 0)));
        assert_eq!(numbering.of("c", "u"), Ok((2, 1)));
        assert_eq!(numbering.of("d", "t"), Err(TooMany));
        assert_eq!(numbering.of("b", "t"), Ok((1, 0)));
        assert_eq!(catalog.keys.since(1), ["b".into(), "c".into()]);
        assert_eq!(&*catalog.tokens.of(1), "u");
        assert_eq!((catalog.keys.number_of("b"), catalog.keys.number_of("d")), (Some(1), None));
        assert_eq!(catalog.keys.count(), 3);
    }
}
