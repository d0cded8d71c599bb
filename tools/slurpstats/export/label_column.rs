//! The column of labels in text.

/// Labels that take more columns stand out of it: one of 60 KiB would move all values away.
const MAX_WIDTH: usize = 100;

/// The width of a column with labels of these widths.
pub fn width_of(widths: impl Iterator<Item = usize>) -> usize {
    widths.filter(|&width| width <= MAX_WIDTH).max().unwrap_or(0)
}
