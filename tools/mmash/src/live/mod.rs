//! What the page shows of each poll, as the stream sends it.

mod rows;
mod unpublished;
mod values;

pub use rows::Rows;
pub use unpublished::Unpublished;
pub use values::{Values, values_of};
