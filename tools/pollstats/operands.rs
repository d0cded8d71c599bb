//! Which of the arguments are FIELDS and which are locations.

use std::ffi::{OsStr, OsString};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use mmstats::is_stats_file_name;
use mmstats_cli::diagnostics::Diagnostics;
use mmstats_cli::escape::escape;

use crate::common::braces;

/// The operands, by what they are.
#[derive(Debug, PartialEq, Eq)]
pub struct Operands<'a> {
    /// The list of fields, if there is one.
    pub fields: Option<&'a str>,
    /// Files, directories and globs.
    pub locations: &'a [OsString],
}

impl<'a> Operands<'a> {
    /// The first operand is FIELDS unless it can only be a location.
    ///
    /// On its own it is a location if such a file exists, if it has a slash outside braces, or if it is a glob that
    /// matches names of stats files. Before other locations a word is FIELDS even if there is a file
    /// of that name: only a path, or a name as stats files have it, is a location.
    pub fn of(operands: &'a [OsString]) -> Self {
        let Some((first, rest)) = operands.split_first() else {
            return Self { fields: None, locations: operands };
        };
        let is_location = if rest.is_empty() {
            has_slash(first) || names_files(first)
        } else {
            (has_slash(first) || is_stats_file_name(first)) && names_files(first)
        };
        match first.to_str() {
            Some(fields) if !is_location => Self { fields: Some(fields), locations: rest },
            _ => Self { fields: None, locations: operands },
        }
    }

    /// The first operand is FIELDS, whatever it looks like.
    pub fn only_fields(operands: &'a [OsString]) -> Self {
        match operands.split_first() {
            Some((first, rest)) => Self { fields: first.to_str(), locations: rest },
            None => Self { fields: None, locations: operands },
        }
    }

    /// Suggests what may be meant if locations are plain words and no files.
    pub fn suggest_commas(&self, diagnostics: &Diagnostics) {
        if let Some(fields) = self.likely_fields() {
            let fields = escape(&fields);
            diagnostics.note(&format_args!("fields are separated by commas: {fields}"));
        }
    }

    /// The list of fields that may be meant.
    fn likely_fields(&self) -> Option<String> {
        let is_word = |location: &&OsString| !has_slash(location) && !names_files(location);
        let words = self.locations.iter().filter(is_word).map(|word| word.to_string_lossy());
        let list: Vec<_> = self.fields.iter().map(|&fields| fields.into()).chain(words).collect();
        (self.fields.is_some() && list.len() > 1).then(|| list.join(","))
    }
}

/// Whether it has a slash, other than in a value of a label: `requests{path="/"}`.
fn has_slash(argument: &OsStr) -> bool {
    match argument.to_str() {
        Some(text) => braces::find(text, b'/').is_some(),
        None => argument.as_encoded_bytes().contains(&b'/'),
    }
}

/// Whether there is such a file, or files that match such a glob.
fn names_files(argument: &OsStr) -> bool {
    exists(argument) || argument.to_str().is_some_and(matches_files)
}

/// A file in a directory without permission counts: reading it reports the error.
fn exists(argument: &OsStr) -> bool {
    match Path::new(argument).symlink_metadata() {
        Ok(_) => true,
        Err(error) => error.kind() == ErrorKind::PermissionDenied,
    }
}

/// Without a slash only stats files count: `*` is FIELDS in a directory of other files.
fn matches_files(pattern: &str) -> bool {
    let any_counts = pattern.contains('/');
    let counts = |path: PathBuf| any_counts || path.file_name().is_some_and(is_stats_file_name);
    glob::glob(pattern).is_ok_and(|mut found| found.any(|path| path.is_ok_and(counts)))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn split(operands: &[&str]) -> (Option<String>, usize) {
        let operands: Vec<_> = operands.iter().map(OsString::from).collect();
        let found = Operands::of(&operands);
        (found.fields.map(str::to_owned), found.locations.len())
    }

    #[test]
    fn words_behind_fields_may_be_fields() {
        let meant = |operands: &[&str]| {
            let operands: Vec<_> = operands.iter().map(OsString::from).collect();
            Operands::of(&operands).likely_fields()
        };
        assert_eq!(meant(&["a", "b", "c"]).as_deref(), Some("a,b,c"));
        assert_eq!(meant(&["a,b", "/tmp", "c"]).as_deref(), Some("a,b,c"));
        assert_eq!(meant(&["a", "/no/such/file"]), None);
        assert_eq!(meant(&["a"]), None);
        assert_eq!(meant(&[]), None);
    }

    #[test]
    fn a_word_is_fields_and_a_path_is_a_location() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mmstats-1");
        fs::write(&path, b"\x01").unwrap();
        let path = path.to_str().unwrap();
        let glob = format!("{}/mm*", folder.path().display());
        let fields = |text: &str| Some(text.to_owned());

        assert_eq!(split(&[]), (None, 0));
        assert_eq!(split(&["hits,misses"]), (fields("hits,misses"), 0));
        assert_eq!(split(&["status.*"]), (fields("status.*"), 0));
        assert_eq!(split(&["C*"]), (fields("C*"), 0), "Cargo.toml is no stats file");
        assert_eq!(split(&[path]), (None, 1));
        assert_eq!(split(&[&glob]), (None, 1));
        assert_eq!(split(&["/no/such/file"]), (None, 1));
        assert_eq!(split(&["hits", path]), (fields("hits"), 1));
        assert_eq!(split(&[path, path]), (None, 2));
        assert_eq!(split(&["http/requests", path]), (fields("http/requests"), 1));
        let label = r#"requests{path="/*"}"#;
        assert_eq!(split(&[label]), (fields(label), 0));
        assert_eq!(split(&[label, path]), (fields(label), 1));
        assert_eq!(split(&[r#"/no/such{path="/"}"#]), (None, 1));
    }
}
