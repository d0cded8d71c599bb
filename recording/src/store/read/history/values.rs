//! Words as numbers.

use crate::summary::{Summary, WordKind};

/// The number that a word is; `None` if it is none.
pub fn number(kind: WordKind, word: u64) -> Option<f64> {
    match kind {
        WordKind::Other => None,
        WordKind::Count | WordKind::Unsigned => Some(word as f64),
        WordKind::Signed => Some(word.cast_signed() as f64),
        WordKind::Float32 => Some(f32::from_bits(word as u32).into()),
        WordKind::Float64 => Some(f64::from_bits(word)),
    }
}

/// The least and the greatest number of a summary, where the last one is known.
pub fn extremes(summary: &Summary, last: u64) -> Option<(f64, f64)> {
    match *summary {
        Summary::Other => None,
        // A count only grows.
        Summary::Count { increase, .. } => {
            Some((last.saturating_sub(increase) as f64, last as f64))
        }
        Summary::Unsigned { least, greatest, .. } => Some((least as f64, greatest as f64)),
        Summary::Signed { least, greatest, .. } => Some((least as f64, greatest as f64)),
        Summary::Float32 { least, greatest, .. } => Some((least.into(), greatest.into())),
        Summary::Float64 { least, greatest, .. } => Some((least, greatest)),
    }
}

/// The first value in a roll-up, if what it is allows to say that.
pub fn first(summary: &Summary, last: u64) -> Option<u64> {
    match *summary {
        Summary::Count { increase, .. } => Some(last.wrapping_sub(increase)),
        // Totals only grow.
        Summary::Float64 { least, .. } => Some(least.to_bits()),
        _ => None,
    }
}
