//! Which keys dimensions can have.

use std::collections::HashSet;

use quote::ToTokens;
use syn::Error;

use crate::errors::Errors;

/// The keys of one set, which differ.
#[derive(Default)]
pub(crate) struct Keys(HashSet<String>);

impl Keys {
    /// Takes a key if there can be one like it.
    pub(crate) fn add(&mut self, key: &str, at: impl ToTokens, errors: &mut Errors) -> bool {
        let problem = problem(key).map(String::from).or_else(|| {
            let is_new = self.0.insert(key.to_owned());
            (!is_new).then(|| format!("the key {key:?} is given twice"))
        });
        let is_sound = problem.is_none();
        errors.extend(problem.map(|problem| Error::new_spanned(at, problem)));
        is_sound
    }
}

/// What is wrong with a key.
fn problem(key: &str) -> Option<&'static str> {
    let is_name_character = |byte: u8| byte == b'_' || byte.is_ascii_alphanumeric();
    match key {
        "" => Some("the key of a dimension can't be empty"),
        "le" => Some("the key `le` is Prometheus' own: the bounds of a histogram's buckets"),
        "quantile" => Some("the key `quantile` is Prometheus' own: a summary's percentiles"),
        "overflow" => {
            Some("the key `overflow` is reserved: a family counts there what is beyond its limits")
        }
        _ if key.starts_with("__") => {
            Some("keys that begin with `__` are reserved by Prometheus for itself")
        }
        _ if key.starts_with(|first: char| first.is_ascii_digit())
            || !key.bytes().all(is_name_character) =>
        {
            Some(
                "a key has only ASCII letters, digits and underscores, and doesn't begin with a digit: only Prometheus 3 knows others",
            )
        }
        _ => None,
    }
}
