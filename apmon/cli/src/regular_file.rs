//! Regular files, and no others.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use nix::fcntl::OFlag;

/// Opens a regular file to read. Never waits, as opening a pipe would for its writer.
///
/// # Errors
///
/// Returns an error if it can't be opened; `None` if it is something else, such as a pipe or a device.
pub fn open(path: &Path) -> io::Result<Option<File>> {
    // Opening some devices has effects, so the first look is from outside.
    if !fs::metadata(path)?.is_file() {
        return Ok(None);
    }
    let flags = (OFlag::O_NONBLOCK | OFlag::O_NOCTTY).bits();
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    let is_regular = file.metadata()?.is_file();
    Ok(is_regular.then_some(file))
}
