//! In which rows a span is.

/// In which rows a span is, as the column `form` of the table `spans` says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// In `recent`, and perhaps already in some blocks.
    Polls = 0,
    /// In blocks and roll-ups.
    Blocks = 1,
    /// In roll-ups alone: it is older than its polls are kept.
    RollUps = 2,
    /// Wherever it is, all stays as long as the span: something is too large or damaged, so that it
    /// has no roll-up.
    Whole = 3,
}

impl Form {
    /// `None` if there is no such number.
    pub fn from_number(number: i64) -> Option<Self> {
        let all = [Self::Polls, Self::Blocks, Self::RollUps, Self::Whole];
        all.into_iter().find(|form| *form as i64 == number)
    }
}
