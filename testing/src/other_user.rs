//! Files of another user.

use std::os::unix::fs::lchown;
use std::path::Path;

use nix::unistd::geteuid;

use crate::required::requires;

/// The uid of a user without a name, who isn't the tests' own.
pub fn uid() -> u32 {
    4_294_000_000 + u32::from(geteuid().as_raw() == 4_294_000_000)
}

/// Gives a file, not what it links to, to that user. Where only root may do so, it returns false, and
/// the test is skipped.
#[track_caller]
pub fn can_give(path: impl AsRef<Path>) -> bool {
    let given = lchown(path.as_ref(), Some(uid()), None);
    requires(given.is_ok(), format_args!("no file can be given to another user: {given:?}"))
}
