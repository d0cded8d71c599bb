//! The format as a whole, against its specification.

mod example;
