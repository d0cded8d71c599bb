//! Per-call timings of functions, sent over UDP.
//!
//! Each call of a marked function sends one small message. The program `kodemon`, from the
//! crate `kodemon-server`, receives the messages, stores them and shows them.
//!
//! ```
//! use kodemon::kodemon;
//!
//! #[kodemon]
//! fn price(items: &[u32]) -> u32 {
//!     items.iter().sum()
//! }
//!
//! #[kodemon(stats, customer = customer, phase = "paying")]
//! async fn charge(customer: u64, cents: u32) -> Result<(), String> {
//! #   let (_, _) = (customer, cents);
//!     // …
//!     Ok(())
//! }
//!
//! price(&[3, 4]);
//! ```
//!
//! | form | for |
//! | --- | --- |
//! | [`#[kodemon]`](macro@kodemon) | every call of a function or method |
//! | [`timing!`] | a part of a function: from here to the end of the block |
//! | [`time`] | a closure |
//!
//! A message has the duration of the call, when it began, who sends it, and the key:
//!
//! ```json
//! {"execution_time": 0.0319, "timestamp": 1413404125.25, "token": "test-token", "key": "shop.rs-price"}
//! ```
//!
//! It may have further fields. Messages are sent to the host `KODEMON_HOST` (default `localhost`),
//! port `KODEMON_PORT` (4000), with the token `KODEMON_TOKEN` (`test-token`); the environment is read
//! once, at the first call.
//!
//! # What a call costs, and what it never does
//!
//! A call takes about a fifth more time than one `send`, its only system call; `benches/README.md` has
//! the figures. It never blocks, never fails and never writes to the terminal. After the first call in
//! a thread it doesn't allocate. Messages that can't be sent are counted by reason: see [`statistics`];
//! [`connect`] reports a misconfigured environment.
//!
//! An IP address and `localhost` (127.0.0.1) need no lookup. Any other name is resolved on a helper
//! thread; until then calls count as not sent. When a server comes back, the next message reaches it.
//! A forked child sends on its own.
//!
//! # Without a server
//!
//! With `stats` a call is also recorded by mmstats: a timer `kodemon.KEY` in seconds and a histogram
//! `kodemon.KEY.spread` in nanoseconds, in one stats file per thread, which `slurpstats` and `mmash`
//! show. `stats, udp = false` does only that, in some thirty nanoseconds per call and without a system
//! call. The first call in a thread creates the file, which takes a millisecond or two; the first call
//! of each function adds its stats. A file has space for 64 functions (384 KiB); calls of further ones
//! are counted as [`unrecorded`](Statistics::unrecorded).
#![forbid(unsafe_code)]

//  #[kodemon], timing!, time  --->  Site       static: key, names of fields
//                                     |
//                                   Timing     the call: its begin, the fields' values
//                          dropped    |
//                 +-------------------+--------------------+
//             Recorder                                   encode      the thread's buffer
//     mmstats: the thread's file                           |
//                                                       Sender       the process's socket

mod counts;
mod encode;
mod environment;
mod fields;
mod key;
#[doc(hidden)]
pub mod limits;
mod recorder;
mod sender;
mod site;
mod timing;

pub use counts::{Statistics, statistics};
pub use environment::VariableError;
pub use fields::Fields;
pub use kodemon_macros::{kodemon, timing};
pub use recorder::Recording;
pub use sender::{ConnectError, connect};
pub use timing::{Timing, time};

/// For the macros; not part of the interface.
#[doc(hidden)]
pub mod __private {
    pub use crate::fields::text;
    pub use crate::key::{checked, file_name, joined, text_of};
    pub use crate::recorder::Recorder;
    pub use crate::site::Site;
    pub use crate::timing::Timing;
}
