//! What is published and read together.

mod interleavings;
