//! A whole file as its writer composes it, and the room that is left for later fields.

use super::trailer::{FOOTER_SIZE, encode_footer};
use super::{
    Definition, Entry, FIRST_FIELD, IDENTITY_ALIGN, Identity, Layout, Placement, SIZE_OF_SIZE,
    VERSION,
};

/// The bytes of a new file.
#[derive(Debug)]
pub(crate) struct Image {
    /// All of it, a whole number of pages.
    pub bytes: Vec<u8>,
    /// Where each field stands, in the order of the definitions.
    pub places: Vec<Placement>,
    pub room: Room,
}

/// Where the next field and its index entry go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Room {
    layout: Layout,
    /// Behind the last field: where the terminator is now.
    fields_end: usize,
    /// Where the index begins, growing down. Packed: the end of the file.
    index_start: usize,
}

/// A field for a live file: what to store where, in this order.
#[derive(Debug)]
pub(crate) struct Addition {
    pub place: Placement,
    /// The field behind its label size.
    pub field: Vec<u8>,
    pub label_size: u16,
    /// The entry and its offset; its last 4 bytes, the size, are stored last. Packed: none.
    pub entry: Option<(usize, Vec<u8>)>,
}

/// A field doesn't fit, or a file would be beyond 4 GiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NoFreeSpace {
    pub needed: usize,
    pub left: usize,
}

/// Offsets in the trailer are `u32`.
const LARGEST: usize = u32::MAX as usize;

impl Image {
    /// Composes a file with `capacity` more bytes than its fields and trailer take, rounded up
    /// to whole pages.
    pub(crate) fn compose(
        definitions: &[Definition],
        identity: &Identity,
        layout: Layout,
        capacity: usize,
        page_size: usize,
    ) -> Result<Self, NoFreeSpace> {
        let mut places = Vec::with_capacity(definitions.len());
        let mut end = FIRST_FIELD;
        for definition in definitions {
            let place = Placement::of(definition, end, layout);
            end = place.end;
            places.push(place);
        }
        let identity = identity.encode();
        let trailer = match layout {
            Layout::Packed => Vec::new(),
            Layout::Aligned => encode_trailer(definitions, &places, &identity),
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
        for (definition, place) in definitions.iter().zip(&places) {
            bytes.extend((definition.label.len() as u16).to_ne_bytes());
            place.encode_after_size(definition, &mut bytes);
        }
        bytes.resize(index_start, 0);
        bytes.extend(&trailer);
        if layout == Layout::Aligned {
            let footer = size - FOOTER_SIZE;
            let encoded = encode_footer(&identity, footer - identity.len());
            bytes[footer..].copy_from_slice(&encoded);
        }
        Ok(Self { bytes, places, room: Room { layout, fields_end: end, index_start } })
    }
}

/// Index (the first field's entry last), identity and the room of the footer, whose content
/// depends on the file's size.
fn encode_trailer(definitions: &[Definition], places: &[Placement], identity: &[u8]) -> Vec<u8> {
    let mut trailer = Vec::new();
    for (definition, place) in definitions.iter().zip(places).rev() {
        Entry::encode(definition, place, &mut trailer);
    }
    trailer.extend(identity);
    trailer.resize(trailer.len() + FOOTER_SIZE, 0);
    trailer
}

impl Room {
    /// The bytes between the terminator and the index.
    pub(crate) fn left(&self) -> usize {
        self.index_start.saturating_sub(self.fields_end + SIZE_OF_SIZE)
    }

    /// How long the label of the next field may be. Its size is published by one store: of two
    /// bytes at an even offset, of one byte at an odd one (in packed files, and for the first
    /// field of any).
    pub(crate) fn longest_label(&self) -> usize {
        let bytes = if self.fields_end.is_multiple_of(2) { u16::MAX } else { u8::MAX.into() };
        bytes.into()
    }

    /// Places one more field; the room shrinks by it.
    pub(crate) fn add(&mut self, definition: &Definition) -> Result<Addition, NoFreeSpace> {
        let place = Placement::of(definition, self.fields_end, self.layout);
        let entry = match self.layout {
            Layout::Packed => None,
            Layout::Aligned => {
                let mut entry = Vec::new();
                Entry::encode(definition, &place, &mut entry);
                Some(entry)
            }
        };
        let entry_size = entry.as_ref().map_or(0, Vec::len);
        let needed = place.end - self.fields_end + entry_size;
        if needed > self.left() {
            return Err(NoFreeSpace { needed, left: self.left() });
        }
        let mut field = Vec::new();
        place.encode_after_size(definition, &mut field);
        self.fields_end = place.end;
        self.index_start -= entry_size;
        Ok(Addition {
            field,
            label_size: definition.label.len() as u16,
            entry: entry.map(|entry| (self.index_start, entry)),
            place,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{Chain, Kind, Trailer};

    fn counter(label: &str) -> Definition {
        Definition { help: "Help.".into(), ..Definition::of(label, "Q", Kind::Counter) }
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
        let image =
            Image::compose(&fields, &Identity::default(), Layout::Aligned, 0, 4096).unwrap();
        assert_eq!(image.bytes.len(), 4096);
        assert_eq!(labels(&image.bytes).0, ["a", "bb", "ccc"]);
        assert_eq!(labels(&image.bytes).1, 3);
    }

    #[test]
    fn a_packed_file_that_fills_its_page_has_no_terminator() {
        let mut fill = counter("x");
        let header = FIRST_FIELD + 2 + 1 + 2 + 5 + 1;
        fill.signature = format!("{}s", 4096 - header).into();
        fill.initial = vec![b'y'; 4096 - header];
        fill.buffered = false;
        let image = Image::compose(&[fill], &Identity::default(), Layout::Packed, 0, 4096).unwrap();
        assert_eq!(image.bytes.len(), 4096);
        assert_eq!(labels(&image.bytes), (vec!["x".to_owned()], 0));
    }

    #[test]
    fn later_fields_fit_until_the_room_is_used_and_no_byte_further() {
        let mut image =
            Image::compose(&[counter("a")], &Identity::default(), Layout::Aligned, 0, 4096)
                .unwrap();
        let mut added = 1;
        loop {
            let addition = match image.room.add(&counter("later")) {
                Ok(addition) => addition,
                Err(no_room) => {
                    assert!(no_room.needed > no_room.left);
                    break;
                }
            };
            let (at, entry) = addition.entry.unwrap();
            image.bytes[at..at + entry.len()].copy_from_slice(&entry);
            let place = addition.place;
            assert!(place.offset.is_multiple_of(2));
            let label = place.offset + SIZE_OF_SIZE;
            image.bytes[label..place.end].copy_from_slice(&addition.field);
            image.bytes[place.offset..label].copy_from_slice(&addition.label_size.to_ne_bytes());
            added += 1;
            let (labels, entries) = labels(&image.bytes);
            assert_eq!((labels.len(), entries), (added, added));
        }
        assert!(added > 30, "{added} fields in a page");
    }
}
