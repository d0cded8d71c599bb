//! What the page shows of each poll, as the stream sends it.

mod rows;
mod unpublished;

pub use rows::{Figures, Rows, value_of};
pub use unpublished::Unpublished;
