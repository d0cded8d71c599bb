//! A file with a password.

use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use apmon::config::Password;
use mmstats_cli::diagnostics::Diagnostics;
use mmstats_cli::escape::escape_path;

use crate::regular_file;

/// Maximum size of the file in bytes.
const MAX_BYTES: u64 = 4_096;
/// The permission of everybody to read a file.
const OTHERS_READ: u32 = 0o004;

/// Reads the password: the file's only line, without white space around it, as MonALISA trims it.
/// Others who may read it are reported.
///
/// # Errors
///
/// Returns a message with the path if the file can't be read or isn't a regular one, is larger than
/// 4,096 bytes, empty, or has several lines, or anything but UTF-8.
pub fn read(path: &Path, diagnostics: &Diagnostics) -> Result<Password, String> {
    let in_file = |reason: String| format!("{}: {reason}", escape_path(path));
    let (password, mode) = password(path).map_err(in_file)?;
    if mode & OTHERS_READ != 0 {
        let path = escape_path(path);
        diagnostics.note(&format_args!("{path}: others can read the password; use chmod o-r"));
    }
    Ok(password)
}

/// The password, and the permissions of the file.
fn password(path: &Path) -> Result<(Password, u32), String> {
    let failed = |error: io::Error| error.to_string();
    let file = regular_file::open(path).map_err(failed)?.ok_or("not a regular file")?;
    let mode = file.metadata().map_err(failed)?.permissions().mode();
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(format!("larger than {MAX_BYTES} bytes"));
    }
    let text = str::from_utf8(&bytes).map_err(|error| format!("not UTF-8: {error}"))?;
    let text = text.trim();
    match text.lines().count() {
        0 => Err("no password in it".to_owned()),
        1 => Ok((text.into(), mode)),
        lines => Err(format!("{lines} lines, expected one")),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use nix::sys::stat::Mode;
    use nix::unistd::mkfifo;
    use tempfile::TempDir;

    use super::*;

    fn file(content: &[u8]) -> (TempDir, PathBuf) {
        let directory = TempDir::new().unwrap();
        let path = directory.path().join("password");
        fs::write(&path, content).unwrap();
        (directory, path)
    }

    #[test]
    fn the_only_line_is_the_password() {
        for content in ["secret", "secret\n", " \tsecret \r\n\n"] {
            let (_directory, path) = file(content.as_bytes());
            assert_eq!(password(&path).unwrap().0.reveal(), "secret");
        }
        let (_directory, path) = file("två ord\n".as_bytes());
        assert_eq!(password(&path).unwrap().0.reveal(), "två ord");
    }

    #[test]
    fn anything_else_is_an_error() {
        for (content, reason) in [
            (&b""[..], "no password in it"),
            (b" \n\t\n", "no password in it"),
            (b"a\nb\n", "2 lines, expected one"),
            (b"caf\xe9", "not UTF-8"),
            (&[b'x'; 4_097], "larger than 4096 bytes"),
        ] {
            let (_directory, path) = file(content);
            let error = read(&path, &Diagnostics::new("test")).unwrap_err();
            assert!(error.starts_with(path.to_str().unwrap()), "{error}");
            assert!(error.contains(reason), "{error}");
        }
        let (directory, _) = file(b"");
        let pipe = directory.path().join("pipe");
        mkfifo(&pipe, Mode::S_IRWXU).unwrap();
        for path in [&pipe, directory.path()] {
            assert_eq!(password(path).unwrap_err(), "not a regular file");
        }
        assert!(password(&directory.path().join("none")).unwrap_err().contains("No such file"));
    }
}
