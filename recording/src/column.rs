//! The values of one word, one after the other, in the shortest of four forms.
//!
//! Integers, floats' bits, dates and buckets are coded alike. All arithmetic is modulo 2^64.

use mmstats_sqlite::varint;

use crate::bits;
use crate::error::{BlobError, Expected};
use crate::packing::{Packed, Packing};
use crate::reader::Reader;

/// The most values of a column: one before the first of 60 polls, and one of each.
pub const MOST_VALUES: usize = 61;

/// The forms, in the lowest two bits of a column's first byte.
const DIFFERENCES: u8 = 0;
const OF_DIFFERENCES: u8 = 1;
const VARINTS: u8 = 2;
const CHANGES: u8 = 3;

/// Appends a column.
///
/// # Panics
///
/// If there is no value, or more than [`MOST_VALUES`].
pub fn encode(values: &[u64], into: &mut Vec<u8>) {
    let count = values.len() - 1;
    let mut scratch = [0; MOST_VALUES];
    let differences = &mut scratch[..count];
    differentiate(values, differences);
    let mut second = [0; MOST_VALUES];
    // The last difference has no successor.
    let second = &mut second[..count.saturating_sub(1)];
    let as_words: &[i64] = differences;
    for (at, pair) in as_words.windows(2).enumerate() {
        second[at] = pair[1].wrapping_sub(pair[0]);
    }
    let mut steps = [0; MOST_VALUES];
    let steps = nonzero(differences, &mut steps);
    let varints = differences.iter().map(|it| varint::size(varint::zigzag(*it))).sum();
    let [once, twice, changes] = [&*differences, second, steps].map(Packed::of);
    let start = differences.first().copied().unwrap_or(0);
    // What each form takes beside the first byte and the first value; the shorter code comes first.
    let sizes = [
        (varints, VARINTS),
        (1 + once.size(count), DIFFERENCES),
        (1 + varint::size(varint::zigzag(start)) + twice.size(second.len()), OF_DIFFERENCES),
        (1 + bits::size(count, 1) + changes.size(steps.len()), CHANGES),
    ];
    let (_, form) = sizes.into_iter().min_by_key(|(size, _)| *size).expect("there are four");
    let head = |packed: &Packed| [form | (packed.zeros as u8) << 2, packed.width as u8];
    let value = values[0] as i64;
    match form {
        VARINTS => {
            into.push(form);
            varint::put_signed(into, value);
            for difference in differences {
                varint::put_signed(into, *difference);
            }
        }
        DIFFERENCES => {
            into.extend(head(&once));
            varint::put_signed(into, value);
            once.append(differences, into);
        }
        OF_DIFFERENCES => {
            into.extend(head(&twice));
            varint::put_signed(into, value);
            varint::put_signed(into, start);
            twice.append(second, into);
        }
        _ => {
            into.extend(head(&changes));
            varint::put_signed(into, value);
            bits::pack(differences.iter().map(|it| u64::from(*it != 0)), 1, into);
            changes.append(steps, into);
        }
    }
}

/// What isn't 0.
fn nonzero<'a>(numbers: &[i64], into: &'a mut [i64]) -> &'a [i64] {
    let mut count = 0;
    for number in numbers.iter().filter(|number| **number != 0) {
        into[count] = *number;
        count += 1;
    }
    &into[..count]
}

fn differentiate(values: &[u64], into: &mut [i64]) {
    for (difference, pair) in into.iter_mut().zip(values.windows(2)) {
        *difference = pair[1].wrapping_sub(pair[0]) as i64;
    }
}

/// Reads as many values as `into` has.
///
/// # Errors
///
/// If the bytes are no such column, or more than one.
pub fn decode(mut from: Reader<'_>, into: &mut [u64]) -> Result<(), BlobError> {
    let offset = from.offset();
    let head = from.u8("form")?;
    let (form, zeros) = (head & 3, u32::from(head >> 2));
    if form == VARINTS && zeros > 0 {
        return Err(BlobError::new(offset, "trailing zeros", zeros.into(), Expected::Exactly(0)));
    }
    let packed = match form {
        VARINTS => Packing::default(),
        _ => Packing::read(&mut from, zeros)?,
    };
    let (first, rest) = into.split_first_mut().expect("a column has a value");
    *first = from.signed("first value")? as u64;
    match form {
        VARINTS => {
            for next in &mut *rest {
                *next = from.signed("difference")? as u64;
            }
        }
        DIFFERENCES => packed.numbers(&mut from, rest.len(), rest.iter_mut())?,
        OF_DIFFERENCES => {
            let start = from.signed("first difference")? as u64;
            if let Some((first, rest)) = rest.split_first_mut() {
                *first = start;
                packed.numbers(&mut from, rest.len(), rest.iter_mut())?;
                add_up(start, rest);
            }
        }
        _ => {
            bits::unpack(&mut from, 1, rest.len(), rest.iter_mut())?;
            let count = rest.iter().filter(|changed| **changed == 1).count();
            packed.numbers(&mut from, count, rest.iter_mut().filter(|changed| **changed == 1))?;
        }
    }
    from.end("column")?;
    add_up(*first, rest);
    Ok(())
}

/// Makes values of differences.
fn add_up(mut value: u64, differences: &mut [u64]) {
    for difference in differences {
        value = value.wrapping_add(*difference);
        *difference = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(values: &[u64]) -> Vec<u8> {
        let mut bytes = Vec::new();
        encode(values, &mut bytes);
        let mut found = vec![0; values.len()];
        decode(Reader::new(&bytes), &mut found).unwrap();
        assert_eq!(found, values);
        bytes
    }

    #[test]
    fn the_shortest_form_is_taken() {
        // Alternating steps: packed in a bit each.
        let steps: Vec<_> = (0..61).map(|at| at * 3000 + (at % 2) * 512).collect();
        let bytes = encoded(&steps);
        assert_eq!((bytes[0] & 3, bytes.len()), (DIFFERENCES, 2 + 1 + 2 + 60_usize.div_ceil(8)));
        assert_eq!((bytes[0] >> 2, bytes[1]), (10, 1), "what all differences lack isn't packed");
        // A speed that grows evenly: nothing to pack.
        let speeding: Vec<_> = (0..61).map(|at| at * at * 100_000).collect();
        let bytes = encoded(&speeding);
        assert_eq!((bytes[0] & 3, bytes.len()), (OF_DIFFERENCES, 2 + 1 + 3 + 3));
        // A value that changes now and then: a bit a poll, and the changes.
        let rare: Vec<_> = (0..61).map(|at| (at / 6) * (at / 6 % 3) * 1000).collect();
        let bytes = encoded(&rare);
        assert_eq!(bytes[0] & 3, CHANGES);
        // Below 0: as short as above.
        assert_eq!(encoded(&[-5_i64 as u64; 61]).len(), 2 + 1 + 1);
        // Small steps and a large one.
        let mut outlier: Vec<_> = (0..61).map(|at| at * (at % 3)).collect();
        outlier[30..].iter_mut().for_each(|value| *value += 1 << 60);
        let bytes = encoded(&outlier);
        assert_eq!((bytes[0], bytes.len() < 90), (VARINTS, true));
    }

    #[test]
    fn the_whole_range_comes_back() {
        for count in 2..=MOST_VALUES {
            encoded(&vec![u64::MAX; count]);
            encoded(&(0..count).map(|at| (at as u64 % 2).wrapping_neg()).collect::<Vec<_>>());
            encoded(&(0..count).map(|at| (at as u64) << 63).collect::<Vec<_>>());
            encoded(&(0..count).map(|at| (at as u64).wrapping_sub(7)).collect::<Vec<_>>());
            let extremes = [0, i64::MAX as u64, i64::MIN as u64, u64::MAX, 1];
            encoded(&extremes.iter().copied().cycle().take(count).collect::<Vec<_>>());
        }
    }

    #[test]
    fn what_is_no_column_is_an_error() {
        for (bytes, message) in [
            (&[0b110, 0][..], "offset 0: trailing zeros is 1, expected 0"),
            (&[0b100, 64, 0, 0], "offset 1: width is 64, expected at most 63"),
            (&[0, 64, 0, 0, 1], "offset 4: bits: 1 bytes are left, expected 16"),
            (&[0, 0, 0, 0, 9], "offset 4: column: 1 bytes are left, expected 0"),
            (
                &[2, 0, 2],
                "offset 3: difference is cut short or too large, expected a number of at most 10 bytes, below 2^64",
            ),
        ] {
            let error = decode(Reader::new(bytes), &mut [0; 3]).unwrap_err();
            assert_eq!(error.to_string(), message);
        }
    }
}
