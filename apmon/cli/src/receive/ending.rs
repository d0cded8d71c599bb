//! What ends `apmon receive`: a signal, an error of stdout, or that nobody reads it any more.

use std::io;
use std::os::fd::AsFd;
use std::sync::mpsc::Sender;
use std::thread;

use mmstats_cli::exit::Outcome;
use mmstats_cli::shutdown;
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

/// Why a run ends.
#[derive(Debug)]
pub enum End {
    /// A signal asks for it.
    Signal(Outcome),
    /// Everything is shown, or stdout can't be written.
    Shown(io::Result<()>),
    /// Nobody reads stdout any more.
    Closed,
}

/// Sends the ends that no packet brings about: by a signal, or, where stdout is written, because its
/// reader has gone.
///
/// # Errors
///
/// Returns an error if signals can't be handled or a thread can't be started.
pub fn watch(ends: &Sender<End>, writes_stdout: bool) -> io::Result<()> {
    let by_signal = ends.clone();
    // The receiving end is gone only when the process ends.
    shutdown::on_signal(move |outcome| drop(by_signal.send(End::Signal(outcome))))?;
    if !writes_stdout {
        return Ok(());
    }
    let closed = ends.clone();
    let wait = move || {
        if wait_until_closed() {
            drop(closed.send(End::Closed));
        }
    };
    thread::Builder::new().name("stdout-closed".to_owned()).spawn(wait).map(drop)
}

/// Waits until stdout is a pipe without a reader. Without that, it would be noticed only with the next
/// packet. Returns `false` if it can't be waited for.
fn wait_until_closed() -> bool {
    let stdout = io::stdout();
    loop {
        // Errors are reported, whatever events are asked for.
        let mut waits = [PollFd::new(stdout.as_fd(), PollFlags::empty())];
        match poll(&mut waits, PollTimeout::NONE) {
            Ok(_) => {
                let events = waits[0].revents().unwrap_or(PollFlags::empty());
                return events.intersects(PollFlags::POLLERR | PollFlags::POLLHUP);
            }
            Err(Errno::EINTR) => {}
            Err(_) => return false,
        }
    }
}
