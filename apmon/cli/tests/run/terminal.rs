//! Signals that a terminal sends.

use std::io::Write;
use std::process::Command;

use mmstats_testing::actor::Actor;
use mmstats_testing::command::within;
use mmstats_testing::required::is_installed;
use nix::fcntl::OFlag;
use nix::pty::{PtyMaster, grantpt, posix_openpt, ptsname_r, unlockpt};
use nix::sys::signal::{Signal, kill};

use crate::signals::{apmon_run_this, command, next};

/// The command in the foreground of a terminal, and that.
fn on_terminal() -> (Actor, PtyMaster) {
    // Nobody else has it, so that it is gone when it is closed.
    let flags = OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_CLOEXEC;
    let terminal = posix_openpt(flags).unwrap();
    grantpt(&terminal).unwrap();
    unlockpt(&terminal).unwrap();
    // A session leader gets the first terminal that it opens.
    let mut shell = Command::new("setsid");
    shell.args(["sh", "-c", ": < \"$0\"; exec \"$@\""]).arg(ptsname_r(&terminal).unwrap());
    (command(within(shell, &apmon_run_this())), terminal)
}

#[test]
fn the_keys_of_a_terminal_reach_the_command_once() {
    if !is_installed("setsid") {
        return;
    }
    let (mut command, mut terminal) = on_terminal();
    for (key, signal) in [(b"\x03", Signal::SIGINT), (b"\x1c", Signal::SIGQUIT)] {
        for _ in 0..20 {
            terminal.write_all(key).unwrap();
            assert_eq!(next(&mut command), signal);
            // Had it been passed on, then before this one.
            kill(command.pid(), Signal::SIGUSR1).unwrap();
            assert_eq!(next(&mut command), Signal::SIGUSR1);
        }
    }
    command.end();
}

/// The kernel tells only the leader of the session.
#[test]
fn the_command_learns_that_the_terminal_is_gone() {
    if !is_installed("setsid") {
        return;
    }
    let (mut command, terminal) = on_terminal();
    drop(terminal);
    assert_eq!(next(&mut command), Signal::SIGHUP);
    command.end();
}
