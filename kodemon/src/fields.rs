//! The further fields of a message: values of any type, in a list by value.

use serde::Serialize;
use serde::ser::SerializeMap;

/// The values of a timing's fields; the macros create them.
pub trait Fields: sealed::Fields {}

impl<T: sealed::Fields> Fields for T {}

mod sealed {
    use super::SerializeMap;

    pub trait Fields {
        /// Writes each value under its name.
        fn write<M: SerializeMap>(&self, names: &[&str], message: &mut M) -> Result<(), M::Error>;
    }
}

pub(crate) use sealed::Fields as Write;

impl sealed::Fields for () {
    fn write<M: SerializeMap>(&self, _: &[&str], _: &mut M) -> Result<(), M::Error> {
        Ok(())
    }
}

/// A value and the following ones.
impl<V: Serialize, R: sealed::Fields> sealed::Fields for (V, R) {
    fn write<M: SerializeMap>(&self, names: &[&str], message: &mut M) -> Result<(), M::Error> {
        let (value, rest) = self;
        let Some((name, names)) = names.split_first() else { return Ok(()) };
        message.serialize_entry(name, value)?;
        rest.write(names, message)
    }
}

/// The value of `key` or `token`, which must be strings.
pub fn text<V: Serialize + AsRef<str>>(text: V) -> V {
    text
}
