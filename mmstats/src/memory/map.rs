//! A writer's map of its file, and the fields attached in it.

use std::fs::File;
use std::io;
use std::marker::PhantomData;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::process;
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU16, AtomicU32, AtomicU64, Ordering};

use memmap2::{MmapOptions, MmapRaw};
use nix::errno::Errno;
use nix::libc;
use nix::sys::stat::FileStat;

use super::fork::Section;
use super::one_thread::{Address, OneThread};
use super::registry::{self, Registration};
use crate::format::{Addition, LaidOutField, Layout, SIZE_OF_SIZE};

/// A whole stats file in memory, writable.
#[derive(Debug)]
pub(crate) struct Map {
    raw: MmapRaw,
    /// Its entry in the list that a forked child walks; owns the descriptor.
    registration: Registration,
}

impl Map {
    /// Maps `file`, whose length is at least `len`, and keeps its descriptor, which holds the lock
    /// that is the file's sign of life. `stat` is the file's.
    pub(crate) fn of_file(
        file: File,
        stat: &FileStat,
        len: usize,
        _: &Section,
    ) -> io::Result<Arc<Self>> {
        let map = Self::registered(MmapOptions::new().len(len).map_raw(&file)?);
        map.registration.descriptor().keep(file, stat.st_dev, stat.st_ino);
        Ok(map)
    }

    /// Memory of the same kind without a file: nobody sees the stats.
    pub(crate) fn private(len: usize, _: &Section) -> io::Result<Arc<Self>> {
        let raw = MmapOptions::new().len(len).map_anon()?;
        Ok(Self::registered(raw.into()))
    }

    fn registered(raw: MmapRaw) -> Arc<Self> {
        let registration = registry::register(raw.as_mut_ptr(), raw.len());
        Arc::new(Self { raw, registration })
    }

    /// The file's descriptor, if a file backs the map.
    pub(crate) fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        self.registration.descriptor().borrow()
    }

    pub(crate) fn len(&self) -> usize {
        self.raw.len()
    }

    /// Waits until the file's bytes are on disk (`msync` with `MS_SYNC`).
    pub(crate) fn flush(&self) -> io::Result<()> {
        self.raw.flush()
    }

    /// Starts writing the file's bytes to disk (`msync` with `MS_ASYNC`).
    pub(crate) fn flush_async(&self) -> io::Result<()> {
        self.raw.flush_async()
    }

    /// Copies `bytes` to `offset`. Only for bytes that no reader sees yet: they appear in any
    /// order.
    ///
    /// # Panics
    ///
    /// Panics if they don't fit.
    pub(crate) fn write(&self, offset: usize, bytes: &[u8]) {
        let target = self.checked(offset, bytes.len());
        // SAFETY: `checked` gave `bytes.len()` bytes within the map (1); the source is a slice of
        // other memory, because no Rust reference ever points into a map (3).
        unsafe { target.copy_from_nonoverlapping(NonNull::from(bytes).cast(), bytes.len()) }
    }

    /// A copy of all bytes. Each word stored meanwhile is in it or not.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let base = self.checked(0, self.len()).cast::<u64>();
        let word = |number| {
            // SAFETY: within the map (1), which has whole pages.
            let word = unsafe { base.add(number) };
            // SAFETY: within the map and aligned, because maps begin on a page; it lives as long
            // as `self`.
            unsafe { AtomicU64::from_ptr(word.as_ptr()) }.load(Ordering::Relaxed)
        };
        (0..self.len() / size_of::<u64>()).flat_map(|number| word(number).to_ne_bytes()).collect()
    }

    /// Replaces this private memory with the file of `created`, which has the same bytes. This map
    /// takes over the file's descriptor, and with it the sign of life.
    pub(crate) fn become_file_of(&self, created: &Self) -> io::Result<()> {
        assert_eq!(self.len(), created.len(), "a file of the memory's bytes");
        // A fork in between would leave the child the file's map.
        let _section = Section::enter();
        let file = created.descriptor().ok_or(Errno::EBADF)?;
        let access = libc::PROT_READ | libc::PROT_WRITE;
        let flags = libc::MAP_SHARED | libc::MAP_FIXED;
        let (base, len) = (self.raw.as_mut_ptr().cast(), self.len());
        // SAFETY: the range is a whole map of ours, which stays valid memory of the same size and
        // bytes, for any pointer into it; the file has the same length.
        let mapped = unsafe { libc::mmap(base, len, access, flags, file.as_raw_fd(), 0) };
        if mapped == libc::MAP_FAILED {
            let error = io::Error::last_os_error();
            // The kernel checks its limits before it takes the old map away.
            self.flush_async().unwrap_or_else(|_| process::abort());
            return Err(error);
        }
        created.registration.descriptor().move_to(self.registration.descriptor());
        Ok(())
    }

    /// Adds a field while readers read: its index entry first, then the field. The size of each is
    /// stored last and makes it visible.
    ///
    /// # Panics
    ///
    /// Panics if the field isn't within the map, or if its label is too long for one store: see
    /// `FreeSpace::longest_label`.
    pub(crate) fn add(&self, addition: &Addition) {
        if let Some((offset, entry)) = &addition.entry {
            let (content, size) = entry.split_last_chunk().expect("an entry ends with its size");
            self.write(*offset, content);
            self.publish_entry_size(offset + content.len(), u32::from_ne_bytes(*size));
        }
        let offset = addition.field.offset;
        self.write(offset + SIZE_OF_SIZE, &addition.content);
        self.publish_label_size(offset, addition.label_size);
    }

    fn publish_label_size(&self, offset: usize, size: u16) {
        let target = self.checked(offset, SIZE_OF_SIZE);
        if offset.is_multiple_of(align_of::<AtomicU16>()) {
            // SAFETY: within the map (1) and aligned, because maps begin on a page; written only by
            // this thread (3).
            let word = unsafe { AtomicU16::from_ptr(target.cast().as_ptr()) };
            word.store(size, Ordering::Release);
        } else {
            // The size's other byte is 0 and stays so.
            let low = u8::try_from(size).expect("a size of one byte at an odd offset");
            let at = if cfg!(target_endian = "big") { offset + 1 } else { offset };
            let target = self.checked(at, 1);
            // SAFETY: as above, and a byte is aligned anywhere.
            unsafe { AtomicU8::from_ptr(target.as_ptr()) }.store(low, Ordering::Release);
        }
    }

    fn publish_entry_size(&self, offset: usize, size: u32) {
        assert!(offset.is_multiple_of(align_of::<AtomicU32>()), "entry sizes are aligned");
        let target = self.checked(offset, size_of::<u32>());
        // SAFETY: within the map (1), aligned (asserted), written only by this thread (3).
        let word = unsafe { AtomicU32::from_ptr(target.cast().as_ptr()) };
        word.store(size, Ordering::Release);
    }

    fn checked(&self, offset: usize, size: usize) -> NonNull<u8> {
        let end = offset.checked_add(size);
        assert!(end.is_some_and(|end| end <= self.len()), "within the map");
        let base = NonNull::new(self.raw.as_mut_ptr()).expect("a map has an address");
        // SAFETY: the result is within, or one past, the map that `base` begins (checked above).
        unsafe { base.add(offset) }
    }

    /// Attaches a field that nothing else writes: see [`AttachedField`].
    ///
    /// # Panics
    ///
    /// Panics if the field isn't wholly within the map, or not aligned as its layout promises.
    pub(crate) fn attach(
        self: &Arc<Self>,
        field: &LaidOutField,
        layout: Layout,
        align: usize,
    ) -> AttachedField {
        let value = field.write_buffer + 1;
        let total = field.end - value;
        let write_buffer = self.checked(field.write_buffer, 1 + total);
        if layout == Layout::Aligned {
            assert!(value.is_multiple_of(align), "an aligned layout aligns its values");
        }
        AttachedField {
            write_buffer: Address(write_buffer),
            size: field.size,
            buffered: total != field.size,
            layout,
            map: Arc::clone(self),
            one_thread: PhantomData,
        }
    }
}

impl Drop for Map {
    fn drop(&mut self) {
        // Taken out of the list first, so that a child never replaces an address that is reused by
        // then. A fork in between would leave the child a descriptor that nobody closes, and with
        // it the lock.
        let _section = Section::enter();
        self.registration.retract();
    }
}

/// A field in the map: its write buffer byte and its value. The holder is the field's writer.
#[doc(hidden)]
#[derive(Debug)]
pub struct AttachedField {
    /// The value, or both of them, begin one byte later.
    write_buffer: Address,
    /// The size of one value.
    pub(super) size: usize,
    pub(super) buffered: bool,
    pub(super) layout: Layout,
    /// Keeps the pointer valid.
    pub(super) map: Arc<Map>,
    /// It may move between threads, but isn't shared.
    one_thread: OneThread,
}

impl AttachedField {
    pub(crate) fn layout(&self) -> Layout {
        self.layout
    }

    pub(super) fn write_buffer(&self) -> NonNull<u8> {
        self.write_buffer.0
    }

    /// The first value, or the only one.
    pub(super) fn first_value(&self) -> NonNull<u8> {
        // SAFETY: `Map::attach` checked that the value follows the write buffer byte (1).
        unsafe { self.write_buffer.0.add(1) }
    }

    /// The value that readers take while the write buffer byte is 0: the second of two.
    pub(super) fn read_value(&self) -> NonNull<u8> {
        if !self.buffered {
            return self.first_value();
        }
        // SAFETY: a buffered field has two values of `size` bytes within the map (1).
        unsafe { self.first_value().add(self.size) }
    }
}
