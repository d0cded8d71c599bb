//! What is new between updates.

mod clocks;
mod counting;
mod gaps;
mod labels;
mod made;
mod moves;
mod totals;
