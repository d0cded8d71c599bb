//! A struct of stats.

use super::{Attachments, CreateError, Declarations, Options, Published};

/// A struct of stats. Use the derive macro of the same name.
///
/// `declare` and `attach` go through the fields in the same order: the first declares them, then
/// the file is created, then the second builds the struct of writers into that file.
pub trait MmStats: Sized + Send + 'static {
    /// The struct's name: `{STRUCT}` in file names, and part of a file's identity.
    const NAME: &'static str;

    /// The default prefix of every label: see [`Options::prefix`].
    const PREFIX: &'static str = "";

    /// Declares the fields.
    fn declare(fields: &mut Declarations);

    /// Builds the struct from the declared fields.
    fn attach(fields: &mut Attachments) -> Self;

    /// Resets the stats that describe the present, because the thread that wrote them has ended:
    /// see [`Field::retire`](crate::Field::retire).
    fn retire(&self);

    /// Options for a stats file of this struct.
    fn options() -> Options<Self> {
        Options::new(Self::NAME, Self::PREFIX)
    }

    /// Creates a stats file with default options.
    ///
    /// # Errors
    ///
    /// Returns an error if a declaration is invalid or no file can be created.
    fn create() -> Result<Published<Self>, CreateError> {
        Self::options().create()
    }
}

/// Stats without a struct: fields are added at run time.
impl MmStats for () {
    const NAME: &'static str = "()";

    fn declare(_: &mut Declarations) {}

    fn attach(_: &mut Attachments) -> Self {}

    fn retire(&self) {}
}
