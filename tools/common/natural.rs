//! The order in which people look for names: `c2` before `c10`.

use std::cmp::Ordering;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Compares texts with every run of digits as one number.
pub fn compare(one: &[u8], other: &[u8]) -> Ordering {
    let (mut left, mut right) = (one, other);
    while let (Some(a), Some(b)) = (left.first(), right.first()) {
        let order = if a.is_ascii_digit() && b.is_ascii_digit() {
            let (a, b) = (take_number(&mut left), take_number(&mut right));
            // Of any length, so they don't become integers.
            a.len().cmp(&b.len()).then_with(|| a.cmp(b))
        } else {
            (left, right) = (&left[1..], &right[1..]);
            a.cmp(b)
        };
        if order.is_ne() {
            return order;
        }
    }
    // `01` and `1` are the same number and not the same text.
    left.len().cmp(&right.len()).then_with(|| one.cmp(other))
}

/// Compares paths in the same way.
pub fn compare_paths(one: &Path, other: &Path) -> Ordering {
    compare(one.as_os_str().as_bytes(), other.as_os_str().as_bytes())
}

/// Takes the digits that a text begins with, and gives them without leading zeros.
fn take_number<'a>(text: &mut &'a [u8]) -> &'a [u8] {
    let end = text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    *text = rest;
    let zeros = digits.iter().take_while(|&&digit| digit == b'0').count();
    &digits[zeros..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_numbers() {
        let sorted = [
            "",
            "0",
            "00",
            "01",
            "1",
            "9",
            "10",
            "99999999999999999999999",
            "100000000000000000000000",
            "c",
            "c-1",
            "c1",
            "c2",
            "c2.10",
            "c10",
            "c10.2",
            "c10.9",
            "c10.10",
            "cc1",
            "ä",
        ];
        for (at, one) in sorted.iter().enumerate() {
            for (index, other) in sorted.iter().enumerate() {
                let order = compare(one.as_bytes(), other.as_bytes());
                assert_eq!(order, at.cmp(&index), "{one:?} {other:?}");
            }
        }
    }
}
