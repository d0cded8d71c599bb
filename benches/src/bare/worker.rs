//! A forked child that works on request: what it holds doesn't count against this process's
//! descriptors.

use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use nix::sys::signal::{Signal, kill};
use nix::sys::wait::waitpid;
use nix::unistd::{ForkResult, Pid, fork};

use super::assert_alone;

/// The child, killed when this is dropped.
#[derive(Debug)]
pub struct Worker {
    child: Pid,
    requests: PipeWriter,
    answers: PipeReader,
}

impl Worker {
    /// Starts a child that makes something and then works on it, each time that it is asked.
    pub fn start<T>(
        make: impl FnOnce() -> T,
        work: impl FnMut(&mut T, u8) -> u64,
    ) -> io::Result<Self> {
        assert_alone()?;
        let (requested, requests) = io::pipe()?;
        let (answers, answering) = io::pipe()?;
        // SAFETY: there is no other thread that could hold a lock.
        match unsafe { fork() }? {
            ForkResult::Child => {
                drop((requests, answers));
                let serve = || serve(make(), work, requested, answering);
                // Nothing of the parent's may be cleaned up here, not even after a panic.
                drop(catch_unwind(AssertUnwindSafe(serve)));
                std::process::abort()
            }
            ForkResult::Parent { child } => {
                let worker = Self { child, requests, answers };
                // It answers when it is ready.
                worker.answer()?;
                Ok(worker)
            }
        }
    }

    /// Lets it do some work.
    pub fn ask(&self, request: u8) -> io::Result<u64> {
        (&self.requests).write_all(&[request])?;
        self.answer()
    }

    fn answer(&self) -> io::Result<u64> {
        let mut answer = [0; 8];
        (&self.answers).read_exact(&mut answer)?;
        Ok(u64::from_ne_bytes(answer))
    }
}

fn serve<T>(
    mut made: T,
    mut work: impl FnMut(&mut T, u8) -> u64,
    mut requested: PipeReader,
    mut answering: PipeWriter,
) -> io::Result<()> {
    let mut request = [0];
    answering.write_all(&0_u64.to_ne_bytes())?;
    loop {
        requested.read_exact(&mut request)?;
        answering.write_all(&work(&mut made, request[0]).to_ne_bytes())?;
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = kill(self.child, Signal::SIGKILL);
        let _ = waitpid(self.child, None);
    }
}
