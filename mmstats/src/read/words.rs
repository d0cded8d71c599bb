//! The values of a file as 64-bit words.
//!
//! Every value is whole words, in the order of the chain: the half that readers take, without its
//! sequence number. A number of fewer bytes is sign- or zero-extended, so that a difference of two
//! words is one of the numbers; the last word of anything else is filled up with zeros.

use super::parsed_field::ParsedField;
use crate::format::ByteOrder;
use crate::format::integer::{signed, unsigned};

const WORD: usize = size_of::<u64>();

/// How many words the value takes.
pub(super) fn count(field: &ParsedField) -> usize {
    field.shown_size().div_ceil(WORD)
}

/// Appends the values in `bytes`, a whole file.
pub(super) fn append(fields: &[ParsedField], bytes: &[u8], words: &mut Vec<u64>) {
    words.reserve(fields.len());
    for field in fields {
        let value = field.shown_value(bytes);
        if let Ok(word) = value.try_into() {
            words.push(u64::from_ne_bytes(word));
        } else if let Some(code) = field.single {
            words.push(extended(code, value));
        } else {
            let (whole, rest) = value.as_chunks();
            words.extend(whole.iter().map(|word| u64::from_ne_bytes(*word)));
            if !rest.is_empty() {
                let mut word = [0; WORD];
                word[..rest.len()].copy_from_slice(rest);
                words.push(u64::from_ne_bytes(word));
            }
        }
    }
}

/// A number of fewer bytes than a word has.
fn extended(code: u8, value: &[u8]) -> u64 {
    match code {
        b'b' | b'h' | b'i' | b'l' | b'n' => signed(value, ByteOrder::NATIVE).cast_unsigned(),
        _ => unsigned(value, ByteOrder::NATIVE),
    }
}

/// Stores the values where readers of `bytes`, a whole file, take them. There must be as many words
/// as the fields have; bits for which a value has no room are dropped.
pub(super) fn store(fields: &[ParsedField], words: &[u64], bytes: &mut [u8]) {
    let mut rest = words;
    for field in fields {
        let (own, behind) = rest.split_at(count(field));
        rest = behind;
        let value = field.shown_range(bytes);
        for (part, word) in bytes[value].chunks_mut(WORD).zip(own) {
            store_word(field, *word, part);
        }
    }
}

/// Stores single words, by their numbers: quickest if these ascend.
///
/// # Errors
///
/// Returns the first number that the fields don't have. The words before it are stored.
pub(super) fn store_some(
    fields: &[ParsedField],
    words: impl IntoIterator<Item = (u32, u64)>,
    bytes: &mut [u8],
) -> Result<(), usize> {
    // The fields from that of the last word on, and the number of its first word.
    let (mut rest, mut start) = (fields, 0);
    for (number, word) in words {
        let number = number as usize;
        if number < start {
            (rest, start) = (fields, 0);
        }
        let field = loop {
            let (field, behind) = rest.split_first().ok_or(number)?;
            let end = start + count(field);
            if number < end {
                break field;
            }
            (rest, start) = (behind, end);
        };
        let value = field.shown_range(bytes);
        let at = value.start + (number - start) * WORD;
        store_word(field, word, &mut bytes[at..value.end.min(at + WORD)]);
    }
    Ok(())
}

/// Stores a word of a value in its part of the bytes, which may be shorter.
fn store_word(field: &ParsedField, word: u64, part: &mut [u8]) {
    if let Ok(part) = <&mut [u8; WORD]>::try_from(&mut *part) {
        *part = word.to_ne_bytes();
        return;
    }
    let (word, unused) = (word.to_ne_bytes(), WORD - part.len());
    let is_number = field.single.is_some();
    let at = if is_number && ByteOrder::NATIVE == ByteOrder::Big { unused } else { 0 };
    part.copy_from_slice(&word[at..at + part.len()]);
}
