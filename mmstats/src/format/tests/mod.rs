//! The format as a whole, against its specification.

mod dimensions;
mod example;
mod notes;
mod page;
