//! The blobs of recordings: random and adversarial values, their sizes, the worked examples.

mod random;
mod sequences;
mod sizes;
