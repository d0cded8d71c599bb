//! What the index says about a field.

use crate::format::{Aggregate, Entry, Kind};

/// A field's entry in the index.
#[derive(Clone, Copy, Debug)]
pub(super) struct Meaning {
    pub kind: Option<Kind>,
    pub aggregate: Option<Aggregate>,
    pub parameters: [u64; 2],
    /// Where the unit stands in the file; the help follows it.
    texts: u32,
    unit_size: u16,
    help_size: u16,
}

impl Meaning {
    pub(super) fn of(entry: &Entry<'_>, bytes: &[u8]) -> Self {
        let texts = entry.unit.as_ptr().addr() - bytes.as_ptr().addr();
        Self {
            kind: entry.kind,
            aggregate: entry.aggregate,
            parameters: entry.parameters,
            texts: texts as u32,
            unit_size: entry.unit.len() as u16,
            help_size: entry.help.len() as u16,
        }
    }

    pub(super) fn unit<'a>(&self, bytes: &'a [u8]) -> &'a str {
        Self::text(bytes, self.texts as usize, self.unit_size)
    }

    pub(super) fn help<'a>(&self, bytes: &'a [u8]) -> &'a str {
        Self::text(bytes, self.texts as usize + usize::from(self.unit_size), self.help_size)
    }

    /// A text of the index, which took only valid ones.
    fn text(bytes: &[u8], at: usize, size: u16) -> &str {
        str::from_utf8(&bytes[at..at + usize::from(size)]).unwrap_or_default()
    }
}
