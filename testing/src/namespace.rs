//! Commands in a pid namespace of their own, as in a container.

use std::process::Command;

use nix::unistd::geteuid;

use crate::required::succeeds;

/// Which processes `/proc` shows in a pid namespace.
#[derive(Clone, Copy, Debug)]
pub enum Proc {
    /// The namespace's own.
    Own,
    /// Those of the world outside, under the pids that they have there.
    Outside,
}

/// The beginning of a command whose program is the first process of a new pid namespace; `None`:
/// there can't be one, and the test is skipped.
pub fn unshare(proc: Proc) -> Option<Command> {
    succeeds(command(proc).arg("true")).then(|| command(proc))
}

fn command(proc: Proc) -> Command {
    let mut command = Command::new("unshare");
    if !geteuid().is_root() {
        // Who isn't root may be it in a namespace of users.
        command.args(["--user", "--map-root-user"]);
    }
    command.args(["--pid", "--fork", "--kill-child"]);
    if let Proc::Own = proc {
        command.arg("--mount-proc");
    }
    command.arg("--");
    command
}
