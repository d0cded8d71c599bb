//! The limit: a mapped file of the same kind, without any safety.
//!
//! All unsafe code of the benches is here and in `bare/`, except the allocator's in `heap.rs`: a
//! child is killed, and an environment variable set for one of the libraries that we measure
//! against.

pub mod forms;
pub mod unnamed;
pub mod worker;

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::AtomicU64;

use memmap2::{MmapOptions, MmapRaw};
use nix::fcntl::posix_fallocate;
use nix::sys::signal::{Signal, raise};
use nix::sys::wait::waitpid;
use nix::unistd::{ForkResult, fork};

/// A mapped file of words.
#[derive(Debug)]
pub struct BareMap {
    raw: MmapRaw,
    _file: File,
}

impl BareMap {
    /// Creates, reserves and maps a file of `len` bytes.
    pub fn create(path: &Path, len: usize) -> io::Result<Self> {
        let file = create_reserved(path, len)?;
        Ok(Self { raw: MmapOptions::new().len(len).map_raw(&file)?, _file: file })
    }

    /// The words of the file.
    pub fn words(&self) -> &[AtomicU64] {
        // SAFETY: a map begins on a page, so it is aligned; it is that long; it lives as long as
        // `self`, and everybody who has it has it as these atomics.
        unsafe {
            std::slice::from_raw_parts(
                self.raw.as_ptr().cast(),
                self.raw.len() / size_of::<AtomicU64>(),
            )
        }
    }
}

/// A file of `len` bytes whose blocks are reserved.
fn create_reserved(path: &Path, len: usize) -> io::Result<File> {
    let file = OpenOptions::new().read(true).write(true).create_new(true).open(path)?;
    posix_fallocate(&file, 0, len as i64)?;
    Ok(file)
}

/// The processor's time-stamp counter.
#[cfg(target_arch = "x86_64")]
#[inline]
pub fn time_stamp() -> u64 {
    // SAFETY: every x86-64 has the instruction.
    unsafe { std::arch::x86_64::_rdtsc() }
}

/// Sets an environment variable, if there is no other thread that could read it.
pub fn set_variable(name: &str, value: &OsStr) -> io::Result<()> {
    assert_alone()?;
    // SAFETY: this is the only thread, so nobody reads or writes the environment meanwhile; and
    // none is started, since this one is here.
    unsafe { std::env::set_var(name, value) };
    Ok(())
}

/// Lets a child do some work and be killed, and waits until it is gone.
pub fn in_killed_child(work: impl FnOnce()) -> io::Result<()> {
    assert_alone()?;
    // SAFETY: this is the only thread, so no other one holds a lock that the child would wait for.
    match unsafe { fork() }? {
        ForkResult::Child => {
            // Nothing of the parent's may be cleaned up here, not even after a panic.
            drop(catch_unwind(AssertUnwindSafe(work)));
            let _ = raise(Signal::SIGKILL);
            std::process::abort()
        }
        ForkResult::Parent { child } => {
            waitpid(child, None)?;
            Ok(())
        }
    }
}

/// Returns an error if this isn't the only thread.
fn assert_alone() -> io::Result<()> {
    if fs::read_dir("/proc/self/task")?.count() > 1 {
        return Err(io::Error::other("needs to be the only thread"));
    }
    Ok(())
}
