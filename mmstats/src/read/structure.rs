//! The structure of a file: its bytes without values, free space and writer.

use super::parsed::Parsed;
use super::parsed_field::ParsedField;
use crate::format::{FIRST_FIELD, FormatError, SIZE_OF_SIZE, load_u16, replace_identity};

/// The structure of a file of these bytes, which is a stats file itself.
///
/// Only in a hostile file does the structure depend on a value, such as a field of an unknown type
/// whose size is in an index entry within another value. Of such a file all bytes are structure.
pub(super) fn structure(parsed: &Parsed, bytes: &[u8]) -> Vec<u8> {
    let structure = without_values(parsed, bytes);
    let again = Parsed::of(&structure, usize::MAX);
    if again.is_ok_and(|again| again.is_of_same_structure(parsed)) {
        structure
    } else {
        bytes.to_vec()
    }
}

/// Copies what is kept into zeros.
fn without_values(parsed: &Parsed, bytes: &[u8]) -> Vec<u8> {
    let mut structure = vec![0; bytes.len()];
    let mut keep = |start: usize, end: usize| {
        structure[start..end].copy_from_slice(&bytes[start..end]);
    };
    keep(0, FIRST_FIELD);
    for field in parsed.fields.iter() {
        keep(field.offset(), field.value_at());
    }
    if let Some(problem) = &parsed.problem {
        let start = parsed.fields.last().map_or(FIRST_FIELD, ParsedField::end);
        keep(start, end_of_problem(problem, bytes).max(start));
    }
    if let Some(identity) = parsed.identity.clone() {
        // What lies in front of it is free space, or is becoming a field.
        let entries = parsed.fields.iter().filter_map(ParsedField::entry_at);
        keep(entries.min().unwrap_or(identity.start), identity.start);
        keep(identity.end, bytes.len());
        let nobody = vec![0; identity.len()];
        replace_identity(&mut structure, identity, &nobody);
    }
    for field in parsed.fields.iter().filter(|field| field.buffered) {
        structure[field.write_buffer_at()] = 1;
    }
    structure
}

/// The end of the bytes that say why the fields broke off: the values behind them may change.
fn end_of_problem(problem: &FormatError, bytes: &[u8]) -> usize {
    let end = match problem {
        FormatError::HeaderPastEnd { offset, .. } | FormatError::WriteBuffer { offset, .. } => {
            offset + 1
        }
        FormatError::ValuePastEnd { offset, .. } => *offset,
        FormatError::Signature { offset, .. } => {
            offset + signature_size(bytes, *offset).unwrap_or_default()
        }
        _ => bytes.len(),
    };
    end.min(bytes.len())
}

/// The size of the signature at this offset, which stands in front of it.
fn signature_size(bytes: &[u8], offset: usize) -> Option<usize> {
    load_u16(bytes, offset.checked_sub(SIZE_OF_SIZE)?).map(usize::from)
}
