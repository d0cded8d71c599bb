//! Executions of one key in a blob, sorted by time.
//!
//! ```text
//! for each: timestamp, the difference of its float's bits to the one before   varint
//!           number, the difference to the one before                          varint, signed
//!           execution time                                                    8 bytes
//!           token                                                             varint
//!           length of the further fields, and these                           varint, bytes
//! ```
//!
//! What precedes the first one is stored beside the blob. An execution takes some 15 bytes, a row of
//! a table 34, and a thousand executions are written in the time of twenty rows.

use std::str;

use mmstats_sqlite::{Damaged, varint};

/// An execution of a key in the database. `X` holds its further fields.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row<X> {
    pub timestamp: f64,
    /// Number of executions before it since the database was created.
    pub number: i64,
    pub execution_time: f64,
    /// The token's id.
    pub token: i64,
    pub extra: Option<X>,
}

/// Appends rows up to a limit of bytes, but at least one; returns how many. The first is relative
/// to this timestamp and number.
pub fn encode<'a, X: AsRef<str> + 'a>(
    rows: impl Iterator<Item = &'a Row<X>>,
    (timestamp, mut number): (f64, i64),
    limit: usize,
    into: &mut Vec<u8>,
) -> usize {
    let end = into.len() + limit;
    let mut time = timestamp.to_bits();
    let mut count = 0;
    for row in rows {
        let bits = row.timestamp.to_bits();
        varint::put(into, bits.wrapping_sub(time));
        varint::put_signed(into, row.number.wrapping_sub(number));
        into.extend(row.execution_time.to_le_bytes());
        varint::put(into, row.token as u64);
        let extra = row.extra.as_ref().map_or("", X::as_ref);
        varint::put(into, extra.len() as u64);
        into.extend(extra.as_bytes());
        (time, number) = (bits, row.number);
        count += 1;
        if into.len() >= end {
            break;
        }
    }
    count
}

/// The rows of a blob.
#[derive(Debug)]
pub struct Rows<'a> {
    bytes: &'a [u8],
    time: u64,
    number: i64,
}

impl<'a> Rows<'a> {
    /// The first row is relative to this timestamp and number.
    pub fn of(bytes: &'a [u8], (timestamp, number): (f64, i64)) -> Self {
        Self { bytes, time: timestamp.to_bits(), number }
    }

    fn row(&mut self) -> Option<Row<&'a str>> {
        let bytes = &mut self.bytes;
        self.time = self.time.wrapping_add(varint::take(bytes)?);
        self.number = self.number.wrapping_add(varint::take_signed(bytes)?);
        let (execution_time, rest) = bytes.split_first_chunk()?;
        *bytes = rest;
        let token = varint::take(bytes)? as i64;
        let length = varint::take(bytes)?;
        let (extra, rest) = bytes.split_at_checked(length as usize)?;
        *bytes = rest;
        let extra = if extra.is_empty() { None } else { Some(str::from_utf8(extra).ok()?) };
        Some(Row {
            timestamp: f64::from_bits(self.time),
            number: self.number,
            execution_time: f64::from_le_bytes(*execution_time),
            token,
            extra,
        })
    }
}

impl<'a> Iterator for Rows<'a> {
    type Item = Result<Row<&'a str>, Damaged>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.bytes.is_empty() {
            return None;
        }
        let row = self.row();
        if row.is_none() {
            self.bytes = &[];
        }
        Some(row.ok_or(Damaged))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: (f64, i64) = (1_413_404_125.0, 7);

    fn rows() -> Vec<Row<&'static str>> {
        let row = |timestamp, number, extra| Row {
            timestamp,
            number,
            execution_time: 0.031_948_089_599_609_375,
            token: number % 3,
            extra,
        };
        vec![
            row(1_413_404_125.0, 7, None),
            row(1_413_404_125.0, 900, Some(r#"{"customer":42}"#)),
            row(1_413_404_125.25, 3, None),
            row(1_413_404_184.9, i64::MAX, Some("{}")),
        ]
    }

    #[test]
    fn rows_are_decoded_as_they_were_encoded() {
        let mut bytes = Vec::new();
        assert_eq!(encode(rows().iter(), BEFORE, usize::MAX >> 1, &mut bytes), 4);
        let found: Result<Vec<_>, _> = Rows::of(&bytes, BEFORE).collect();
        assert_eq!(found, Ok(rows()));
    }

    #[test]
    fn a_blob_that_is_cut_within_a_row_is_damaged() {
        let mut bytes = Vec::new();
        encode(rows().iter(), BEFORE, usize::MAX >> 1, &mut bytes);
        let whole =
            (0..bytes.len()).filter(|end| Rows::of(&bytes[..*end], BEFORE).all(|it| it.is_ok()));
        // Empty, and after the first, the second and the third.
        assert_eq!(whole.count(), 4);
    }

    #[test]
    fn a_blob_has_a_bounded_size_and_one_row_at_least() {
        let mut bytes = Vec::new();
        assert_eq!(encode(rows().iter(), BEFORE, 1, &mut bytes), 1);
        assert_eq!(encode(rows()[1..].iter(), BEFORE, 20, &mut bytes), 1);
    }

    #[test]
    fn a_call_a_millisecond_takes_fifteen_bytes() {
        let row = |number| Row::<&str> {
            timestamp: 1.795e9 + number as f64 / 1e3,
            number,
            execution_time: 0.001,
            token: 1,
            extra: None,
        };
        let rows: Vec<_> = (0..1_000).map(row).collect();
        let mut bytes = Vec::new();
        encode(rows.iter(), BEFORE, usize::MAX >> 1, &mut bytes);
        assert!(bytes.len() < 15_000, "{}", bytes.len());
    }
}
