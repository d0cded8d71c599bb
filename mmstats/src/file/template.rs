//! Templates of directories and file names: writers fill in the placeholders, readers search every
//! directory that the template could have become.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// A placeholder that writers fill in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Placeholder {
    Command,
    Pid,
    Tid,
    Host,
    Struct,
}

const PLACEHOLDERS: [(&str, Placeholder); 7] = [
    ("{CMD}", Placeholder::Command),
    ("{PID}", Placeholder::Pid),
    ("{TID}", Placeholder::Tid),
    ("{HOST}", Placeholder::Host),
    ("{STRUCT}", Placeholder::Struct),
    // The original's spelling.
    ("%PID%", Placeholder::Pid),
    ("%TID%", Placeholder::Tid),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    Literal(&'a [u8]),
    Placeholder(Placeholder),
    /// It looks like a placeholder but isn't one.
    Unknown(&'a [u8]),
}

/// The pieces of a template, in order.
pub(crate) fn pieces(template: &[u8]) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = template;
    std::iter::from_fn(move || {
        let (piece, size) = first(rest)?;
        rest = &rest[size..];
        Some(piece)
    })
}

fn first(template: &[u8]) -> Option<(Piece<'_>, usize)> {
    if template.is_empty() {
        return None;
    }
    let known = PLACEHOLDERS.iter().find(|(name, _)| template.starts_with(name.as_bytes()));
    if let Some(&(name, placeholder)) = known {
        return Some((Piece::Placeholder(placeholder), name.len()));
    }
    let size = looks_like_placeholder(template);
    if size > 0 {
        return Some((Piece::Unknown(&template[..size]), size));
    }
    // A percent sign is an ordinary character, as in the original's templates.
    let size = template[1..].iter().position(|byte| b"{%".contains(byte));
    let size = size.map_or(template.len(), |size| size + 1);
    Some((Piece::Literal(&template[..size]), size))
}

/// The size of something that looks like a placeholder: `{…}`, or capital letters between percent
/// signs.
fn looks_like_placeholder(template: &[u8]) -> usize {
    let end = |close| template[1..].iter().position(|&byte| byte == close);
    match template[0] {
        b'{' => end(b'}').map_or(template.len(), |end| end + 2),
        b'%' => match end(b'%') {
            Some(end @ 1..) if template[1..=end].iter().all(u8::is_ascii_uppercase) => end + 2,
            _ => 0,
        },
        _ => 0,
    }
}

/// The existing directories that the template could have become.
pub(crate) fn directories(template: &Path) -> Vec<PathBuf> {
    let mut found = vec![PathBuf::new()];
    for component in template {
        let wanted: Vec<_> = pieces(component.as_bytes()).collect();
        found = if wanted.iter().any(|piece| matches!(piece, Piece::Placeholder(_))) {
            found.iter().flat_map(|parent| folders(parent, &wanted)).collect()
        } else {
            found.into_iter().map(|parent| parent.join(component)).collect()
        };
    }
    found
}

/// The folders in `parent` whose names these pieces could have become.
fn folders(parent: &Path, wanted: &[Piece<'_>]) -> Vec<PathBuf> {
    let directory = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name());
    let fitting = names.filter(|name| fits(name.as_bytes(), wanted) && !hides(name, wanted));
    fitting.map(|name| parent.join(name)).filter(|path| path.is_dir()).collect()
}

/// A value never begins with a dot.
fn hides(name: &OsStr, wanted: &[Piece<'_>]) -> bool {
    name.as_bytes().starts_with(b".") && matches!(wanted.first(), Some(Piece::Placeholder(_)))
}

/// Whether the pieces could have become the name, with any text for a placeholder.
///
/// The first match of a literal is as good as any later one, so nothing is tried twice: whoever may
/// create a folder chooses its name.
fn fits(name: &[u8], wanted: &[Piece<'_>]) -> bool {
    let mut literals = vec![Vec::new()];
    for piece in wanted {
        match piece {
            Piece::Placeholder(_) => literals.push(Vec::new()),
            Piece::Literal(text) | Piece::Unknown(text) => {
                literals.last_mut().expect("there is one").extend_from_slice(text);
            }
        }
    }
    let (first, others) = literals.split_first().expect("there is one");
    let Some(mut rest) = name.strip_prefix(first.as_slice()) else { return false };
    let Some((last, between)) = others.split_last() else { return rest.is_empty() };
    for literal in between.iter().filter(|literal| !literal.is_empty()) {
        let found = rest.windows(literal.len()).position(|part| part == literal);
        let Some(start) = found else { return false };
        rest = &rest[start + literal.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_s_template_is_looked_for_in_all_its_forms() {
        let dir = tempfile::tempdir().unwrap();
        for folder in ["x-a/1", "x-a/.2", "x-b/3", "x-.c/4", "y/5", ".z/6"] {
            fs::create_dir_all(dir.path().join(folder)).unwrap();
        }
        fs::write(dir.path().join("x-file"), "").unwrap();
        let names = |template: &str| {
            let mut found = directories(&dir.path().join(template));
            found.sort();
            let names = found.iter().map(|path| path.strip_prefix(dir.path()).unwrap().display());
            names.map(|name| name.to_string()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(names("x-{CMD}/%PID%"), "x-.c/4 x-a/1 x-b/3");
        assert_eq!(names("{HOST}/5"), "x-.c/5 x-a/5 x-b/5 y/5");
        assert_eq!(names("{STRUCT}-{TID}"), "x-.c x-a x-b");
        assert_eq!(names(".{CMD}"), ".z");
        assert_eq!(names("none/{CMD}"), "");
        assert_eq!(names("none/{NONE}"), "none/{NONE}", "a name like others");
    }

    /// Trying every position would take longer than anybody waits.
    #[test]
    fn no_name_takes_long_to_be_looked_at() {
        let template = "{PID}-".repeat(40);
        let wanted: Vec<_> = pieces(template.as_bytes()).collect();
        assert!(fits("-".repeat(255).as_bytes(), &wanted));
        assert!(!fits(format!("{}x", "-".repeat(254)).as_bytes(), &wanted));
        assert!(!fits("-".repeat(39).as_bytes(), &wanted));
        for (template, name, expected) in
            [("a{PID}a", "a", false), ("a{PID}a", "aa", true), ("{PID}a%b", "xa%b", true)]
        {
            let wanted: Vec<_> = pieces(template.as_bytes()).collect();
            assert_eq!(fits(name.as_bytes(), &wanted), expected, "{template} {name}");
        }
    }

    #[test]
    fn pieces_are_the_whole_template() {
        use Piece::{Literal, Unknown};
        for (template, expected) in [
            ("", vec![]),
            ("100%", vec![Literal(b"100"), Literal(b"%")]),
            ("a%b%", vec![Literal(b"a"), Literal(b"%b"), Literal(b"%")]),
            (
                "%TID%PID%",
                vec![Piece::Placeholder(Placeholder::Tid), Literal(b"PID"), Literal(b"%")],
            ),
            ("%%PID%", vec![Literal(b"%"), Piece::Placeholder(Placeholder::Pid)]),
            ("%CMD%{x", vec![Unknown(b"%CMD%"), Unknown(b"{x")]),
            ("{}", vec![Unknown(b"{}")]),
        ] {
            assert_eq!(pieces(template.as_bytes()).collect::<Vec<_>>(), expected, "{template}");
        }
    }
}
