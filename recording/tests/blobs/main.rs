//! The blobs of recordings: random and adversarial values, their sizes, the worked examples.

mod page;
mod random;
mod sequences;
mod sizes;
mod spec;
