//! A stats file as the operating system sees it: its bytes, its writer, its location, its removal.
//!
//! Shared by the publishing and the reading side, so that both judge a file the same way.

mod candidate;
mod error;
pub(crate) mod file_names;
mod image;
mod large;
mod life;
pub(crate) mod locations;
pub(crate) mod lock;
mod open_file;
mod own_process;
mod owners;
mod proc_stat;
mod processes;
mod removal;
mod remove;
mod remove_options;
pub(crate) mod template;
mod walk;
mod writer_info;

pub(crate) use image::FileImage;
pub(crate) use life::{Writer, judge};
pub(crate) use open_file::{FileId, Inode, LARGEST, MAX_SIZE, OpenFile};
pub(crate) use own_process::own_identity;
pub(crate) use owners::Owners;
pub(crate) use walk::walk;

pub use error::{ReadError, ReadLimit};
pub use file_names::is_stats_file_name;
pub use life::{Life, Verdict};
pub use processes::Processes;
pub use removal::{Removal, RemoveError};
pub use remove::{remove_if_dead, would_remove};
pub use remove_options::RemoveOptions;

#[cfg(test)]
mod testing {
    //! Helpers shared by tests.

    use std::process::Command;
    use std::time::{Duration, Instant};

    /// A pid that is gone.
    pub(super) fn gone() -> u32 {
        let mut child = Command::new("true").spawn().unwrap();
        child.wait().unwrap();
        child.id()
    }

    /// Waits until a lock is free. A parallel test may be spawning a child, which has every
    /// descriptor, and so every lock, until it runs its program.
    pub(super) fn eventually(mut is_so: impl FnMut() -> bool) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !is_so() {
            assert!(Instant::now() < deadline, "still not so");
            std::thread::yield_now();
        }
    }
}
