//! Values of up to 8 bytes in a file, and how they are stored.
//!
//! An aligned scalar is stored in place, into the value that readers take: it is whole at every
//! instant, so it needs no second buffer and no flip (1.0 times a bare relaxed store, against 1.5
//! with a flip). A packed one may straddle a cache line, so it goes into the buffer that readers
//! don't take, and then the write buffer byte flips, as in the original.

use std::ptr::NonNull;
use std::sync::atomic::{AtomicU8, AtomicU16, AtomicU32, AtomicU64, AtomicUsize, Ordering};

use super::AttachedField;
use super::one_thread::Address;
use crate::format::Layout;

/// A type for a [`Gauge`](crate::Gauge): an integer, a float or a bool.
///
/// Implemented for `u8 i8 u16 i16 u32 i32 u64 i64 usize isize f32 f64 bool`. Sealed.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no type for a gauge",
    label = "not an integer, a float or a bool",
    note = "gauges are of u8 i8 u16 i16 u32 i32 u64 i64 usize isize f32 f64 bool"
)]
pub trait Scalar: Copy + Send + PartialEq + std::fmt::Debug + Default + 'static + Bits {
    /// The code in a type signature.
    #[doc(hidden)]
    const CODE: &'static str;
    /// Whether the original double-buffers it; it doesn't for single bytes.
    #[doc(hidden)]
    const BUFFERED: bool;
}

/// A scalar as the unsigned integer of its size.
#[doc(hidden)]
pub trait Bits: Sized {
    #[doc(hidden)]
    type Bytes: AsRef<[u8]> + for<'a> TryFrom<&'a [u8]> + Copy;
    #[doc(hidden)]
    fn to_bytes(self) -> Self::Bytes;
    #[doc(hidden)]
    fn from_bytes(bytes: Self::Bytes) -> Self;
    /// # Safety
    ///
    /// `at` is valid for reads of the type, aligned for it, and outlives the call.
    #[doc(hidden)]
    unsafe fn load(at: NonNull<u8>) -> Self;
    /// # Safety
    ///
    /// As `load`, and valid for writes, and no other thread writes there.
    #[doc(hidden)]
    unsafe fn store(self, at: NonNull<u8>);
}

macro_rules! scalar {
    ($($type:ty, $code:expr, $buffered:literal, $atomic:ty, $bits:ty,
       |$value:ident| $to_bits:expr, |$raw:ident| $from_bits:expr;)*) => {$(
        impl Scalar for $type {
            const CODE: &'static str = $code;
            const BUFFERED: bool = $buffered;
        }

        impl Bits for $type {
            type Bytes = [u8; size_of::<$bits>()];

            fn to_bytes(self) -> Self::Bytes {
                let $value = self;
                <$bits>::to_ne_bytes($to_bits)
            }

            fn from_bytes(bytes: Self::Bytes) -> Self {
                let $raw = <$bits>::from_ne_bytes(bytes);
                $from_bits
            }

            #[inline]
            unsafe fn load(at: NonNull<u8>) -> Self {
                // SAFETY: the caller's promise. All accesses to the address are atomic or by this
                // thread.
                let atomic = unsafe { <$atomic>::from_ptr(at.as_ptr().cast()) };
                let $raw = atomic.load(Ordering::Relaxed);
                $from_bits
            }

            #[inline]
            unsafe fn store(self, at: NonNull<u8>) {
                let $value = self;
                // SAFETY: as in `load`.
                let atomic = unsafe { <$atomic>::from_ptr(at.as_ptr().cast()) };
                atomic.store($to_bits, Ordering::Relaxed);
            }
        }
    )*};
}

scalar! {
    u8, "B", false, AtomicU8, u8, |value| value, |raw| raw;
    i8, "b", false, AtomicU8, u8, |value| value.cast_unsigned(), |raw| raw.cast_signed();
    bool, "?", false, AtomicU8, u8, |value| u8::from(value), |raw| raw != 0;
    u16, "H", true, AtomicU16, u16, |value| value, |raw| raw;
    i16, "h", true, AtomicU16, u16, |value| value.cast_unsigned(), |raw| raw.cast_signed();
    u32, "I", true, AtomicU32, u32, |value| value, |raw| raw;
    i32, "i", true, AtomicU32, u32, |value| value.cast_unsigned(), |raw| raw.cast_signed();
    f32, "f", true, AtomicU32, u32, |value| value.to_bits(), |raw| f32::from_bits(raw);
    u64, "Q", true, AtomicU64, u64, |value| value, |raw| raw;
    i64, "q", true, AtomicU64, u64, |value| value.cast_unsigned(), |raw| raw.cast_signed();
    usize, code_of_size("I", "Q"), true, AtomicUsize, usize, |value| value, |raw| raw;
    isize, code_of_size("i", "q"), true, AtomicUsize, usize,
        |value| value.cast_unsigned(), |raw| raw.cast_signed();
    f64, "d", true, AtomicU64, u64, |value| value.to_bits(), |raw| f64::from_bits(raw);
}

/// The code of an integer of the processor's word size. It fixes the number of bytes, so that any
/// reader understands it.
const fn code_of_size(of_four: &'static str, of_eight: &'static str) -> &'static str {
    if size_of::<usize>() == 8 { of_eight } else { of_four }
}

/// One scalar in a file.
#[derive(Debug)]
pub(crate) struct ScalarCell<T> {
    /// Aligned: the value that readers take.
    in_place: Option<Address>,
    field: AttachedField,
    kind: std::marker::PhantomData<T>,
}

impl<T: Scalar> ScalarCell<T> {
    /// # Panics
    ///
    /// Panics if the field has another size or is not aligned for the type.
    pub(crate) fn new(field: AttachedField) -> Self {
        assert_eq!(field.size, size_of::<T>(), "a field of the scalar's size");
        let in_place = (field.layout == Layout::Aligned).then(|| field.read_value());
        if let Some(value) = in_place {
            assert!(value.addr().get().is_multiple_of(size_of::<T>()), "aligned for the scalar");
        }
        Self { in_place: in_place.map(Address), field, kind: std::marker::PhantomData }
    }

    #[inline]
    pub(crate) fn load(&self) -> T {
        match self.in_place {
            // SAFETY: `new` checked size and alignment, `Map::attach` the bounds; the map lives
            // as long as the field.
            Some(Address(value)) => unsafe { T::load(value) },
            None => self.load_packed(),
        }
    }

    #[inline]
    pub(crate) fn store(&self, value: T) {
        match self.in_place {
            // SAFETY: as in `load`; the holder of the cell is the one writer (3).
            Some(Address(at)) => unsafe { value.store(at) },
            None => self.store_packed(value),
        }
    }

    /// The write buffer byte of a buffered field.
    fn index(&self) -> &AtomicU8 {
        // SAFETY: within the map, and the map lives as long as `self`; any address is aligned
        // for a byte.
        unsafe { AtomicU8::from_ptr(self.field.write_buffer().as_ptr()) }
    }

    /// The value with this number, 0 or 1.
    fn value(&self, number: u8) -> NonNull<u8> {
        // SAFETY: a buffered field has two values within the map; for an unbuffered one the number
        // is always 0.
        unsafe { self.field.first_value().add(usize::from(number & 1) * self.field.size) }
    }

    // Out of line, so that only a test, a load and a store are inlined.
    #[cold]
    #[inline(never)]
    fn load_packed(&self) -> T {
        let number = if self.field.buffered { self.index().load(Ordering::Relaxed) ^ 1 } else { 0 };
        let at = self.value(number).cast::<T::Bytes>();
        // SAFETY: `T::Bytes` is a byte array of the value's size, so it is aligned anywhere and
        // any bytes are one. Only this thread writes it.
        T::from_bytes(unsafe { at.read_volatile() })
    }

    #[cold]
    #[inline(never)]
    fn store_packed(&self, value: T) {
        let number = if self.field.buffered { self.index().load(Ordering::Relaxed) } else { 0 };
        let at = self.value(number).cast::<T::Bytes>();
        // SAFETY: as in `load_packed`. Volatile, so that stores to both buffers are really made.
        unsafe { at.write_volatile(value.to_bytes()) };
        if self.field.buffered {
            self.index().store(number ^ 1, Ordering::Release);
        }
    }
}
