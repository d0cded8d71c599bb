//! Recordings of a thousand files, through clocks that nobody waits for.

mod hour;
mod load;
mod played;

pub use hour::{day, hour};
pub use load::{FILES, Load, Programs};
pub use played::{Played, Took, processor_time};
