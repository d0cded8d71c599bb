//! The result of one walk over a file's bytes: its fields and their index entries.

use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use super::consistent::{Unstable, read_consistent};
use super::parsed_field::ParsedField;
use super::sys_fields::SysFields;
use super::words;
use crate::file::{FileImage, OpenFile, ReadError, walk};
use crate::format::{FormatError, Identity, Trailer};

/// The fields of a file. They lie at the same offsets in many files.
pub(super) type Fields = Arc<Vec<ParsedField>>;

/// The result of one walk over a file's bytes.
#[derive(Debug)]
pub(super) struct Parsed {
    pub fields: Fields,
    /// The range of the trailer's identity, if the file has one.
    pub identity: Option<Range<usize>>,
    pub problem: Option<FormatError>,
    /// There are more fields than `max_fields`; the others are left out.
    pub too_many: bool,
    /// Some field takes several copies.
    pub takes_several_copies: bool,
    /// Set at the first use.
    decoded_identity: OnceLock<Option<Identity>>,
    /// Set at the first use.
    pub sys_fields: OnceLock<SysFields>,
}

impl Parsed {
    /// Parses `bytes`, with at most this many fields.
    pub(super) fn of(bytes: &[u8], max_fields: usize) -> Result<Self, FormatError> {
        let mut fields = Vec::with_capacity(32);
        let mut too_many = false;
        let walk = walk(bytes, |raw| {
            if fields.len() < max_fields {
                fields.push(ParsedField::of(&raw));
            } else {
                too_many = true;
            }
        })?;
        if let Some(trailer) = &walk.trailer {
            assign_entries(&mut fields, bytes, trailer);
        }
        let takes_several_copies = fields.iter().any(ParsedField::takes_several_copies);
        Ok(Self {
            fields: Arc::new(fields),
            identity: walk.trailer.map(|trailer| trailer.identity_range()),
            problem: walk.problem,
            too_many,
            takes_several_copies,
            decoded_identity: OnceLock::new(),
            sys_fields: OnceLock::new(),
        })
    }

    /// Refreshes the values of `image`, the first copy of the file, that take several copies.
    pub(super) fn read_consistent(
        &self,
        image: &mut FileImage,
        path: &Path,
        open: &OpenFile,
    ) -> Result<Unstable, ReadError> {
        if !self.takes_several_copies {
            return Ok(Unstable::new());
        }
        read_consistent(image, &self.fields, |range| open.copy_range(range, path))
    }

    /// Whether `new` differs from the bytes that were parsed in nothing but values: then all that is
    /// known of those holds for `new`. Puts the ranges of the fields that differ into `changed`.
    pub(super) fn has_same_structure(
        &self,
        parsed: &[u8],
        new: &[u8],
        changed: &mut Vec<Range<usize>>,
    ) -> bool {
        changed.clear();
        if self.problem.is_some() || parsed.len() != new.len() {
            return parsed == new;
        }
        // Few values change between two copies, so the fields of the others aren't even loaded.
        let mut behind = 0;
        while let Some(at) = first_difference(parsed, new, behind) {
            let number = self.fields.partition_point(|field| field.end() <= at);
            let Some(field) = self.fields.get(number) else { return false };
            let write_buffer = field.write_buffer_at();
            if at < write_buffer || !field.accepts_write_buffer(new[write_buffer]) {
                return false;
            }
            behind = field.end();
            changed.push(write_buffer..behind);
        }
        true
    }

    /// Whether two parsings found the same, whatever their values.
    pub(super) fn is_of_same_structure(&self, other: &Self) -> bool {
        self.fields == other.fields
            && self.identity == other.identity
            && self.problem == other.problem
    }

    /// The number of words that the values take.
    pub(super) fn word_count(&self) -> usize {
        self.fields.iter().map(words::count).sum()
    }

    /// The writer's identity in the bytes that were parsed.
    pub(super) fn identity(&self, bytes: &[u8]) -> Option<&Identity> {
        let decode = || Identity::decode(&bytes[self.identity.clone()?]);
        self.decoded_identity.get_or_init(decode).as_ref()
    }
}

/// The offset, from `at` on, of the first byte in which two copies of the same size differ.
fn first_difference(one: &[u8], other: &[u8], at: usize) -> Option<usize> {
    const BLOCK: usize = 256;
    const WORD: usize = 8;
    let blocks = one[at..].chunks(BLOCK).zip(other[at..].chunks(BLOCK));
    let mut blocks = blocks.zip((at..).step_by(BLOCK));
    let ((one, other), start) = blocks.find(|((one, other), _)| one != other)?;
    let words = one.as_chunks::<WORD>().0.iter().zip(other.as_chunks::<WORD>().0);
    let same = WORD * words.take_while(|(one, other)| one == other).count();
    let bytes = one[same..].iter().zip(&other[same..]);
    Some(start + same + bytes.take_while(|(one, other)| one == other).count())
}

/// Fields and entries are in the same order, so one pass over both matches them.
fn assign_entries(fields: &mut [ParsedField], bytes: &[u8], trailer: &Trailer<'_>) {
    let mut rest = fields;
    for entry in trailer.entries() {
        let offset = entry.field_offset();
        let Some(reached) = rest.iter().position(|field| field.offset() >= offset) else {
            break;
        };
        rest = &mut rest[reached..];
        let field = &mut rest[0];
        if field.offset() == offset && field.end() - offset == entry.field_size() {
            field.set_entry(&entry, bytes);
            rest = &mut rest[1..];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{
        DeclaredField, Identity, Kind, Layout, NewFile, SIZE_OF_SIZE, encode_footer,
    };
    use crate::read::StatsFile;

    fn counter(label: &str) -> DeclaredField {
        DeclaredField {
            unit: format!("{label}s").into(),
            help: format!("How many {label}.").into(),
            parameters: [1, 2],
            ..DeclaredField::zeroed(label, "Q", Kind::Counter)
        }
    }

    fn image(fields: &[DeclaredField]) -> NewFile {
        NewFile::compose(fields, &Identity::default(), Layout::Aligned, 0, 4096).unwrap()
    }

    #[test]
    fn every_field_has_its_entry() {
        let image = image(&["hit", "miss", "error"].map(counter));
        let parsed = Parsed::of(&image.bytes, usize::MAX).unwrap();
        for (field, label) in parsed.fields.iter().zip(["hit", "miss", "error"]) {
            let entry = field.entry(&image.bytes).unwrap();
            assert_eq!(field.label(&image.bytes), label.as_bytes());
            assert_eq!(entry.unit(), format!("{label}s"));
            assert_eq!(entry.help(), format!("How many {label}."));
            assert_eq!((entry.kind(), entry.parameters()), (Some(Kind::Counter), [1, 2]));
        }
    }

    /// A byte either belongs to a value, or it is a part of the structure.
    #[test]
    fn nothing_but_values_may_change_in_a_structure() {
        let fields = ["hit", "miss"].map(counter);
        let text =
            DeclaredField { buffered: false, ..DeclaredField::zeroed("t", "7s", Kind::Info) };
        let bytes = image(&[&fields[..], &[text]].concat()).bytes;
        let parsed = Parsed::of(&bytes, usize::MAX).unwrap();
        let is_value = |at: usize| {
            let mut fields = parsed.fields.iter();
            fields.any(|field| (field.value_at()..field.end()).contains(&at))
        };
        let is_write_buffer = |at| parsed.fields[..2].iter().any(|f| f.write_buffer_at() == at);
        let is_same = |new: &[u8]| {
            let mut changed = Vec::new();
            let is_same = parsed.has_same_structure(&bytes, new, &mut changed);
            let mut copy = bytes.clone();
            for range in changed {
                copy[range.clone()].copy_from_slice(&new[range]);
            }
            assert!(!is_same || copy == new, "all that has changed is known");
            is_same
        };
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            let expected = is_value(at) || is_write_buffer(at);
            assert_eq!(is_same(&changed), expected, "byte {at}");
            changed[at] ^= 0x81;
            assert_eq!(is_same(&changed), is_value(at), "byte {at}");
        }
        assert!(!is_same(&bytes[..bytes.len() - 1]));
    }

    /// A writer is adding a field: its entry is there but the field isn't visible yet, or the other
    /// way round.
    #[test]
    fn a_field_and_an_entry_without_the_other_disturb_nobody() {
        let fields = ["hit", "miss", "error"].map(counter);
        let whole = image(&fields);
        let known = |bytes: &[u8]| -> Vec<bool> {
            let parsed = Parsed::of(bytes, usize::MAX).unwrap();
            let known = |field: &ParsedField| field.entry(bytes).is_some();
            parsed.fields.iter().map(known).collect()
        };
        let mut without_field = whole.bytes.clone();
        let hidden = whole.fields[2].offset;
        without_field[hidden..hidden + SIZE_OF_SIZE].fill(0);
        assert_eq!(known(&without_field), [true, true]);

        let mut without_entry = image(&fields[..2]);
        let addition = without_entry.free_space.add(&fields[2]).unwrap();
        let label = addition.field.offset + SIZE_OF_SIZE;
        let bytes = &mut without_entry.bytes;
        bytes[label..addition.field.end].copy_from_slice(&addition.content);
        bytes[label - SIZE_OF_SIZE..label].copy_from_slice(&addition.label_size.to_ne_bytes());
        assert_eq!(known(bytes), [true, true, false]);
    }

    /// Found by the fuzzer: a file with a damaged identity showed kinds but was said to have no
    /// trailer, because the identity was checked in place of the trailer.
    #[test]
    fn an_index_stands_without_an_identity() {
        let image = image(&[counter("hit")]);
        let footer_size = encode_footer(&[], 0).len();
        let identity_size = Identity::default().encode().len();
        let mut bytes = image.bytes;
        bytes.truncate(bytes.len() - footer_size - identity_size);
        bytes.extend(encode_footer(&[], bytes.len()));
        let file = StatsFile::from_bytes("without identity", bytes).unwrap();
        assert!(file.has_trailer() && file.identity().is_none());
        assert_eq!(file.get("hit").unwrap().kind(), Some(Kind::Counter));
    }

    #[test]
    fn a_sequence_number_is_believed_only_where_there_is_room_for_one() {
        for (signature, expected) in [
            ("ddQ", true),
            ("64sQ", true),
            ("20Q", true),
            ("Q", false),
            ("Qd", false),
            // Padding, behind a text that is longer than it.
            ("17s0Q", false),
            ("17s000Q", false),
        ] {
            let timer = DeclaredField::zeroed("x", signature, Kind::Timer);
            let image = image(&[DeclaredField { sequenced: true, ..timer }]);
            let parsed = Parsed::of(&image.bytes, usize::MAX).unwrap();
            assert_eq!(parsed.fields[0].sequenced, expected, "{signature}");
        }
    }
}
