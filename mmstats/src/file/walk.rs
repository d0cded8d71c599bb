//! One walk over a file's bytes: the chain of fields, then the trailer behind it.

use crate::format::{Chain, Entry, FormatError, RawField, Trailer};

/// What is behind the fields.
#[derive(Debug)]
pub(crate) struct Walk<'a> {
    /// Trusted only behind a whole chain.
    pub trailer: Option<Trailer<'a>>,
    /// Where and why the chain broke off; the fields before it are good.
    pub problem: Option<FormatError>,
}

/// Passes every field to `visit`, in file order.
///
/// # Errors
///
/// Returns an error if the bytes are not a stats file, or are one that this reader must not read.
pub(crate) fn walk(bytes: &[u8], visit: impl FnMut(RawField)) -> Result<Walk<'_>, FormatError> {
    let mut spans = Spans { bytes, entries: None };
    let chain = Chain::new(bytes, |offset| spans.of_field_at(offset))?;
    let (chain_end, problem) = chain.visit(visit);
    // Checked in any case: a chain in the other byte order breaks off at once, and the footer says
    // why.
    let trailer = Trailer::find(bytes, chain_end)?;
    Ok(Walk { trailer: trailer.filter(|_| problem.is_none()), problem })
}

/// Finds the size of fields with an unknown signature in the index.
///
/// The size is needed before the chain's end is known, so the trailer is searched for behind the
/// field in question; behind the chain's end it is verified again. One pass over the entries serves
/// all fields, as both are in the same order: a hostile file costs no more than its size.
struct Spans<'a> {
    bytes: &'a [u8],
    entries: Option<Box<dyn Iterator<Item = Entry<'a>> + 'a>>,
}

impl Spans<'_> {
    fn of_field_at(&mut self, offset: usize) -> Option<usize> {
        if self.entries.is_none() {
            let trailer = Trailer::find(self.bytes, offset).ok()??;
            self.entries = Some(Box::new(trailer.entries()));
        }
        let entry = self.entries.as_mut()?.find(|entry| entry.field_offset() >= offset)?;
        (entry.field_offset() == offset).then_some(entry.field_size())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{DeclaredField, Identity, Kind, Layout, NewFile, SIZE_OF_SIZE, load_u16};

    fn image() -> NewFile {
        let fields = [("a", "3s"), ("b", "5s"), ("c", "7s")];
        let fields = fields.map(|(label, text)| DeclaredField::zeroed(label, text, Kind::Info));
        NewFile::compose(&fields, &Identity::default(), Layout::Aligned, 0, 4096).unwrap()
    }

    #[test]
    fn unknown_signatures_are_stepped_over_by_the_index() {
        let mut image = image();
        for field in &image.fields[1..] {
            image.bytes[field.write_buffer - 1] = b'z';
        }
        let mut sizes = Vec::new();
        let walk = walk(&image.bytes, |field| sizes.push((field.size, field.known))).unwrap();
        assert_eq!(walk.problem, None);
        assert!(walk.trailer.is_some());
        assert_eq!(sizes, [(3, true), (5, false), (7, false)]);
    }

    #[test]
    fn behind_a_broken_chain_no_trailer_is_believed() {
        let mut image = image();
        let field = image.fields[1];
        assert_eq!(load_u16(&image.bytes, field.offset), Some(1));
        image.bytes[field.write_buffer] = 7;
        let mut labels = Vec::new();
        let walk = walk(&image.bytes, |field| labels.push(field.label.start - SIZE_OF_SIZE));
        let walk = walk.unwrap();
        assert!(matches!(walk.problem, Some(FormatError::WriteBuffer { found: 7, .. })));
        assert!(walk.trailer.is_none());
        assert_eq!(labels, [image.fields[0].offset]);
    }
}
