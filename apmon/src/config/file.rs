//! Reads a configuration file, whatever stands at its path.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use nix::fcntl::OFlag;

/// The most bytes of a file.
const MAX_BYTES: u64 = 1 << 20;
/// How often a file that is being written is read.
const ATTEMPTS: usize = 3;

/// What a file says.
pub struct Content {
    pub bytes: Vec<u8>,
    /// Whether every user may read it.
    pub others_can_read: bool,
}

/// Reads a regular file. Never waits for another process, as reading a pipe would.
pub fn read(path: &Path) -> Result<Content, String> {
    // Opening some devices has effects, so the first look is from outside.
    check(&fs::metadata(path).map_err(|error| error.to_string())?)?;
    for _ in 0..ATTEMPTS {
        let flags = OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
        let file = OpenOptions::new().read(true).custom_flags(flags.bits()).open(path);
        if let Some(content) = read_once(&file.map_err(|error| error.to_string())?)? {
            return Ok(content);
        }
    }
    Err("it changed while it was read".to_owned())
}

/// Reads an open file; `None` if it was changed meanwhile.
fn read_once(file: &File) -> Result<Option<Content>, String> {
    let metadata = |file: &File| file.metadata().map_err(|error| error.to_string());
    let before = metadata(file)?;
    check(&before)?;
    let mut bytes = Vec::new();
    // Files of /proc have a length of 0, so the length is only known afterwards.
    let read: io::Result<_> = file.take(MAX_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(|error| error.to_string())?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(too_large());
    }
    let written = |metadata: &Metadata| (metadata.len(), metadata.mtime(), metadata.mtime_nsec());
    if written(&before) != written(&metadata(file)?) {
        return Ok(None);
    }
    Ok(Some(Content { bytes, others_can_read: before.mode() & 0o004 != 0 }))
}

fn check(metadata: &Metadata) -> Result<(), String> {
    if metadata.is_dir() {
        return Err("found a directory, expected a file".to_owned());
    }
    if !metadata.is_file() {
        return Err("found no regular file, expected one".to_owned());
    }
    if metadata.len() > MAX_BYTES { Err(too_large()) } else { Ok(()) }
}

fn too_large() -> String {
    format!("larger than {MAX_BYTES} bytes")
}
