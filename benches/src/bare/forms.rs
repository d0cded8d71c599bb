//! The forms in which a program can address words: a limit is the fastest of them.
//!
//! Some processors pass a store on to the next load at no cost, but not with every form of address,
//! and each has its own.

use std::fs;
use std::hint::black_box;
use std::io;
use std::os::fd::AsRawFd;
use std::path::Path;
use std::sync::atomic::AtomicU64;

use nix::libc;

use super::create_reserved;

/// An operation on words of a [`FixedMap`], in each form of address.
///
/// In the operation `word(number)` is a word, under the name that is given.
#[macro_export]
macro_rules! bare_forms {
    ($map:expr, |$word:ident| $operation:expr) => {{
        let map = $map;
        let words = map.words();
        let pointers = ::std::hint::black_box(::std::boxed::Box::new(map.pointers()));
        ::std::vec![
            $crate::bare_form!("base", |$word| $operation, |number| &words[number]),
            $crate::bare_form!("base and offset", |$word| $operation, |number| &words[64 + number]),
            $crate::bare_form!("absolute address", |$word| $operation, |number| map.word(number)),
            $crate::bare_form!("pointers", |$word| $operation, |number| pointers[number]),
        ]
    }};
}

/// One of them.
#[macro_export]
macro_rules! bare_form {
    ($name:literal, |$word:ident| $operation:expr, |$number:ident| $at:expr) => {{
        let $word = move |$number: usize| -> &::std::sync::atomic::AtomicU64 { $at };
        let turn: $crate::harness::SendTurn<'_> =
            ::std::boxed::Box::new(move |times| $crate::rounds!(times, $operation));
        $crate::harness::BareForm { name: $name, turn }
    }};
}

/// The words of a page.
type Words = [AtomicU64; LEN / size_of::<AtomicU64>()];

const LEN: usize = 4096;

/// Where the first one is mapped: low enough for an instruction to hold the address, and out of the
/// way of a program that is loaded anywhere.
const FIRST: usize = 0x2000_0000;

/// No page is larger.
const APART: usize = 0x10000;

/// A file of words that is mapped to an address known when the program is built. There is one of
/// each number at a time.
#[derive(Debug)]
pub struct FixedMap<const NUMBER: usize = 0>(());

impl<const NUMBER: usize> FixedMap<NUMBER> {
    const ADDRESS: *mut libc::c_void = (FIRST + NUMBER * APART) as *mut libc::c_void;

    /// Creates a file in `directory`, maps it, and removes its name.
    pub fn create(directory: &Path) -> io::Result<Self> {
        let path = directory.join(format!("bare-{NUMBER}"));
        let file = create_reserved(&path, LEN)?;
        fs::remove_file(path)?;
        let access = libc::PROT_READ | libc::PROT_WRITE;
        let flags = libc::MAP_SHARED | libc::MAP_FIXED_NOREPLACE;
        // SAFETY: the kernel maps only what is free there.
        let mapped = unsafe { libc::mmap(Self::ADDRESS, LEN, access, flags, file.as_raw_fd(), 0) };
        if mapped == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        if mapped != Self::ADDRESS {
            // Kernels before 4.17 take the address for a hint; the map stays until the process ends.
            return Err(io::ErrorKind::AddrInUse.into());
        }
        Ok(Self(()))
    }

    /// A word, by its address.
    #[inline]
    pub fn word(&self, number: usize) -> &AtomicU64 {
        &self.page()[number]
    }

    /// The words, at an address that the compiler doesn't know.
    pub fn words(&self) -> &Words {
        black_box(self.page())
    }

    /// A pointer to each of the first words, as the library has them.
    pub fn pointers(&self) -> [&AtomicU64; 16] {
        std::array::from_fn(|number| &self.words()[number])
    }

    #[inline]
    #[expect(clippy::unused_self, reason = "the page is mapped as long as it lives")]
    fn page(&self) -> &Words {
        // SAFETY: `self` exists only while that page is mapped there, and everybody who has its
        // words has them as atomics.
        unsafe { &*Self::ADDRESS.cast() }
    }
}

impl<const NUMBER: usize> Drop for FixedMap<NUMBER> {
    fn drop(&mut self) {
        // SAFETY: mapped by `create`; no reference outlives `self`.
        unsafe { libc::munmap(Self::ADDRESS, LEN) };
    }
}
