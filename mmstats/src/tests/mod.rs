//! Publishing and reading together.

mod interleavings;
