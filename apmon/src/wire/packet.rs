//! A packet and its parameters.

use super::header::Header;
use super::value::Value;

/// A packet. Strings are bytes: most senders write UTF-8, some Latin-1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Packet<'a> {
    /// Version, password and numbers of the sender; the oldest senders have none.
    pub header: Option<Header<'a>>,
    /// The cluster that the node belongs to.
    pub cluster: &'a [u8],
    /// The node that the parameters are about; may be empty.
    pub node: &'a [u8],
    /// In the sender's order.
    pub parameters: Vec<Parameter<'a>>,
    /// Unix time in seconds; receivers take 0 and less for absent.
    pub time: Option<i32>,
}

/// A named value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parameter<'a> {
    /// Not empty in a valid packet.
    pub name: &'a [u8],
    /// Its value.
    pub value: Value<'a>,
}

impl<'a> Parameter<'a> {
    /// A parameter of any value that has a form in a packet.
    #[inline]
    pub fn new(name: &'a str, value: impl Into<Value<'a>>) -> Self {
        Self { name: name.as_bytes(), value: value.into() }
    }
}
