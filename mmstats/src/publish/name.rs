//! The names of stats files: templates, and the numbers behind a name that is taken.

use std::path::{Component, Path, PathBuf};

use super::CreateError;
use crate::format::Identity;

/// The template of a file's name, where neither an option nor `$MMSTATS_FILES` gives one.
pub(super) const DEFAULT_TEMPLATE: &str = "{CMD}-{PID}-{TID}.mmstats";

/// Fills the placeholders of a template.
///
/// Values can't add directories: a slash in one becomes an underscore.
pub(super) fn expand(template: &str, identity: &Identity) -> Result<String, CreateError> {
    let mut expanded = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some(at) = rest.find(['{', '%']) {
        expanded.push_str(&rest[..at]);
        rest = &rest[at..];
        let close = if rest.starts_with('{') { '}' } else { '%' };
        let end = rest[1..].find(close).map(|end| end + 2);
        // A lone % is a character like any other, as in the original's templates.
        let Some(end) = end else {
            if close == '%' {
                expanded.push_str(rest);
                return Ok(expanded);
            }
            return Err(unknown(template, rest));
        };
        let value = match &rest[..end] {
            "{CMD}" => identity.command.replace('/', "_"),
            "{PID}" | "%PID%" => identity.pid.to_string(),
            "{TID}" | "%TID%" => identity.tid.to_string(),
            "{HOST}" => identity.host.replace('/', "_"),
            "{STRUCT}" => identity.struct_name.replace('/', "_"),
            found => return Err(unknown(template, found)),
        };
        expanded.push_str(&value);
        rest = &rest[end..];
    }
    expanded.push_str(rest);
    Ok(expanded)
}

fn unknown(template: &str, found: &str) -> CreateError {
    CreateError::Placeholder { template: template.to_owned(), found: found.to_owned() }
}

/// Refuses what isn't the name of one file in a directory.
pub(super) fn check_file_name(name: &str) -> Result<(), CreateError> {
    let mut components = Path::new(name).components();
    let plain = matches!(components.next(), Some(Component::Normal(first)) if first == name);
    if plain && components.next().is_none() && !name.contains('\0') {
        return Ok(());
    }
    Err(CreateError::FileName { found: name.to_owned() })
}

/// The path, then the path with `-2`, `-3` … before its suffix.
pub(super) fn numbered(path: &Path) -> impl Iterator<Item = PathBuf> {
    const LAST: u32 = 9_999;
    let stem = path.file_stem().unwrap_or_default().to_os_string();
    let suffix = path.extension().map(ToOwned::to_owned);
    let later = (2..=LAST).map(move |number| {
        let mut name = stem.clone();
        name.push(format!("-{number}"));
        if let Some(suffix) = &suffix {
            name.push(".");
            name.push(suffix);
        }
        path.with_file_name(name)
    });
    std::iter::once(path.to_path_buf()).chain(later)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::places::PLACEHOLDERS;

    fn identity() -> Identity {
        Identity {
            pid: 42,
            tid: 43,
            command: "web/app".into(),
            host: "h".into(),
            struct_name: "S".into(),
            ..Identity::default()
        }
    }

    #[test]
    fn placeholders_old_and_new() {
        for (template, expected) in [
            ("{CMD}-{PID}-{TID}.mmstats", "web_app-42-43.mmstats"),
            ("mmstats-%PID%-%TID%", "mmstats-42-43"),
            ("{HOST}.{STRUCT}", "h.S"),
            ("100%", "100%"),
            ("plain", "plain"),
        ] {
            assert_eq!(expand(template, &identity()).unwrap(), expected);
        }
        for template in ["{NOPE}", "%CMD%", "a{PID", "{pid}", "{}"] {
            let error = expand(template, &identity()).unwrap_err();
            assert!(matches!(error, CreateError::Placeholder { .. }), "{template}");
        }
    }

    /// Readers take each of them for anything.
    #[test]
    fn every_placeholder_is_filled_in() {
        for placeholder in PLACEHOLDERS {
            assert_ne!(expand(placeholder, &identity()).unwrap(), placeholder);
        }
    }

    #[test]
    fn numbers_go_before_the_suffix() {
        let names = |path: &str| -> Vec<_> { numbered(Path::new(path)).take(3).collect() };
        assert_eq!(
            names("/d/a.mmstats"),
            ["/d/a.mmstats", "/d/a-2.mmstats", "/d/a-3.mmstats"].map(PathBuf::from)
        );
        assert_eq!(names("/d/mmstats-1")[1], Path::new("/d/mmstats-1-2"));
    }

    #[test]
    fn a_file_name_is_one_name() {
        check_file_name("a.mmstats").unwrap();
        for name in ["", ".", "..", "a/b", "/a", "a/", "a\0"] {
            assert!(check_file_name(name).is_err(), "{name:?}");
        }
    }
}
