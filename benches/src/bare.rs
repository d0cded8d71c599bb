//! The limit: a file of the same kind, mapped, and nothing done for anybody's safety.
//!
//! All unsafe code of the benches stands here, so the setting of a variable of the environment does
//! too, which one of the libraries that we measure against asks for.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;
use std::sync::atomic::AtomicU64;

use memmap2::{MmapOptions, MmapRaw};
use nix::fcntl::posix_fallocate;

/// A mapped file of words.
#[derive(Debug)]
pub struct BareMap {
    raw: MmapRaw,
    _file: File,
}

impl BareMap {
    /// Creates, reserves and maps a file of `len` bytes.
    pub fn create(path: &Path, len: usize) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).write(true).create_new(true).open(path)?;
        posix_fallocate(&file, 0, len as i64)?;
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

/// The processor's time-stamp counter.
#[cfg(target_arch = "x86_64")]
#[inline]
pub fn time_stamp() -> u64 {
    // SAFETY: every x86-64 has the instruction.
    unsafe { std::arch::x86_64::_rdtsc() }
}

/// Sets a variable of the environment, as long as there is no other thread that could look.
pub fn set_variable(name: &str, value: &OsStr) -> io::Result<()> {
    if fs::read_dir("/proc/self/task")?.count() > 1 {
        return Err(io::Error::other("another thread could be reading the environment"));
    }
    // SAFETY: this is the only thread, so nobody reads or writes the environment meanwhile; and
    // none is started, since this one is here.
    unsafe { std::env::set_var(name, value) };
    Ok(())
}
