//! The command and the orphans that were adopted, as children that end.

use std::io;
use std::process::{Child, ExitStatus};

use nix::errno::Errno;
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid, waitpid};
use nix::unistd::Pid;

/// Children, one of which is the command.
#[derive(Debug)]
pub struct Children {
    command: Child,
}

impl Children {
    pub fn new(command: Child) -> Self {
        Self { command }
    }

    /// The pid of the command, which is no other process's until [`reap`](Self::reap).
    pub fn command(&self) -> Pid {
        Pid::from_raw(self.command.id().cast_signed())
    }

    /// Reaps orphans that have ended. Returns whether the command has; it isn't reaped.
    ///
    /// # Errors
    ///
    /// Returns an error of the operating system.
    pub fn has_command_ended(&self) -> io::Result<bool> {
        loop {
            match ended(Id::All) {
                Ok(None) => return Ok(false),
                Ok(Some(pid)) if pid == self.command() => return Ok(true),
                Ok(Some(pid)) => drop(waitpid(pid, Some(WaitPidFlag::WNOHANG))),
                // By a signal that `nix` has no name for, those of real time.
                Err(Errno::EINVAL) if !matches!(ended(Id::Pid(self.command())), Ok(None)) => {
                    return Ok(true);
                }
                Err(Errno::EINVAL) => drop(waitpid(None, Some(WaitPidFlag::WNOHANG))),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Reaps the command, and all others that have ended.
    ///
    /// # Errors
    ///
    /// Returns an error of the operating system.
    pub fn reap(&mut self) -> io::Result<ExitStatus> {
        let status = self.command.wait()?;
        // An error says that no child is left; or that one was reaped, as above.
        while !matches!(
            waitpid(None, Some(WaitPidFlag::WNOHANG)),
            Ok(WaitStatus::StillAlive) | Err(Errno::ECHILD)
        ) {}
        Ok(status)
    }
}

/// A child that has ended, which stays as it is.
fn ended(which: Id) -> nix::Result<Option<Pid>> {
    let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
    waitid(which, flags).map(|status| status.pid())
}
