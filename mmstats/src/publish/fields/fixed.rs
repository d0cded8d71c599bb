//! Values that are fixed when the file is created.

use std::fmt;

use crate::format::{DeclaredField, Kind, Layout, cut, until_nul};
use crate::memory::{AttachedField, BytesCell, Scalar, ScalarCell};
use crate::publish::declaration::FieldKind;
use crate::publish::{Declaration, DeclareError};

/// A value that is fixed when the file is created: a version, a limit, a configured size.
///
/// `initial` sets the value. In a derived struct it is an expression, evaluated at each creation,
/// so it may call a function. A text may be a `&'static str`, such as `env!("CARGO_PKG_VERSION")`,
/// or a `String`, for which the attribute also takes a `&str`.
///
/// ```
/// # use mmstats::{Field, Fixed, Options};
/// # let directory = tempfile::tempdir()?;
/// # let stats = Options::dynamic("Doc").path(directory.path()).create()?;
/// let version: Fixed<&str> = stats.add(Fixed::named("version").initial("1.2.3"))?;
/// assert_eq!(version.get(), "1.2.3");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Fixed<T: FixedValue>(T::Cell);

/// A type for a [`Fixed`] value: every [`Scalar`], and `String` and `&'static str` of up to 256
/// bytes. Sealed.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a type of a fixed value",
    label = "not an integer, a float, a bool or a text",
    note = "fixed values are of u8 i8 u16 i16 u32 i32 u64 i64 usize isize f32 f64 bool String &'static str"
)]
pub trait FixedValue: Sized + Send + 'static {
    /// What [`Fixed::get`] returns: the type itself, or a `String` for texts.
    type Read: fmt::Debug;
    #[doc(hidden)]
    type Cell: std::fmt::Debug + Send;
    #[doc(hidden)]
    fn declare(self) -> DeclaredField;
    #[doc(hidden)]
    fn attach(field: AttachedField) -> Self::Cell;
    #[doc(hidden)]
    fn get(cell: &Self::Cell) -> Self::Read;
}

impl<T: FixedValue> Fixed<T> {
    /// The value.
    pub fn get(&self) -> T::Read {
        T::get(&self.0)
    }
}

impl Fixed<i64> {
    /// For the one value that the library updates: the thread of a file.
    pub(crate) fn replace(&self, value: i64) {
        self.0.0.store(value);
    }
}

impl<T: Scalar> FixedValue for T {
    type Read = Self;
    type Cell = FixedScalar<T>;

    fn declare(self) -> DeclaredField {
        DeclaredField::scalar(Kind::Info, self, false)
    }

    fn attach(field: AttachedField) -> Self::Cell {
        FixedScalar(ScalarCell::new(field))
    }

    fn get(cell: &Self::Cell) -> Self {
        cell.0.load()
    }
}

/// A fixed scalar in its file.
#[doc(hidden)]
#[derive(Debug)]
pub struct FixedScalar<T: Scalar>(ScalarCell<T>);

/// A fixed text in its file.
#[doc(hidden)]
#[derive(Debug)]
pub struct FixedText(BytesCell);

macro_rules! fixed_text {
    ($($type:ty)*) => {$(
        impl FixedValue for $type {
            type Read = String;
            type Cell = FixedText;

            fn declare(self) -> DeclaredField {
                declare_text(&self)
            }

            fn attach(field: AttachedField) -> FixedText {
                FixedText(BytesCell::new(field))
            }

            fn get(cell: &FixedText) -> String {
                let bytes = cell.0.load();
                String::from_utf8_lossy(until_nul(&bytes)).into_owned()
            }
        }
    )*};
}

fixed_text!(String &'static str);

fn declare_text(text: &str) -> DeclaredField {
    /// The original's.
    const SIZE: usize = 256;
    let mut bytes = cut(text, SIZE).as_bytes().to_vec();
    bytes.resize(SIZE, 0);
    DeclaredField::new(Kind::Info, "256s", bytes, 1)
}

impl<T: FixedValue> Declaration<Fixed<T>> {
    /// The value. A text of more than 256 bytes is cut after the last whole character that fits.
    pub fn initial(mut self, value: T) -> Self {
        self.settings = Some(value);
        self
    }
}

impl<T: FixedValue> fmt::Debug for Fixed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Fixed").field(&self.get()).finish()
    }
}

impl<T: FixedValue> FieldKind for Fixed<T> {
    type Settings = Option<T>;

    fn declare_field(value: Option<T>, _: Layout) -> Result<DeclaredField, DeclareError> {
        value.map(T::declare).ok_or(DeclareError::NoValue)
    }

    fn attach_field(field: AttachedField, _: &DeclaredField) -> Self {
        Self(T::attach(field))
    }
}
