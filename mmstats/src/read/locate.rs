//! Walks the locations of stats files: arguments, or the default ones.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use glob::MatchOptions;
use nix::dir::{Dir, Type};
use nix::fcntl::OFlag;
use nix::sys::stat::Mode;

use crate::file::ReadError;
use crate::file::locations::{Environment, Locations};
use crate::file::{file_names, template};
use crate::memory::is_privileged;

/// Receives what is found.
pub(super) trait Visitor {
    /// A path or pattern is searched.
    fn location(&mut self, location: String);

    /// A file. The inode number is the one that the directory lists, or that of a link's target: it
    /// changes when the path has another file.
    fn file(&mut self, path: &Path, inode: u64);

    /// A file that a writer began and hasn't finished.
    fn unfinished(&mut self, _path: &Path) {}

    /// An argument that doesn't exist, or a directory that can't be listed.
    fn error(&mut self, error: ReadError);

    /// A default directory that can't be listed, which is no error: it needn't even exist.
    fn unlisted(&mut self, _error: ReadError) {}
}

/// Passes the stats files at these locations to the visitor, in no order, and some of them more than
/// once if locations overlap.
pub(super) fn locate<A: AsRef<OsStr>>(
    arguments: impl IntoIterator<Item = A>,
    visitor: &mut impl Visitor,
) {
    let mut arguments = arguments.into_iter().peekable();
    if arguments.peek().is_none() {
        visit_default_locations(visitor);
    }
    for argument in arguments {
        visit_argument(argument.as_ref(), visitor);
    }
}

fn visit_default_locations(visitor: &mut impl Visitor) {
    match Environment::of(is_privileged()).for_readers() {
        Locations::Glob(pattern) => expand(&pattern, visitor),
        Locations::Directories(templates) => {
            for template in templates {
                note_patterns(&template, visitor);
                for directory in template::directories(&template) {
                    if let Err(source) = visit_files(&directory, visitor) {
                        visitor.unlisted(ReadError::Io { path: directory, source });
                    }
                }
            }
        }
    }
}

fn visit_argument(argument: &OsStr, visitor: &mut impl Visitor) {
    let path = Path::new(argument);
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => {
            if let Err(source) = visit_directory(path, visitor) {
                visitor.error(ReadError::Io { path: path.into(), source });
            }
        }
        Ok(metadata) => {
            visitor.location(path.display().to_string());
            visitor.file(path, metadata.ino());
        }
        Err(source) => match argument.to_str().filter(|text| is_glob(text)) {
            Some(pattern) if source.kind() == io::ErrorKind::NotFound => expand(pattern, visitor),
            _ => visitor.error(ReadError::Io { path: path.into(), source }),
        },
    }
}

fn visit_directory(directory: &Path, visitor: &mut impl Visitor) -> io::Result<()> {
    note_patterns(directory, visitor);
    visit_files(directory, visitor)
}

fn note_patterns(directory: &Path, visitor: &mut impl Visitor) {
    for pattern in file_names::PATTERNS {
        visitor.location(directory.join(pattern).display().to_string());
    }
}

/// Visits the stats files of a directory, by their names.
///
/// Without an allocation a file, which a reader that polls ten thousand of them notices.
fn visit_files(directory: &Path, visitor: &mut impl Visitor) -> io::Result<()> {
    let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
    let mut listing = Dir::open(directory, flags, Mode::empty())?;
    // With a slash at its end.
    let mut path = directory.join("").into_os_string().into_encoded_bytes();
    let directory_len = path.len();
    for entry in listing.iter() {
        let entry = entry?;
        let name = OsStr::from_bytes(entry.file_name().to_bytes());
        let is_hidden = name.as_bytes().starts_with(b".");
        let is_temporary = is_hidden && file_names::pid_of_temporary(name).is_some();
        let is_candidate = is_temporary || (!is_hidden && file_names::is_stats_file_name(name));
        if !is_candidate || entry.file_type() == Some(Type::Directory) {
            continue;
        }
        path.truncate(directory_len);
        path.extend_from_slice(name.as_bytes());
        let path = Path::new(OsStr::from_bytes(&path));
        if is_temporary {
            visitor.unfinished(path);
        } else if let Some(inode) = inode_of(entry.ino(), entry.file_type(), path) {
            visitor.file(path, inode);
        }
    }
    Ok(())
}

/// The inode number of a directory entry's file; `None` if there is no such file any more.
///
/// The number in a directory is a symbolic link's own, and some file systems have none there.
fn inode_of(listed: u64, kind: Option<Type>, path: &Path) -> Option<u64> {
    /// What FUSE gives for "unknown".
    const UNKNOWN: u64 = 0xffff_ffff;
    let is_known = !matches!(listed, 0 | UNKNOWN | u64::MAX);
    if is_known && !matches!(kind, Some(Type::Symlink) | None) {
        return Some(listed);
    }
    match fs::metadata(path) {
        Ok(metadata) => Some(metadata.ino()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        // Opening it will say why. The link's own number may be that of a file before it.
        Err(_) => Some(0),
    }
}

fn expand(pattern: &str, visitor: &mut impl Visitor) {
    visitor.location(pattern.to_owned());
    visit_matches(pattern, visitor);
}

fn visit_matches(pattern: &str, visitor: &mut impl Visitor) {
    const OPTIONS: MatchOptions = MatchOptions {
        case_sensitive: true,
        require_literal_separator: true,
        require_literal_leading_dot: true,
    };
    // The library leaves this out: two asterisks also match no folder.
    let above = pattern.trim_end_matches('/').strip_suffix("**");
    match above.filter(|above| above.is_empty() || above.ends_with('/')) {
        Some("") => visit_matches(".", visitor),
        Some(above) => visit_matches(above, visitor),
        None => {}
    }
    let matches = match glob::glob_with(pattern, OPTIONS) {
        Ok(matches) => matches,
        Err(error) => {
            let source = io::Error::new(io::ErrorKind::InvalidInput, error);
            return visitor.error(ReadError::Io { path: pattern.into(), source });
        }
    };
    for found in matches {
        match found {
            Ok(path) => visit_match(&path, visitor),
            Err(error) => {
                let path = error.path().to_owned();
                visitor.error(ReadError::Io { path, source: error.into() });
            }
        }
    }
}

fn visit_match(path: &Path, visitor: &mut impl Visitor) {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => {
            if let Err(source) = visit_directory(path, visitor) {
                visitor.error(ReadError::Io { path: path.into(), source });
            }
        }
        Ok(metadata) => visitor.file(path, metadata.ino()),
        // Gone, or a link to nothing; opening it will say so.
        Err(_) => visitor.file(path, 0),
    }
}

fn is_glob(text: &str) -> bool {
    text.as_bytes().iter().any(|byte| b"*?[".contains(byte))
}
