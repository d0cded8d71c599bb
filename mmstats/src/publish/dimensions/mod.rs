//! Sets of dimensions, as programs have them: structs, enums, pairs.

#![allow(
    clippy::inline_always,
    reason = "a call costs more than what it does, and loses what is known of a value at compile time"
)]

mod bytes;
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
pub use set::{Dimensions, Visitor};
pub use value::{DimensionRef, DimensionValue};
