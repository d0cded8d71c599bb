//! Values that are fixed when the file is made.

use std::borrow::Cow;

use crate::format::{Kind, Layout, cut, until_nul};
use crate::memory::{BytesCell, Scalar, ScalarCell};
use crate::publish::declaration::{Attachment, FieldKind, Shape};
use crate::publish::{Declaration, DeclareError};

/// A value that is fixed when the file is made: a version, a limit, a configured size.
///
/// `initial` gives the value. In a derived struct it is an expression that is evaluated at each
/// creation, so it may call a function.
///
/// ```
/// # use mmstats::{Field, Fixed, Options};
/// # let directory = tempfile::tempdir()?;
/// # let stats = Options::dynamic("Doc").path(directory.path()).create()?;
/// let version: Fixed<String> = stats.add(Fixed::named("version").initial("1.2.3".into()))?;
/// assert_eq!(version.get(), "1.2.3");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Fixed<T: FixedValue>(T::Cell);

/// A type that a [`Fixed`] value can have: every [`Scalar`], and `String` with room for 256
/// bytes. Closed.
pub trait FixedValue: Sized + Send + 'static {
    #[doc(hidden)]
    type Cell: std::fmt::Debug + Send;
    #[doc(hidden)]
    fn shape(self) -> Shape;
    #[doc(hidden)]
    fn cell(attachment: Attachment) -> Self::Cell;
    #[doc(hidden)]
    fn get(cell: &Self::Cell) -> Self;
}

impl<T: FixedValue> Fixed<T> {
    /// The value.
    pub fn get(&self) -> T {
        T::get(&self.0)
    }
}

impl Fixed<i64> {
    /// For what the library itself brings up to date: the thread of a file.
    pub(crate) fn replace(&self, value: i64) {
        self.0.0.store(value);
    }
}

macro_rules! fixed_scalar {
    ($($type:ty)*) => {$(
        impl FixedValue for $type {
            type Cell = FixedScalar<$type>;

            fn shape(self) -> Shape {
                Shape::scalar(Kind::Info, self, false)
            }

            fn cell(attachment: Attachment) -> Self::Cell {
                FixedScalar(ScalarCell::new(attachment.place))
            }

            fn get(cell: &Self::Cell) -> Self {
                cell.0.load()
            }
        }
    )*};
}

fixed_scalar!(u8 i8 u16 i16 u32 i32 u64 i64 f32 f64 bool);

/// Where a fixed scalar stands.
#[doc(hidden)]
#[derive(Debug)]
pub struct FixedScalar<T: Scalar>(ScalarCell<T>);

/// Where a fixed text stands.
#[doc(hidden)]
#[derive(Debug)]
pub struct FixedText(BytesCell);

impl FixedValue for String {
    type Cell = FixedText;

    fn shape(self) -> Shape {
        /// The original's.
        const SIZE: usize = 256;
        let mut bytes = cut(&self, SIZE).as_bytes().to_vec();
        bytes.resize(SIZE, 0);
        Shape {
            kind: Kind::Info,
            signature: Cow::Borrowed("256s"),
            initial: bytes,
            align: 1,
            buffered: false,
            sequenced: false,
            overflow: false,
            parameters: [0; 2],
        }
    }

    fn cell(attachment: Attachment) -> FixedText {
        FixedText(BytesCell::new(attachment.place))
    }

    fn get(cell: &FixedText) -> Self {
        let bytes = cell.0.load();
        String::from_utf8_lossy(until_nul(&bytes)).into_owned()
    }
}

impl<T: FixedValue> Declaration<Fixed<T>> {
    /// The value.
    pub fn initial(mut self, value: T) -> Self {
        self.settings = Some(value);
        self
    }
}

impl<T: FixedValue> FieldKind for Fixed<T> {
    type Settings = Option<T>;

    fn shape(value: Option<T>, _: Layout) -> Result<Shape, DeclareError> {
        value.map(T::shape).ok_or(DeclareError::NoValue)
    }

    fn attach(attachment: Attachment) -> Self {
        Self(T::cell(attachment))
    }
}
