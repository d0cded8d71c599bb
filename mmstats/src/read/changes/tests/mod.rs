//! What is new between updates.

mod clocks;
mod counting;
mod labels;
mod made;
mod moves;
mod totals;
