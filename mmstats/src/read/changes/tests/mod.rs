//! What is new between updates.

mod counting;
mod source;
