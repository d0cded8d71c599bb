//! Sets of dimensions, as programs have them: structs, enums, pairs.

mod every;
mod hasher;
mod key;
mod pairs;
mod set;
mod value;

pub use every::{EveryCombination, EveryValue};
pub use hasher::Hasher;
pub use key::Key;
pub use pairs::Pairs;
pub use set::Dimensions;
pub use value::{DimensionRef, DimensionValue};
