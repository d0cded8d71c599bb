//! Commands in a new pid or network namespace, as in a container.

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

/// The start of a command whose program has a network of its own, of a loopback interface alone;
/// `None` if that isn't possible: the test is skipped. All ports are free there, and the test can't
/// reach them.
pub fn own_network() -> Option<Command> {
    /// Sets the interface's flag `IFF_UP`.
    const LOOPBACK_UP: &str = "\
import fcntl, os, socket, struct, sys
fcntl.ioctl(socket.socket(), 0x8914, struct.pack('16sH14x', b'lo', 1))
os.execvp(sys.argv[1], sys.argv[1:])";
    let command = || {
        let mut command = as_root();
        command.args(["--net", "--", "python3", "-c", LOOPBACK_UP]);
        command
    };
    succeeds(command().arg("true")).then(command)
}

/// `unshare`, which needs root.
fn as_root() -> Command {
    let mut command = Command::new("unshare");
    if !geteuid().is_root() {
        // A user namespace gives it.
        command.args(["--user", "--map-root-user"]);
    }
    command
}

fn command(proc: Proc) -> Command {
    let mut command = as_root();
    command.args(["--pid", "--fork", "--kill-child"]);
    if let Proc::Own = proc {
        command.arg("--mount-proc");
    }
    command.arg("--");
    command
}
