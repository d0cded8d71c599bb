//! Means, as half of their bits.

use crate::error::BlobError;
use crate::reader::Reader;

/// Appends the upper half of a mean's bits, rounded.
pub fn put(mean: f64, into: &mut Vec<u8>) {
    // Rounding up may make the greatest number infinite, but no number, nor infinity, a NaN.
    let bits = if mean.is_finite() { mean.to_bits() + (1 << 31) } else { mean.to_bits() };
    into.extend(((bits >> 32) as u32).to_le_bytes());
}

/// Reads the mean of values, beyond which rounding may have put it.
pub fn read(from: &mut Reader<'_>, least: f64, greatest: f64) -> Result<f64, BlobError> {
    let half = from.array("mean").map(u32::from_le_bytes)?;
    let mean = f64::from_bits(u64::from(half) << 32);
    Ok(if mean.is_nan() { mean } else { mean.max(least).min(greatest) })
}
