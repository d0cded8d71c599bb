//! `--history FILE`: what is polled is recorded in a file, from which answers about older times come.
//!
//! ```text
//!  polls --> RecordingFile: Recorder --> FILE
//!  FILE --> Recording --> steps, StepSums --> columns -.
//!               '-------> lives --> Programs: marks ----> Excerpt --> api
//! ```

mod columns;
mod file;
mod known;
mod opening;
mod past;
mod points;
mod programs;
mod sums;

pub use file::RecordingFile;
pub use known::KnownStats;
