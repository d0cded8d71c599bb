//! The names of stats files: templates, and numbers for names that are taken.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use super::CreateError;
use crate::file::template::{Piece, Placeholder, pieces};
use crate::format::{Identity, cut, lossy};

/// The file name template if neither an option nor `$MMSTATS_FILES` sets one.
pub(super) const DEFAULT_TEMPLATE: &str = "{CMD}-{PID}-{TID}.mmstats";

/// A part of an expanded template.
#[derive(Debug)]
struct Part {
    text: String,
    /// A part that distinguishes threads or lets tools find the file: it can't be shortened.
    whole: bool,
}

/// The directory that a template becomes. An existing directory's name may contain text that only
/// looks like a placeholder.
pub(super) fn directory(template: &Path, identity: &Identity) -> Result<PathBuf, CreateError> {
    let mut directory = OsString::new();
    let mut unknown = None;
    for piece in pieces(template.as_os_str().as_bytes()) {
        match piece {
            Piece::Placeholder(placeholder) => directory.push(value(placeholder, identity)),
            Piece::Literal(text) => directory.push(OsStr::from_bytes(text)),
            Piece::Unknown(text) => {
                directory.push(OsStr::from_bytes(text));
                unknown.get_or_insert(text);
            }
        }
    }
    let directory = PathBuf::from(directory);
    match unknown {
        Some(found) if !directory.is_dir() => {
            Err(self::unknown(&template.to_string_lossy(), found))
        }
        _ => Ok(directory),
    }
}

/// The value of a placeholder.
///
/// It can't add directories: a slash becomes an underscore. It can't hide a file: leading dots are
/// left out.
fn value(placeholder: Placeholder, identity: &Identity) -> String {
    let text = match placeholder {
        Placeholder::Command => &identity.command,
        Placeholder::Host => &identity.host,
        Placeholder::Struct => &identity.struct_name,
        Placeholder::Pid => return identity.pid.to_string(),
        Placeholder::Tid => return identity.tid.to_string(),
    };
    text.trim_start_matches('.').replace('/', "_")
}

/// Names of up to this many bytes fit everywhere: eCryptfs has the lowest limit, 143.
const SHORT: usize = 128;

/// The name of a file in a file system with names of up to `longest()` bytes. `longest` is a system
/// call, made only for long names.
///
/// Has no leading dots, as tools don't find hidden files. A name that is too long is shortened
/// until a number fits in: each time at the longest text, never at the process id, the thread id or
/// the suffix.
pub(super) fn file_name(
    template: &str,
    identity: &Identity,
    longest: impl FnOnce() -> usize,
) -> Result<String, CreateError> {
    let mut parts = parts(template, identity)?;
    if let Some(last) = parts.last_mut()
        && let Some(at) = last.text.rfind('.')
    {
        let text = last.text.split_off(at);
        parts.push(Part { text, whole: true });
    }
    let fits = length(&parts) <= SHORT;
    let limit = if fits { SHORT } else { longest().saturating_sub(LONGEST_NUMBER) };
    while let Some(excess) = length(&parts).checked_sub(limit).filter(|&excess| excess > 0) {
        let shortened = parts.iter_mut().filter(|part| !part.whole);
        let Some(part) = shortened.max_by_key(|part| part.text.len()) else { break };
        if part.text.is_empty() {
            break;
        }
        // In steps, so that two long texts are both shortened.
        let step = excess.min(part.text.len().div_ceil(2));
        let shortened = cut(&part.text, part.text.len() - step).len();
        part.text.truncate(shortened);
    }
    let name: String = parts.into_iter().map(|part| part.text).collect();
    let shown = name.trim_start_matches('.');
    check_file_name(shown, &name)?;
    Ok(shown.to_owned())
}

fn length(parts: &[Part]) -> usize {
    parts.iter().map(|part| part.text.len()).sum()
}

fn parts(template: &str, identity: &Identity) -> Result<Vec<Part>, CreateError> {
    let part = |piece| match piece {
        Piece::Literal(text) => Ok(Part { text: lossy(text).into_owned(), whole: false }),
        Piece::Unknown(found) => Err(unknown(template, found)),
        Piece::Placeholder(placeholder) => Ok(Part {
            text: value(placeholder, identity),
            whole: matches!(placeholder, Placeholder::Pid | Placeholder::Tid),
        }),
    };
    pieces(template.as_bytes()).map(part).collect()
}

fn unknown(template: &str, found: &[u8]) -> CreateError {
    CreateError::Placeholder { template: template.to_owned(), found: lossy(found).into_owned() }
}

/// Rejects anything but the name of one file in a directory.
fn check_file_name(name: &str, found: &str) -> Result<(), CreateError> {
    let mut components = Path::new(name).components();
    let plain = matches!(components.next(), Some(Component::Normal(first)) if first == name);
    if plain && components.next().is_none() && !name.contains('\0') {
        return Ok(());
    }
    Err(CreateError::FileName { found: found.to_owned() })
}

/// The maximum number of a taken name.
const LAST: u32 = 9_999;
const LONGEST_NUMBER: usize = "-9999".len();

/// The path with `-2`, `-3` … before its suffix.
pub(super) fn numbered(path: &Path, number: u32) -> PathBuf {
    let mut name = path.file_stem().unwrap_or_default().to_os_string();
    name.push(format!("-{number}"));
    if let Some(suffix) = path.extension() {
        name.push(".");
        name.push(suffix);
    }
    path.with_file_name(name)
}

/// All numbers, beginning with `first`.
pub(super) fn numbers_from(first: u32) -> impl Iterator<Item = u32> {
    (first..=LAST).chain(2..first)
}

/// The number after those in use, if these are consecutive from 2, as they mostly are.
///
/// Found by doubling and bisecting: trying all numbers in use for each instance took 43 s for 2,000
/// instances of one name.
pub(super) fn first_free(mut is_taken: impl FnMut(u32) -> bool) -> u32 {
    let (mut taken, mut free) = (1, 2);
    while is_taken(free) {
        if free == LAST {
            return 2;
        }
        (taken, free) = (free, LAST.min(free * 2));
    }
    while free - taken > 1 {
        let middle = taken.midpoint(free);
        if is_taken(middle) {
            taken = middle;
        } else {
            free = middle;
        }
    }
    free
}

#[cfg(test)]
mod tests {
    use super::*;

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

    fn expand(template: &str) -> Result<String, CreateError> {
        let path = directory(Path::new(template), &identity())?;
        Ok(path.into_os_string().into_string().unwrap())
    }

    #[test]
    fn placeholders_old_and_new() {
        for (template, expected) in [
            ("{CMD}-{PID}-{TID}.mmstats", "web_app-42-43.mmstats"),
            ("mmstats-%PID%-%TID%", "mmstats-42-43"),
            ("{HOST}.{STRUCT}", "h.S"),
            ("100%", "100%"),
            ("50%-{PID}-%b%", "50%-42-%b%"),
            ("plain", "plain"),
        ] {
            assert_eq!(expand(template).unwrap(), expected);
            assert_eq!(file_name(template, &identity(), || 255).unwrap(), expected);
        }
        for template in ["{NOPE}", "%CMD%", "a{PID", "{pid}", "{}"] {
            let file = file_name(template, &identity(), || 255).unwrap_err();
            for error in [file, expand(template).unwrap_err()] {
                assert!(matches!(error, CreateError::Placeholder { .. }), "{template}");
            }
        }
    }

    #[test]
    fn numbers_go_before_the_suffix() {
        assert_eq!(numbered(Path::new("/d/a.mmstats"), 2), Path::new("/d/a-2.mmstats"));
        assert_eq!(numbered(Path::new("/d/mmstats-1"), 3), Path::new("/d/mmstats-1-3"));
    }

    #[test]
    fn the_number_behind_those_in_use_is_found_in_few_steps() {
        for in_use in (0..300).chain([1999, 2048, 9_000, 9_997]) {
            let mut steps = 0;
            let first = first_free(|number| {
                steps += 1;
                number < 2 + in_use
            });
            assert_eq!(first, 2 + in_use);
            assert!(steps <= 2 * (2 + in_use).ilog2() + 2, "{steps} for {in_use}");
        }
        // The numbers that are tried first are taken.
        assert_eq!(first_free(|number| number.is_power_of_two() || number == LAST), 2);
        let from: Vec<_> = numbers_from(LAST - 1).take(4).collect();
        assert_eq!(from, [LAST - 1, LAST, 2, 3]);
        assert_eq!(numbers_from(7).count(), LAST as usize - 1);
    }

    fn named(template: &str, command: &str, longest: usize) -> String {
        let identity = Identity { command: command.into(), ..identity() };
        file_name(template, &identity, || longest).unwrap()
    }

    #[test]
    fn no_file_is_hidden_by_leading_dots() {
        let default = DEFAULT_TEMPLATE;
        assert_eq!(named(default, ".name", 255), "name-42-43.mmstats");
        assert_eq!(named(default, "...", 255), "-42-43.mmstats");
        assert_eq!(named("..x-{CMD}.mmstats", ".name", 255), "x-name.mmstats");
        assert_eq!(named(".{CMD}", "a.b", 255), "a.b");
        assert_eq!(expand("/a/.b/{CMD}").unwrap(), "/a/.b/web_app");
        let error = file_name("{CMD}", &Identity::default(), || 255).unwrap_err();
        assert!(error.to_string().starts_with("'' is not a valid file name: "), "{error}");
        assert!(file_name("..", &identity(), || 255).is_err());
    }

    #[test]
    fn long_names_are_shortened_and_keep_their_ids_and_suffix() {
        let longest = |text: &str| text.len() + LONGEST_NUMBER;
        let cut = format!("{}-42-43.mmstats", "n".repeat(234));
        assert_eq!(named(DEFAULT_TEMPLATE, &"n".repeat(245), longest(&cut)), cut);
        assert_eq!(named(DEFAULT_TEMPLATE, &"n".repeat(234), longest(&cut)), cut, "fits");
        // At a character boundary.
        let (name, cut) = (format!("a{}", "ü".repeat(99)), format!("a{}-43", "ü".repeat(98)));
        assert_eq!(named("{CMD}-{TID}", &name, longest(&cut) + 1), cut);
        // Whichever part is long.
        let identity = Identity {
            command: "c".repeat(1000),
            host: "h".repeat(1000),
            struct_name: "s".repeat(1000),
            ..identity()
        };
        let template =
            format!("mmstats-{}-{{HOST}}{{CMD}}{{STRUCT}}-{{PID}}-{{TID}}", "t".repeat(999));
        let name = file_name(&template, &identity, || 255).unwrap();
        assert_eq!(name.len(), 255 - LONGEST_NUMBER);
        assert!(name.starts_with("mmstats-t") && name.ends_with("s-42-43"), "{name}");
        assert!(["hhhh", "cccc"].iter().all(|value| name.contains(value)), "{name}");
    }

    #[test]
    fn a_file_name_is_one_name() {
        check_file_name("a.mmstats", "").unwrap();
        for name in ["", ".", "..", "a/b", "/a", "a/", "a\0"] {
            assert!(check_file_name(name, name).is_err(), "{name:?}");
        }
    }
}
