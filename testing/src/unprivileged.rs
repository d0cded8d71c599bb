//! Code that may not do everything with files, also if the tests are run by root.

use std::panic::resume_unwind;
use std::thread;

use nix::unistd::{Gid, Uid, geteuid, setfsgid, setfsuid};

use crate::required::requires;

/// Who owns no files.
const NOBODY: u32 = 65_534;

/// Runs this in a thread to which files' permissions apply; `None` if that isn't possible: the test is
/// skipped.
pub fn unprivileged<T: Send>(run: impl FnOnce() -> T + Send) -> Option<T> {
    let run = || {
        if geteuid().is_root() {
            // Of this thread alone. Without it, root's capabilities for files are gone.
            setfsgid(Gid::from_raw(NOBODY));
            setfsuid(Uid::from_raw(NOBODY));
            // The first call doesn't say whether it succeeded.
            let now = setfsuid(Uid::from_raw(NOBODY));
            if !requires(now.as_raw() == NOBODY, "root can't be another user here") {
                return None;
            }
        }
        Some(run())
    };
    let ended = thread::scope(|scope| scope.spawn(run).join());
    ended.unwrap_or_else(|panic| resume_unwind(panic))
}
