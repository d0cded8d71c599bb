//! Starts the command.

use std::env;
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::process::{Child, Command};

use nix::errno::Errno;
use nix::unistd::{AccessFlags, access};

/// The exit code if there is no such command, as in a shell.
const NOT_FOUND: u8 = 127;
/// The exit code if it can't be executed.
const NOT_EXECUTABLE: u8 = 126;

/// Starts the command with everything that this process has: stdin, stdout, stderr, environment, working
/// directory and process group.
///
/// # Errors
///
/// Returns an error if it can't be executed.
pub fn start(program: &OsStr, arguments: &[OsString]) -> io::Result<Child> {
    match Command::new(program).args(arguments).spawn() {
        // A script without `#!`: every shell runs it.
        Err(error) if error.raw_os_error() == Some(Errno::ENOEXEC as i32) => {
            let script = path(program).ok_or(error)?;
            Command::new("/bin/sh").arg(script).args(arguments).spawn()
        }
        started => started,
    }
}

/// The file that is executed: the shell wouldn't search for it.
fn path(program: &OsStr) -> Option<PathBuf> {
    if program.as_bytes().contains(&b'/') {
        return Some(program.into());
    }
    let directories = env::var_os("PATH")?;
    env::split_paths(&directories)
        .map(|directory| directory.join(program))
        .find(|path| path.is_file() && access(path, AccessFlags::X_OK).is_ok())
}

/// The exit code if the command couldn't be started.
pub fn exit_code(error: &io::Error) -> u8 {
    if error.kind() == io::ErrorKind::NotFound { NOT_FOUND } else { NOT_EXECUTABLE }
}
