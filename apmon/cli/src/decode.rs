//! `apmon decode`: what packets have in them.

mod input;

use std::io::{self, Write};
use std::path::Path;

use apmon::wire::{DecodeError, Packet};
use mmstats_cli::diagnostics::Diagnostics;
use mmstats_cli::escape::escape_path;
use mmstats_cli::exit::Outcome;
use mmstats_cli::json;
use serde::Serialize;

use crate::args::{DecodeArguments, Format, NAME};
use crate::show::{JsonPacket, push_lines};

/// Prints the packet of each file. Files that can't be read or have no valid packet are reported, and
/// the others go on; with `--lenient`, what stands before the error is printed as well.
///
/// # Errors
///
/// Returns an error if stdout can't be written.
pub fn run(arguments: &DecodeArguments) -> io::Result<Outcome> {
    let mut diagnostics = Diagnostics::new(NAME);
    let mut out = Vec::new();
    for path in &arguments.files {
        let bytes = match input::read(path) {
            Ok(bytes) => bytes,
            Err(error) => {
                diagnostics.file_error(path, &error);
                continue;
            }
        };
        let (packet, error) = Packet::decode_lenient(&bytes);
        if let Some(error) = &error {
            diagnostics.file_error(path, error);
        }
        if error.is_none() || arguments.lenient {
            out.clear();
            let found = Found { path, bytes: &bytes, packet: &packet, error };
            match arguments.output {
                Format::Text => found.push_text(&mut out),
                Format::Json => found.push_json(&mut out)?,
            }
            io::stdout().write_all(&out)?;
        }
    }
    Ok(if diagnostics.errors() == 0 { Outcome::Fine } else { Outcome::Failed })
}

/// What a file has in it.
struct Found<'a> {
    path: &'a Path,
    bytes: &'a [u8],
    packet: &'a Packet<'a>,
    error: Option<DecodeError>,
}

impl Found<'_> {
    fn push_text(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(escape_path(self.path).as_bytes());
        out.push(b'\n');
        push_lines(out, self.bytes, self.packet, self.error.as_ref());
    }

    fn push_json(&self, out: &mut Vec<u8>) -> io::Result<()> {
        #[derive(Serialize)]
        struct FilePacket<'a> {
            file: String,
            #[serde(flatten)]
            packet: JsonPacket<'a>,
        }
        let file = self.path.to_string_lossy().into_owned();
        let packet = JsonPacket::new(self.bytes, self.packet, self.error);
        json::write(out, &FilePacket { file, packet })?;
        out.push(b'\n');
        Ok(())
    }
}
