//! A whole new file, and the free space for later fields.

use super::trailer::{FOOTER_SIZE, encode_footer};
use super::{
    DeclaredField, Entry, FIRST_FIELD, IDENTITY_ALIGN, Identity, LaidOutField, Layout,
    SIZE_OF_SIZE, VERSION,
};

/// The bytes of a new file.
#[derive(Debug)]
pub(crate) struct NewFile {
    /// The whole file, a whole number of pages.
    pub bytes: Vec<u8>,
    /// The fields in the order of their declarations.
    pub fields: Vec<LaidOutField>,
    pub free_space: FreeSpace,
}

/// Where the next field and its index entry go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FreeSpace {
    layout: Layout,
    /// Behind the last field, where the terminator is now.
    fields_end: usize,
    /// Where the index begins, growing down. Packed: the end of the file.
    index_start: usize,
    /// How many bytes are kept for fields that may come later.
    reserved: usize,
}

/// A field for a live file: what to store where, and in which order.
#[derive(Debug)]
pub(crate) struct Addition {
    pub field: LaidOutField,
    /// The field's bytes after its label size.
    pub content: Vec<u8>,
    pub label_size: u16,
    /// The entry and its offset; its last 4 bytes, the size, are stored last. Packed: none.
    pub entry: Option<(usize, Vec<u8>)>,
}

/// A field doesn't fit, or a file would exceed 4 GiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NoFreeSpace {
    pub needed: usize,
    pub left: usize,
}

/// Offsets in the trailer are `u32`.
const LARGEST: usize = u32::MAX as usize;

impl NewFile {
    /// Composes a file with `capacity` bytes of free space besides its fields and trailer, rounded
    /// up to whole pages.
    pub(crate) fn compose(
        declared: &[DeclaredField],
        identity: &Identity,
        layout: Layout,
        capacity: usize,
        page_size: usize,
    ) -> Result<Self, NoFreeSpace> {
        let mut fields = Vec::with_capacity(declared.len());
        let mut end = FIRST_FIELD;
        for field in declared {
            let field = LaidOutField::new(field, end, layout);
            end = field.end;
            fields.push(field);
        }
        let identity = identity.encode();
        let trailer = match layout {
            Layout::Packed => Vec::new(),
            Layout::Aligned => encode_trailer(declared, &fields, &identity),
        };
        let behind_fields = match layout {
            Layout::Packed => capacity,
            Layout::Aligned => {
                (SIZE_OF_SIZE + IDENTITY_ALIGN + trailer.len()).saturating_add(capacity)
            }
        };
        let needed = end.saturating_add(behind_fields);
        let size = needed
            .checked_next_multiple_of(page_size)
            .filter(|&size| size <= LARGEST)
            .ok_or(NoFreeSpace { needed, left: LARGEST })?;
        let index_start = size - trailer.len();
        let mut bytes = Vec::with_capacity(size);
        bytes.push(VERSION);
        for (declared, field) in declared.iter().zip(&fields) {
            bytes.extend_from_slice(&(declared.label.len() as u16).to_ne_bytes());
            field.encode_after_size(declared, &mut bytes);
        }
        bytes.resize(index_start, 0);
        bytes.extend_from_slice(&trailer);
        if layout == Layout::Aligned {
            let footer = size - FOOTER_SIZE;
            let encoded = encode_footer(&identity, footer - identity.len());
            bytes[footer..].copy_from_slice(&encoded);
        }
        let free_space = FreeSpace { layout, fields_end: end, index_start, reserved: 0 };
        Ok(Self { bytes, fields, free_space })
    }
}

/// Index (the first field's entry last), identity and space for the footer, whose content
/// depends on the file's size.
fn encode_trailer(declared: &[DeclaredField], fields: &[LaidOutField], identity: &[u8]) -> Vec<u8> {
    let entries = declared.iter().map(Entry::encoded_size).sum::<usize>();
    let mut trailer = Vec::with_capacity(entries + identity.len() + FOOTER_SIZE);
    for (declared, field) in declared.iter().zip(fields).rev() {
        Entry::encode(declared, field, &mut trailer);
    }
    trailer.extend_from_slice(identity);
    trailer.resize(trailer.len() + FOOTER_SIZE, 0);
    trailer
}

impl FreeSpace {
    /// The bytes between the terminator and the index that aren't reserved.
    pub(crate) fn left(&self) -> usize {
        let used = self.fields_end + SIZE_OF_SIZE + self.reserved;
        self.index_start.saturating_sub(used)
    }

    /// Reserves bytes: other fields don't get them.
    pub(crate) fn reserve(&mut self, bytes: usize) {
        self.reserved += bytes;
    }

    /// Gives back reserved bytes.
    pub(crate) fn release(&mut self, bytes: usize) {
        self.reserved -= bytes;
    }

    /// Whether a field surely fits, and one store can publish the size of its label.
    pub(crate) fn fits(&self, declared: &DeclaredField) -> bool {
        Self::most(declared, self.layout) <= self.left()
            && declared.label.len() <= self.longest_label()
    }

    /// The most bytes that a field takes, wherever it begins.
    pub(crate) fn most(declared: &DeclaredField, layout: Layout) -> usize {
        let field = LaidOutField::new(declared, FIRST_FIELD, layout);
        let size = field.end - field.offset - field.padding;
        match layout {
            Layout::Packed => size,
            Layout::Aligned => size + declared.align + Entry::encoded_size(declared),
        }
    }

    /// The maximum length of the next field's label. One store publishes its size: two bytes at an
    /// even offset, one byte at an odd one (in packed files, and for the first field of any file).
    pub(crate) fn longest_label(&self) -> usize {
        let bytes = if self.fields_end.is_multiple_of(2) { u16::MAX } else { u8::MAX.into() };
        bytes.into()
    }

    /// Lays out one more field and takes the space for it.
    pub(crate) fn add(&mut self, declared: &DeclaredField) -> Result<Addition, NoFreeSpace> {
        let field = LaidOutField::new(declared, self.fields_end, self.layout);
        let entry = match self.layout {
            Layout::Packed => None,
            Layout::Aligned => {
                let mut entry = Vec::new();
                Entry::encode(declared, &field, &mut entry);
                Some(entry)
            }
        };
        let entry_size = entry.as_ref().map_or(0, Vec::len);
        let needed = field.end - self.fields_end + entry_size;
        if needed > self.left() {
            return Err(NoFreeSpace { needed, left: self.left() });
        }
        let mut content = Vec::new();
        field.encode_after_size(declared, &mut content);
        self.fields_end = field.end;
        self.index_start -= entry_size;
        Ok(Addition {
            content,
            label_size: declared.label.len() as u16,
            entry: entry.map(|entry| (self.index_start, entry)),
            field,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{Chain, Kind, Trailer};

    fn counter(label: &str) -> DeclaredField {
        DeclaredField { help: "Help.".into(), ..DeclaredField::zeroed(label, "Q", Kind::Counter) }
    }

    fn labels(bytes: &[u8]) -> (Vec<String>, usize) {
        let chain = Chain::new(bytes, |_| None).unwrap();
        let mut labels = Vec::new();
        let (end, problem) = chain.visit(|field| {
            labels.push(String::from_utf8(bytes[field.label].to_vec()).unwrap());
        });
        assert_eq!(problem, None);
        let trailer = Trailer::find(bytes, end).unwrap();
        (labels, trailer.map_or(0, |trailer| trailer.entries().count()))
    }

    #[test]
    fn a_composed_file_is_read_back() {
        let fields = [counter("a"), counter("bb"), counter("ccc")];
        let file =
            NewFile::compose(&fields, &Identity::default(), Layout::Aligned, 0, 4096).unwrap();
        assert_eq!(file.bytes.len(), 4096);
        assert_eq!(labels(&file.bytes).0, ["a", "bb", "ccc"]);
        assert_eq!(labels(&file.bytes).1, 3);
    }

    #[test]
    fn a_packed_file_that_fills_its_page_has_no_terminator() {
        let mut whole = counter("x");
        let header = FIRST_FIELD + 2 + 1 + 2 + 5 + 1;
        whole.signature = format!("{}s", 4096 - header).into();
        whole.initial = vec![b'y'; 4096 - header].into();
        whole.buffered = false;
        let file =
            NewFile::compose(&[whole], &Identity::default(), Layout::Packed, 0, 4096).unwrap();
        assert_eq!(file.bytes.len(), 4096);
        assert_eq!(labels(&file.bytes), (vec!["x".to_owned()], 0));
    }

    #[test]
    fn what_fits_can_be_added_and_leaves_what_is_reserved() {
        const RESERVED: usize = 300;
        for layout in [Layout::Aligned, Layout::Packed] {
            let new = NewFile::compose(&[], &Identity::default(), layout, 0, 4096).unwrap();
            let mut free_space = new.free_space;
            free_space.reserve(RESERVED);
            let mut added = 0;
            for size in (1..250).cycle() {
                let declared =
                    DeclaredField { buffered: size % 2 == 0, ..counter(&"x".repeat(size)) };
                let before = free_space.index_start - free_space.fields_end;
                if !free_space.fits(&declared) {
                    break;
                }
                free_space.add(&declared).unwrap();
                let taken = before - (free_space.index_start - free_space.fields_end);
                assert!(taken <= FreeSpace::most(&declared, layout), "{taken}");
                added += 1;
            }
            assert!(added > 20 && free_space.left() < 500, "{added} {layout:?}");
            free_space.release(RESERVED);
            assert!(free_space.fits(&counter("reserved")));
        }
    }

    #[test]
    fn later_fields_fit_until_the_space_is_used_and_no_byte_further() {
        let mut new =
            NewFile::compose(&[counter("a")], &Identity::default(), Layout::Aligned, 0, 4096)
                .unwrap();
        let mut added = 1;
        loop {
            let addition = match new.free_space.add(&counter("later")) {
                Ok(addition) => addition,
                Err(error) => {
                    assert!(error.needed > error.left);
                    break;
                }
            };
            let (at, entry) = addition.entry.unwrap();
            new.bytes[at..at + entry.len()].copy_from_slice(&entry);
            let field = addition.field;
            assert!(field.offset.is_multiple_of(2));
            let label = field.offset + SIZE_OF_SIZE;
            new.bytes[label..field.end].copy_from_slice(&addition.content);
            new.bytes[field.offset..label].copy_from_slice(&addition.label_size.to_ne_bytes());
            added += 1;
            let (labels, entries) = labels(&new.bytes);
            assert_eq!((labels.len(), entries), (added, added));
        }
        assert!(added > 30, "{added} fields in a page");
    }
}
