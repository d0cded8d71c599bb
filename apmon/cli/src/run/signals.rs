//! The signals that are passed on to the command.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use mmstats_cli::shutdown;
use nix::errno::Errno;
use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::unistd::{Pid, getpid, getsid};
use signal_hook::flag;

/// Those that would end this process or be ignored by it, and are for the command.
///
/// Signals that stop and continue aren't among them: the terminal sends these to both, and a shell has to
/// see this process stop. Signals that say what this process did wrong aren't either, and those of real
/// time can't be.
const PASSED_ON: [Signal; 9] = [
    Signal::SIGHUP,
    Signal::SIGINT,
    Signal::SIGQUIT,
    Signal::SIGTERM,
    Signal::SIGUSR1,
    Signal::SIGUSR2,
    Signal::SIGALRM,
    Signal::SIGWINCH,
    Signal::SIGXCPU,
];

/// Signals are caught until they can be blocked: a command that is started inherits which ones are
/// blocked, but not which ones are caught.
#[derive(Debug)]
pub struct Caught {
    signals: Vec<(Signal, Arc<AtomicBool>)>,
    descriptor: SignalFd,
}

/// Signals of this process, which are read instead of handled.
#[derive(Debug)]
pub struct Signals {
    /// Those that were caught before they could be blocked.
    early: Vec<Signal>,
    descriptor: SignalFd,
    /// Whether this process is the one that learns that the terminal is gone.
    leads_session: bool,
}

/// What a signal asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A child has ended.
    Child,
    /// The command is to get it.
    PassOn(Signal),
    /// The command has got it already.
    Nothing,
}

impl Caught {
    /// Catches signals from now on. Those that are ignored stay ignored, for the command, too.
    ///
    /// # Errors
    ///
    /// Returns an error of the operating system.
    pub fn start() -> io::Result<Self> {
        // If SIGCHLD is ignored, which programs inherit, the kernel throws exit codes away.
        flag::register(Signal::SIGCHLD as i32, Arc::default())?;
        let not_ignored = shutdown::not_ignored(&PASSED_ON.map(|signal| signal as i32));
        let mut signals = Vec::new();
        for signal in PASSED_ON {
            if not_ignored.contains(&(signal as i32)) {
                let is_caught = Arc::default();
                flag::register(signal as i32, Arc::clone(&is_caught))?;
                signals.push((signal, is_caught));
            }
        }
        // With a descriptor that is opened now, blocking them can't fail for want of one.
        let descriptor = SignalFd::with_flags(&blocked(), SfdFlags::SFD_CLOEXEC)?;
        Ok(Self { signals, descriptor })
    }

    /// Keeps signals until they are read, in this thread and those that it starts. To be called when the
    /// command has been started, and no thread yet.
    ///
    /// # Errors
    ///
    /// Returns an error of the operating system.
    pub fn block(self) -> io::Result<Signals> {
        blocked().thread_block()?;
        let caught = self.signals.iter().filter(|(_, is_caught)| is_caught.load(Ordering::Relaxed));
        let early = caught.map(|(signal, _)| *signal).collect();
        let leads_session = getsid(None) == Ok(getpid());
        Ok(Signals { early, descriptor: self.descriptor, leads_session })
    }
}

fn blocked() -> SigSet {
    PASSED_ON.into_iter().chain([Signal::SIGCHLD]).collect()
}

impl Signals {
    /// Waits for the next signal.
    ///
    /// # Errors
    ///
    /// Returns an error of the operating system.
    pub fn next(&mut self, command: Pid) -> io::Result<Event> {
        // The command wasn't there when the terminal or anybody else sent it.
        if let Some(signal) = self.early.pop() {
            return Ok(Event::PassOn(signal));
        }
        loop {
            match self.descriptor.read_signal() {
                Ok(Some(info)) => {
                    let Ok(signal) = Signal::try_from(info.ssi_signo.cast_signed()) else {
                        return Ok(Event::Nothing);
                    };
                    let sender = Pid::from_raw(info.ssi_pid.cast_signed());
                    return Ok(self.event(signal, info.ssi_code, sender, command));
                }
                Ok(None) | Err(Errno::EINTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// `code` is as in `sigaction(2)`: above 0 if the kernel sent the signal.
    fn event(&self, signal: Signal, code: i32, sender: Pid, command: Pid) -> Event {
        let by_kernel = code > 0;
        let passed_on = match signal {
            Signal::SIGCHLD => return Event::Child,
            // A terminal has sent them to the whole foreground group.
            Signal::SIGINT | Signal::SIGQUIT | Signal::SIGWINCH => !by_kernel,
            // As well, unless the terminal is gone: then only the leader of the session gets it.
            Signal::SIGHUP => !by_kernel || self.leads_session,
            // A timer that was set before this program was executed.
            _ => true,
        };
        // A command that signals its process group, as `kill 0` does, doesn't mean itself twice.
        let by_command = !by_kernel && sender == command;
        if passed_on && !by_command { Event::PassOn(signal) } else { Event::Nothing }
    }
}

#[cfg(test)]
mod tests {
    use nix::libc::{SI_KERNEL, SI_QUEUE, SI_TKILL, SI_USER};
    use nix::sys::signal::raise;

    use super::*;

    /// The command isn't there yet.
    #[test]
    fn signals_that_come_before_they_are_blocked_are_kept() {
        let caught = Caught::start().unwrap();
        let sent = [Signal::SIGHUP, Signal::SIGUSR1];
        for signal in sent {
            raise(signal).unwrap();
        }
        let mut signals = caught.block().unwrap();
        assert_eq!(signals.early, sent);
        let command = Pid::from_raw(17);
        let mut next = || signals.next(command).unwrap();
        assert_eq!([next(), next()], [sent[1], sent[0]].map(Event::PassOn));
        raise(Signal::SIGUSR2).unwrap();
        assert_eq!(next(), Event::PassOn(Signal::SIGUSR2));
    }

    #[test]
    fn what_the_terminal_sends_is_not_sent_again() {
        let signals = SignalFd::with_flags(&SigSet::empty(), SfdFlags::SFD_CLOEXEC).unwrap();
        let mut signals = Signals { early: Vec::new(), descriptor: signals, leads_session: false };
        let (command, other) = (Pid::from_raw(17), Pid::from_raw(18));
        for signal in PASSED_ON {
            for code in [SI_USER, SI_QUEUE, SI_TKILL] {
                let event = signals.event(signal, code, other, command);
                assert_eq!(event, Event::PassOn(signal));
                assert_eq!(signals.event(signal, code, command, command), Event::Nothing);
            }
        }
        let mut by_kernel = |leads_session| {
            signals.leads_session = leads_session;
            let none = Pid::from_raw(0);
            let events = PASSED_ON.map(|signal| signals.event(signal, SI_KERNEL, none, command));
            PASSED_ON
                .into_iter()
                .filter(|signal| events.contains(&Event::PassOn(*signal)))
                .collect::<Vec<_>>()
        };
        let others =
            [Signal::SIGTERM, Signal::SIGUSR1, Signal::SIGUSR2, Signal::SIGALRM, Signal::SIGXCPU];
        assert_eq!(by_kernel(false), others);
        assert_eq!(by_kernel(true), [&[Signal::SIGHUP], &others[..]].concat());
    }
}
