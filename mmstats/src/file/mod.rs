//! A stats file as the operating system sees it: its copy, its writer, its place, its end.
//!
//! Known by the side that publishes and by the side that reads, so that both judge a file in
//! the same way.

mod candidate;
mod claim;
mod copy;
mod error;
mod large;
mod life;
pub(crate) mod lock;
pub(crate) mod number;
pub(crate) mod places;
mod proc_stat;
mod process;
mod processes;
mod removal;
mod remove;
pub(crate) mod template;
mod walk;

pub(crate) use copy::{Copy, FileId, MAX_SIZE, Source};
pub(crate) use life::{Writer, judge};
pub(crate) use process::own_identity;
pub(crate) use walk::walk;

pub use error::{ReadError, ReadLimit};
pub use life::{Life, Verdict};
pub use places::is_stats_file_name;
pub use processes::Processes;
pub use removal::{Removal, RemoveError};
pub use remove::{remove_if_dead, would_remove};

#[cfg(test)]
mod testing {
    //! What the tests of several files need.

    use std::process::Command;
    use std::time::{Duration, Instant};

    /// A pid that is gone.
    pub(super) fn gone() -> u32 {
        let mut child = Command::new("true").spawn().unwrap();
        child.wait().unwrap();
        child.id()
    }

    /// Waits for a lock to be free. A test beside this one may be spawning a child, which has
    /// every descriptor, and so every lock, until it runs its program.
    pub(super) fn eventually(mut is_so: impl FnMut() -> bool) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !is_so() {
            assert!(Instant::now() < deadline, "still not so");
            std::thread::yield_now();
        }
    }
}
