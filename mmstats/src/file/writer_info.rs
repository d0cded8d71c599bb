//! What a file's bytes say about its writer, for callers that need nothing else.

use super::{Writer, walk};
use crate::format::integer::{signed, unsigned};
use crate::format::{Component, FormatError, Identity, RawField, Signature};

/// The writer that a whole stats file names.
#[derive(Debug)]
pub(crate) struct WriterInfo {
    identity: Option<Identity>,
    /// The number of the last label that ends in `sys.pid`.
    pid: Option<u32>,
}

impl WriterInfo {
    /// Reads a whole stats file.
    ///
    /// # Errors
    ///
    /// Returns an error if the file isn't whole: code that removes files must be sure.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, FormatError> {
        let mut pid = None;
        let walk = walk(bytes, |field| {
            if bytes[field.label.clone()].ends_with(b"sys.pid") {
                pid = whole_number(bytes, &field).or(pid);
            }
        })?;
        match walk.problem {
            Some(error) => Err(error),
            None => Ok(Self { identity: walk.trailer.and_then(|trailer| trailer.identity()), pid }),
        }
    }

    /// What a file's trailer says.
    pub(super) fn from_identity(identity: Identity) -> Self {
        Self { identity: Some(identity), pid: None }
    }

    pub(crate) fn writer(&self) -> Writer<'_> {
        match &self.identity {
            Some(identity) => Writer::Ours(identity),
            None => Writer::Original(self.pid),
        }
    }
}

/// The first component of a field, if it could be a process id.
fn whole_number(bytes: &[u8], field: &RawField) -> Option<u32> {
    let signature = Signature::parse(&bytes[field.signature.clone()]).ok()?;
    let Component { code, offset, size, order } = signature.components().next()?;
    let value = &bytes[field.read_value(bytes[field.write_buffer])][offset..offset + size];
    match code {
        b'B' | b'H' | b'I' | b'L' | b'Q' | b'N' => unsigned(value, order).try_into().ok(),
        b'b' | b'h' | b'i' | b'l' | b'q' | b'n' => signed(value, order).try_into().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(label: &str, signature: &str, write_buffer: u8, values: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for text in [label, signature] {
            bytes.extend((text.len() as u16).to_ne_bytes());
            bytes.extend(text.as_bytes());
        }
        bytes.push(write_buffer);
        bytes.extend(values);
        bytes
    }

    fn pid(fields: &[Vec<u8>]) -> Option<u32> {
        let bytes = [&[1][..], &fields.concat()].concat();
        WriterInfo::parse(&bytes).unwrap().writer().pid()
    }

    #[test]
    fn the_last_number_of_its_ending_is_the_pid() {
        let first = field("a.sys.pid", "<I", 0xff, &[1, 0, 0, 0]);
        let native =
            field("b.sys.pid", "  h", 0, &[2_i16.to_ne_bytes(), 3_i16.to_ne_bytes()].concat());
        let text = field("c.sys.pid", "3s", 0xff, b"abc");
        let negative = field("d.sys.pid", "b", 0xff, &[0xff]);
        assert_eq!(pid(&[first.clone(), native.clone(), text, negative]), Some(3));
        assert_eq!(pid(&[native, first]), Some(1));
        assert_eq!(pid(&[field("pid", "B", 0xff, &[1])]), None);
    }

    #[test]
    fn a_damaged_file_names_nobody() {
        let mut bytes = vec![1];
        bytes.extend(field("sys.pid", "B", 0xff, &[7]));
        assert_eq!(WriterInfo::parse(&bytes).unwrap().writer().pid(), Some(7));
        bytes.extend(field("x", "Q", 0xff, &[7]));
        assert!(WriterInfo::parse(&bytes).is_err());
    }
}
