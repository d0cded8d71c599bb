//! The numbers that are kept of a stat, and how two neighbours become one.

/// What a stat has at a point where no file has it. Unlike NaN, which says that there is no number, it
/// is not filled by a neighbour: no line leads across it.
pub const GAP: f32 = f32::from_bits(0x7fc0_0001);

/// A number that is kept of a stat at each point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// The value over all files.
    Value,
    /// The least of the values, if files differ.
    Least,
    /// The greatest of them.
    Greatest,
    /// Of timers and averages: the mean of what is new.
    Mean,
    /// What was counted, a second.
    Rate,
    /// Of histograms: the percentiles of what is new.
    P50,
    /// 90 % are at most this.
    P90,
    /// 99 % are at most this.
    P99,
    /// The greatest.
    Max,
}

impl Column {
    /// All, in the order of their numbers.
    pub const ALL: [Self; 9] = [
        Self::Value,
        Self::Least,
        Self::Greatest,
        Self::Mean,
        Self::Rate,
        Self::P50,
        Self::P90,
        Self::P99,
        Self::Max,
    ];

    /// Its name in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Value => "value",
            Self::Least => "least",
            Self::Greatest => "greatest",
            Self::Mean => "mean",
            Self::Rate => "rate",
            Self::P50 => "p50",
            Self::P90 => "p90",
            Self::P99 => "p99",
            Self::Max => "max",
        }
    }

    /// Whether it says what is, and not what is new: without one of these there is a gap.
    pub const fn is_present_value(self) -> bool {
        matches!(self, Self::Value | Self::Least | Self::Greatest)
    }

    /// One number for two neighbours, each with the time that it is about, in seconds. Counts add
    /// up, so rates are weighted by time; the least and the greatest stay so; else the later counts.
    pub fn merge(self, (earlier, before): (f32, f32), (later, after): (f32, f32)) -> f32 {
        if is_gap(earlier) || is_gap(later) {
            return GAP;
        }
        if later.is_nan() {
            return earlier;
        }
        match self {
            _ if earlier.is_nan() => later,
            Self::Rate if before > 0.0 && after > 0.0 => {
                earlier.mul_add(before, later * after) / (before + after)
            }
            Self::Least => earlier.min(later),
            Self::Greatest | Self::Max => earlier.max(later),
            _ => later,
        }
    }
}

/// Whether it is a [`GAP`].
pub const fn is_gap(number: f32) -> bool {
    number.to_bits() == GAP.to_bits()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_become_one() {
        let merged = |column: Column, earlier, later| column.merge((earlier, 1.0), (later, 3.0));
        for (column, earlier, later, expected) in [
            (Column::Rate, 4.0, 8.0, 7.0),
            (Column::Least, 4.0, 8.0, 4.0),
            (Column::Least, 8.0, 4.0, 4.0),
            (Column::Greatest, 8.0, 4.0, 8.0),
            (Column::Max, 8.0, f32::INFINITY, f32::INFINITY),
            (Column::Value, 8.0, 4.0, 4.0),
            (Column::Mean, 8.0, 4.0, 4.0),
            (Column::P50, f32::NAN, 4.0, 4.0),
            (Column::P99, 8.0, f32::NAN, 8.0),
        ] {
            assert_eq!(merged(column, earlier, later), expected, "{column:?} {earlier} {later}");
        }
        for column in Column::ALL {
            assert!(merged(column, f32::NAN, f32::NAN).is_nan());
            assert!(is_gap(merged(column, GAP, 1.0)) && is_gap(merged(column, 1.0, GAP)));
        }
        assert_eq!(Column::Rate.merge((4.0, f32::NAN), (8.0, 1.0)), 8.0, "of no known time");
    }
}
