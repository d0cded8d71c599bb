//! Whole files as the reader sees them.

mod bad_files;
mod vectors;
