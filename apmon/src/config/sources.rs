//! Several sources, of which one is used.

use std::error::Error;
use std::fmt;
use std::time::{Duration, Instant};

use super::configuration::Configuration;
use super::problem::Problem;
use super::source::{Source, SourceError};

/// How long servers are waited for, all together.
pub const LOAD_TIMEOUT: Duration = Duration::from_secs(5);

/// Files and URLs with configuration, of which one is used: the first in a random order that has a
/// destination. So senders with the same list spread over it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sources(Vec<Source>);

/// No source gives a destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadError {
    /// Each source and the reason, in the order in which they were tried.
    pub failures: Vec<SourceError>,
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((first, others)) = self.failures.split_first() else {
            return f.write_str("no source of configuration");
        };
        first.fmt(f)?;
        others.iter().try_for_each(|failure| write!(f, "; {failure}"))
    }
}

impl Error for LoadError {}

impl FromIterator<Source> for Sources {
    fn from_iter<I: IntoIterator<Item = Source>>(sources: I) -> Self {
        Self(sources.into_iter().collect())
    }
}

impl Sources {
    /// In the order in which they were given.
    pub fn iter(&self) -> impl Iterator<Item = &Source> {
        self.0.iter()
    }

    /// Reads sources in a random order until one has a destination. Why those before it failed is
    /// among its problems.
    ///
    /// Waits for servers at most 5 s, names' look-ups and redirects included.
    ///
    /// # Errors
    ///
    /// Returns an error if none has a destination.
    pub fn load(&self) -> Result<Configuration, LoadError> {
        self.load_within(LOAD_TIMEOUT)
    }

    /// The same with another limit of time, for tests.
    #[doc(hidden)]
    pub fn load_within(&self, timeout: Duration) -> Result<Configuration, LoadError> {
        let began = Instant::now();
        let mut failures = Vec::new();
        for source in shuffled(&self.0) {
            match load(source, timeout.saturating_sub(began.elapsed())) {
                Ok(mut configuration) => {
                    let failures = failures.into_iter();
                    configuration.problems.extend(
                        failures.map(|SourceError { source, reason }| {
                            Problem::of_source(source, reason)
                        }),
                    );
                    return Ok(configuration);
                }
                Err(error) => failures.push(error),
            }
        }
        Err(LoadError { failures })
    }
}

/// Reads a source that must have a destination.
fn load(source: &Source, timeout: Duration) -> Result<Configuration, SourceError> {
    let configuration = source.load(timeout)?;
    if !configuration.destinations.is_empty() {
        return Ok(configuration);
    }
    let reason = match configuration.problems.first() {
        Some(Problem { line, text, reason, .. }) => {
            format!("no destination; line {line}: {text}: {reason}")
        }
        None => "no destination".to_owned(),
    };
    Err(SourceError { source: source.to_string(), reason })
}

/// Each order is equally likely (Fisher and Yates). Without randomness it is the given one.
fn shuffled(sources: &[Source]) -> Vec<&Source> {
    let mut shuffled: Vec<_> = sources.iter().collect();
    for end in (1..shuffled.len()).rev() {
        // The remainder prefers nothing that could be noticed: a list is far shorter than 2^64.
        let random = getrandom::u64().map_or(end, |random| (random % (end as u64 + 1)) as usize);
        shuffled.swap(end, random);
    }
    shuffled
}
