//! What the page draws, kept for an hour of polls: a page that is opened later, or reloaded, isn't
//! empty.
//!
//! ```text
//!  totals of a poll --> Numbers --> History: Keys, which number of a row is which
//!                                         '-> Ring of Rows --> Excerpt --> api
//! ```

mod column;
mod excerpt;
mod keys;
mod marks;
mod numbers;
mod points;
mod recorder;
mod ring;
mod row;
mod step;
mod sums;
#[cfg(test)]
mod tests;

pub use column::Column;
pub use excerpt::{Excerpt, Of, Query, StatExcerpt};
pub use marks::{Mark, What};
pub use numbers::{Numbers, is_counter_of_one};
pub use recorder::{History, Recorded};
pub use sums::Sums as NameSums;
