//! Figures of trees of files, and what is in the packets of them.

mod cases;
mod expected;
mod hostile_names;
mod machine;
mod originals;
mod switches;
