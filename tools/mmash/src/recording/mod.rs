//! `--history FILE`: what is polled is recorded in a file, from which answers about older times come.
//!
//! ```text
//!  polls --> RecordingFile: Recorder --> FILE --> Recording --> Columns --> api
//! ```

mod file;
mod opening;

pub use file::RecordingFile;
