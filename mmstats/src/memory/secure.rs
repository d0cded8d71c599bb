//! Whether the program has rights that its caller doesn't have.

use nix::libc;

/// Whether the kernel marked the program as one that must not trust its environment: it is
/// set-user-ID or set-group-ID, or its file has capabilities.
pub(crate) fn is_privileged() -> bool {
    // SAFETY: it only reads a number that the kernel left in the process; an unknown one is 0.
    unsafe { libc::getauxval(libc::AT_SECURE) != 0 }
}
