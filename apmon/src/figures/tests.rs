//! What is found in trees of files, and in the packets of it.

mod cases;
mod expected;
mod hostile_names;
mod machine;
mod originals;
mod switches;
