//! Commands in a new pid namespace, as in a container.

use std::process::Command;

use nix::unistd::geteuid;

use crate::required::succeeds;

/// Which processes `/proc` shows in a pid namespace.
#[derive(Clone, Copy, Debug)]
pub enum Proc {
    /// The namespace's own.
    Own,
    /// Those outside, under their pids there.
    Outside,
}

/// The start of a command whose program is the first process of a new pid namespace; `None` if that
/// isn't possible: the test is skipped.
pub fn unshare(proc: Proc) -> Option<Command> {
    succeeds(command(proc).arg("true")).then(|| command(proc))
}

fn command(proc: Proc) -> Command {
    let mut command = Command::new("unshare");
    if !geteuid().is_root() {
        // Without root, a user namespace gives it.
        command.args(["--user", "--map-root-user"]);
    }
    command.args(["--pid", "--fork", "--kill-child"]);
    if let Proc::Own = proc {
        command.arg("--mount-proc");
    }
    command.arg("--");
    command
}
