//! The packet: one UDP datagram in XDR (RFC 4506), as bytes and as values. No I/O.
//!
//! Everything is big endian and takes a multiple of 4 bytes. A string is its length in bytes (u32),
//! the bytes, and zeros up to a multiple of 4.
//!
//! | field | type | meaning |
//! | --- | --- | --- |
//! | header | string | `v:VERSION` `p:PASSWORD`; VERSION ends at the first `p:` |
//! | instance, sequence | i32, i32 | the sender, and the packet's number; since version 2.2 |
//! | cluster, node | string, string | what the parameters belong to |
//! | count | i32 | number of parameters |
//! | parameters | string, i32, value | name, type, value |
//! | time | i32 | Unix seconds; may be absent; since version 1.6 |
//!
//! Decoding is strict, because MonALISA's own receiver isn't and takes whatever stands in its buffer
//! for values: a packet that was cut short, or that counts wrongly, is rejected with the offset, the
//! field, what was found and what was expected. [`Packet::decode_lenient`] keeps what stands before
//! such an error.

mod decode;
pub(crate) mod encode;
mod error;
mod header;
mod packet;
mod value;

pub use error::{DecodeError, Field};
pub(crate) use header::NUMBERS;
pub use header::{Header, Numbering};
pub use packet::{Packet, Parameter};
pub use value::Value;

/// Maximum size of a packet that senders send, in bytes.
pub const MAX_PACKET: usize = 8_192;
/// Maximum length of a string that receivers read, in bytes.
pub const MAX_STRING: usize = 65_535;
