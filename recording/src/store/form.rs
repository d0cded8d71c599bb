//! In which rows a span is.

/// In which rows a span is, as the column `form` of the table `spans` says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// In `recent`, and perhaps already in some blocks.
    #[allow(dead_code, reason = "a row begins with this number")]
    Polls = 0,
    /// In blocks and roll-ups.
    Blocks = 1,
    /// In roll-ups alone: it is older than its polls are kept.
    RollUps = 2,
    /// Wherever it is, all stays as long as the span: something is too large or damaged, so that it
    /// has no roll-up.
    Whole = 3,
}
