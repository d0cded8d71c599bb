//! The sender: what is measured of a call, and one datagram for it.
//!
//! ```text
//!  #[kodemon], timing!, time  --->  Site       static: key, names of fields
//!                                     |
//!                                   Timing     the call: its begin, the fields' values
//!                          dropped    |
//!                 +-------------------+--------------------+
//!             Recorder                                   encode      the thread's buffer
//!     mmstats: the thread's file                           |
//!                                                       Sender       the process's socket
//! ```

mod address;
mod counts;
mod encode;
mod environment;
mod fields;
mod key;
mod recorder;
mod sender;
mod site;
mod timing;

pub use counts::{Statistics, statistics};
pub use environment::BadVariable;
pub use fields::Fields;
pub use recorder::Recording;
pub use sender::{ConnectError, connect};
pub use timing::{Timing, time};

/// For the macros; no part of the interface.
#[doc(hidden)]
pub mod private {
    pub use super::fields::text;
    pub use super::key::{file_name, joined, text_of};
    pub use super::recorder::Recorder;
    pub use super::site::Site;
}
