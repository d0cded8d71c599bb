//! What the page shows of each poll, as the stream sends it.

mod difference;
mod names;
mod row;
mod rows;
mod stream;
mod unpublished;
mod values;

pub use rows::News;
pub use stream::LiveStream;
pub use unpublished::Unpublished;
pub use values::{Values, values_of};
