//! The bytes of one packet: of a file, or of stdin.

use std::io::{self, Read};
use std::path::Path;

use crate::regular_file;

/// Maximum size of a packet in bytes; no UDP datagram is larger.
const MAX_SIZE: usize = 65_535;

/// What stands for stdin in the place of a file.
const STDIN: &str = "-";

/// Reads a packet. At most a byte more than a packet can have is read.
///
/// # Errors
///
/// Returns an error if the file can't be read, isn't a regular file, or is too large.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    if path.as_os_str() == STDIN {
        return read_packet(io::stdin().lock());
    }
    let Some(file) = regular_file::open(path)? else {
        return Err(if path.is_dir() {
            io::ErrorKind::IsADirectory.into()
        } else {
            io::Error::other("found no regular file, expected one; - is stdin")
        });
    };
    read_packet(file)
}

fn read_packet(input: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    input.take(MAX_SIZE as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > MAX_SIZE {
        let reason = format!("found more than {MAX_SIZE} bytes, expected one packet");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, reason));
    }
    Ok(bytes)
}
