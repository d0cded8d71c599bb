//! Where a copy's fields stand and what the index says about them, in few bytes a field.

use crate::file::walk;
use crate::format::{Aggregate, Entry, Fault, Identity, Kind, RawField, SIZE_OF_SIZE, Trailer};

/// One field of a copy. Offsets count from the beginning of the file, which is smaller than
/// 4 GiB.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    label: u32,
    label_size: u16,
    signature_size: u16,
    /// The size of one value.
    size: u32,
    pub buffered: bool,
    /// Whether the signature could be read.
    pub known: bool,
    /// The last component is a sequence number.
    pub sequenced: bool,
    /// The copies of the value never agreed.
    pub unstable: bool,
    /// What the index says; nothing in a file without a trailer.
    pub meaning: Option<Meaning>,
}

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

/// What one walk over a copy gives.
#[derive(Debug)]
pub(super) struct Parsed {
    pub fields: Vec<Field>,
    pub identity: Option<Identity>,
    pub problem: Option<Fault>,
}

impl Parsed {
    pub(super) fn of(bytes: &[u8]) -> Result<Self, Fault> {
        let mut fields = Vec::with_capacity(32);
        let walk = walk(bytes, |raw| fields.push(Field::of(&raw)))?;
        if let Some(trailer) = &walk.trailer {
            assign_meanings(&mut fields, bytes, trailer);
        }
        Ok(Self {
            fields,
            identity: walk.trailer.and_then(|trailer| trailer.identity()),
            problem: walk.problem,
        })
    }
}

/// Fields and entries are in the same order, so one pass over both matches them.
fn assign_meanings(fields: &mut [Field], bytes: &[u8], trailer: &Trailer<'_>) {
    let mut rest = fields;
    for entry in trailer.entries() {
        let reached = rest.iter().position(|field| field.offset() >= entry.field_offset);
        rest = &mut rest[reached.unwrap_or(0)..];
        let Some(field) = rest.first_mut() else {
            return;
        };
        if field.offset() == entry.field_offset && field.end() - field.offset() == entry.field_size
        {
            field.sequenced = entry.sequenced && field.can_be_sequenced(bytes);
            field.meaning = Some(Meaning::of(&entry, bytes));
        }
    }
}

impl Meaning {
    fn of(entry: &Entry<'_>, bytes: &[u8]) -> Self {
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

impl Field {
    fn of(raw: &RawField) -> Self {
        Self {
            label: raw.label.start as u32,
            label_size: raw.label.len() as u16,
            signature_size: raw.signature.len() as u16,
            size: raw.size as u32,
            buffered: raw.is_buffered(),
            known: raw.known,
            sequenced: false,
            unstable: false,
            meaning: None,
        }
    }

    pub(super) fn offset(&self) -> usize {
        self.label as usize - SIZE_OF_SIZE
    }

    fn signature_at(&self) -> usize {
        self.label as usize + usize::from(self.label_size) + SIZE_OF_SIZE
    }

    pub(super) fn write_buffer_at(&self) -> usize {
        self.signature_at() + usize::from(self.signature_size)
    }

    /// Where the first (or only) value begins.
    pub(super) fn value_at(&self) -> usize {
        self.write_buffer_at() + 1
    }

    /// The size of one value.
    pub(super) fn size(&self) -> usize {
        self.size as usize
    }

    /// Where the next field begins.
    pub(super) fn end(&self) -> usize {
        self.value_at() + self.size() * if self.buffered { 2 } else { 1 }
    }

    pub(super) fn label<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        let start = self.label as usize;
        &bytes[start..start + usize::from(self.label_size)]
    }

    /// With its padding.
    pub(super) fn signature<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        &bytes[self.signature_at()..self.write_buffer_at()]
    }

    /// Where the value stands that a reader takes: the one that `write_buffer` doesn't name.
    pub(super) fn read_value_at(&self, write_buffer: u8) -> usize {
        if self.buffered && write_buffer == 0 {
            self.value_at() + self.size()
        } else {
            self.value_at()
        }
    }

    pub(super) fn value<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        let start = self.read_value_at(bytes[self.write_buffer_at()]);
        &bytes[start..start + self.size()]
    }

    /// Whether one copy may have parts of several updates.
    ///
    /// An aligned value of up to 8 bytes is copied whole; without an index entry nobody says
    /// that its writer stores it at once.
    pub(super) fn takes_several_copies(&self) -> bool {
        let is_word = self.size.is_power_of_two()
            && self.size() <= size_of::<u64>()
            && self.value_at().is_multiple_of(self.size());
        self.buffered && (self.sequenced || self.meaning.is_none() || !is_word)
    }

    /// Whether there is a sequence number to go by: two buffers of something and a `Q` behind it.
    fn can_be_sequenced(&self, bytes: &[u8]) -> bool {
        self.known
            && self.buffered
            && self.size() > size_of::<u64>()
            && self.signature(bytes).ends_with(b"Q")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{Definition, Image, Layout, Signature};

    fn definition(label: &str, signature: &str, sequenced: bool) -> Definition {
        Definition {
            label: label.into(),
            signature: signature.into(),
            initial: vec![0; Signature::parse(signature.as_bytes()).unwrap().size()],
            align: 8,
            buffered: true,
            sequenced,
            kind: Kind::Counter,
            aggregate: Aggregate::Sum,
            unit: format!("{label}s"),
            help: format!("How many {label}."),
            parameters: [1, 2],
        }
    }

    fn image(fields: &[Definition]) -> Image {
        Image::compose(fields, &Identity::default(), Layout::Aligned, 0, 4096).unwrap()
    }

    #[test]
    fn every_field_has_its_meaning() {
        let image = image(&["hit", "miss", "error"].map(|label| definition(label, "Q", false)));
        let parsed = Parsed::of(&image.bytes).unwrap();
        for (field, label) in parsed.fields.iter().zip(["hit", "miss", "error"]) {
            let meaning = field.meaning.unwrap();
            assert_eq!(field.label(&image.bytes), label.as_bytes());
            assert_eq!(meaning.unit(&image.bytes), format!("{label}s"));
            assert_eq!(meaning.help(&image.bytes), format!("How many {label}."));
            assert_eq!((meaning.kind, meaning.parameters), (Some(Kind::Counter), [1, 2]));
        }
    }

    /// A writer is adding a field: its entry is there, the field isn't visible yet, or the
    /// other way round.
    #[test]
    fn a_field_and_an_entry_without_the_other_disturb_nobody() {
        let fields = ["hit", "miss", "error"].map(|label| definition(label, "Q", false));
        let whole = image(&fields);
        let meanings = |bytes: &[u8]| -> Vec<bool> {
            let parsed = Parsed::of(bytes).unwrap();
            parsed.fields.iter().map(|field| field.meaning.is_some()).collect()
        };
        let mut without_field = whole.bytes.clone();
        let hidden = whole.places[2].offset;
        without_field[hidden..hidden + SIZE_OF_SIZE].fill(0);
        assert_eq!(meanings(&without_field), [true, true]);

        let mut without_entry = image(&fields[..2]);
        let addition = without_entry.room.add(&fields[2]).unwrap();
        let label = addition.place.offset + SIZE_OF_SIZE;
        let bytes = &mut without_entry.bytes;
        bytes[label..addition.place.end].copy_from_slice(&addition.field);
        bytes[label - SIZE_OF_SIZE..label].copy_from_slice(&addition.label_size.to_ne_bytes());
        assert_eq!(meanings(bytes), [true, true, false]);
    }

    #[test]
    fn a_sequence_number_is_believed_only_where_there_is_room_for_one() {
        for (signature, expected) in [("ddQ", true), ("64sQ", true), ("Q", false), ("Qd", false)] {
            let image = image(&[definition("x", signature, true)]);
            let parsed = Parsed::of(&image.bytes).unwrap();
            assert_eq!(parsed.fields[0].sequenced, expected, "{signature}");
        }
    }
}
