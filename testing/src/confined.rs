//! Actions that may make no system calls.

use std::io::{self, PipeWriter, Read, Write as _};
use std::mem::ManuallyDrop;

use nix::libc;
use nix::sys::wait::WaitStatus;
use nix::unistd::alarm;

use crate::os::fork::run_in_child;
use crate::required::skip;
use crate::seccomp;

/// Seconds until a child that hangs is killed by its own alarm.
const TIMEOUT: u32 = 300;

/// Prepares something in a child, and calls `action` with it in a thread that is killed, with its
/// process, at any system call but `write` and `exit_group`. Returns how the child ended and what it
/// reported, or `None` if there is no such filter.
pub fn confined<T>(
    prepare: impl FnOnce() -> T,
    action: impl FnOnce(&T, &mut PipeWriter),
) -> Option<(WaitStatus, String)> {
    const NO_FILTER: &str = "no filter: ";
    let (mut reader, writer) = io::pipe().unwrap();
    let end = run_in_child(|| {
        alarm::set(TIMEOUT);
        // Dropping them would close and unmap.
        let mut writer = ManuallyDrop::new(writer);
        let prepared = ManuallyDrop::new(prepare());
        match seccomp::allow_only(&[libc::SYS_write, libc::SYS_exit_group]) {
            Ok(()) => action(&prepared, &mut writer),
            Err(error) => write!(writer, "{NO_FILTER}{error}").unwrap(),
        }
    });
    let mut report = String::new();
    reader.read_to_string(&mut report).unwrap();
    if let Some(error) = report.strip_prefix(NO_FILTER) {
        skip(format_args!("system calls can't be forbidden here: {error}"));
        return None;
    }
    Some((end, report))
}
