//! Labels with dimensions: `http.requests{method="GET",status="200"}`.
//!
//! A series has exactly one label, so readers may compare labels instead of series: a label that
//! [`Series::compose`] wouldn't write is a plain name.

mod compose;
mod parse;
mod spelling;

use std::borrow::Cow;
use std::{fmt, mem};

use parse::{Pair, Parts};

/// What a label says: a name, and dimensions, of which each is a key and a value.
///
/// Most labels are just a name. One such as `http.requests{method="GET",status="200"}` has
/// dimensions: it is one series of several with the name `http.requests`. `spec/FORMAT.md`, section
/// 3.7, has the rules; they are those of Prometheus 3 for names with any character.
///
/// ```
/// use mmstats::Series;
///
/// let series = Series::parse(r#"http.requests{method="GET",status="200"}"#);
/// assert_eq!(series.name(), "http.requests");
/// assert_eq!(series.get("method"), Some("GET"));
///
/// let series = Series::new("http.requests").with("status", "200").with("method", "GET");
/// assert_eq!(series.compose(), r#"http.requests{method="GET",status="200"}"#);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Series<'a> {
    name: Cow<'a, str>,
    /// Sorted by their keys, each key once; neither keys nor values are empty.
    dimensions: Vec<Pair<'a>>,
}

/// The key of the series with what a writer counts beyond its limits.
pub(crate) const OVERFLOW: &str = "overflow";

impl<'a> Series<'a> {
    /// A name without dimensions yet, whatever characters it has.
    pub fn new(name: impl Into<Cow<'a, str>>) -> Self {
        Self { name: name.into(), dimensions: Vec::new() }
    }

    /// What `label` says. A label that isn't wholly a name with dimensions is a plain name.
    pub fn parse(label: &'a str) -> Self {
        match parse::parts(label) {
            Some(Parts { name, dimensions }) => Self { name, dimensions },
            None => Self::new(label),
        }
    }

    /// Sets a dimension, in place of one with the same key. An empty value removes it, as
    /// Prometheus takes an empty value for an absent one. An empty key does nothing.
    #[must_use]
    pub fn with(mut self, key: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) -> Self {
        self.set(key.into(), value.into());
        self
    }

    /// As [`with`](Self::with).
    pub(crate) fn set(&mut self, key: Cow<'a, str>, value: Cow<'a, str>) {
        let found = self.dimensions.binary_search_by(|(known, _)| known.cmp(&key));
        match found {
            Ok(at) if value.is_empty() => _ = self.dimensions.remove(at),
            Ok(at) => self.dimensions[at].1 = value,
            Err(at) if !(key.is_empty() || value.is_empty()) => {
                self.dimensions.insert(at, (key, value));
            }
            Err(_) => {}
        }
    }

    /// The name: the whole label, if it has no dimensions.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it has no dimensions.
    pub fn is_plain(&self) -> bool {
        self.dimensions.is_empty()
    }

    /// The dimensions, key and value, sorted by the bytes of their keys.
    pub fn dimensions(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.dimensions.iter().map(|(key, value)| (&**key, &**value))
    }

    /// The value of a dimension.
    pub fn get(&self, key: &str) -> Option<&str> {
        let at = self.dimensions.binary_search_by(|(known, _)| (**known).cmp(key)).ok()?;
        Some(&self.dimensions[at].1)
    }

    /// The same with a prefix before its name.
    pub(crate) fn prefixed(mut self, prefix: &str) -> Self {
        if !prefix.is_empty() {
            self.name = [prefix, &self.name].concat().into();
        }
        self
    }

    /// Puts the dimensions to those of another series, whose name they get.
    pub(crate) fn move_to(&mut self, other: &Self) {
        let dimensions = mem::replace(self, other.clone()).dimensions;
        for (key, value) in dimensions {
            self.set(key, value);
        }
    }

    /// Keeps only the dimensions for which `is_kept` holds.
    pub fn retain(&mut self, mut is_kept: impl FnMut(&str) -> bool) {
        self.dimensions.retain(|(key, _)| is_kept(key));
    }

    /// The label.
    pub fn compose(&self) -> String {
        self.to_string()
    }

    /// The same, independent of the label that was parsed.
    pub fn into_owned(self) -> Series<'static> {
        let owned = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        let dimensions = self.dimensions.into_iter();
        Series {
            name: owned(self.name),
            dimensions: dimensions.map(|(key, value)| (owned(key), owned(value))).collect(),
        }
    }
}

impl fmt::Display for Series<'_> {
    /// Writes the label.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        compose::label(&self.name, &self.dimensions, f)
    }
}

#[cfg(test)]
mod tests;
