//! Sends packets: destinations, addresses, the rate and what waits for it.

//  Sender::send --->  Body       cluster, node, parameters: the thread's buffer
//                       |
//     Process: this process's state; a forked child makes its own
//                       |        Rate: may it be sent now?
//            +----------+-----------+
//        Route: header, socket    Queue  --->  Drain    sends later, on a thread
//            ^
//        Resolver: looks addresses up and reads sources again, on a thread

mod builder;
mod clock;
mod counts;
mod drain;
mod encode;
mod error;
mod fate;
mod names;
mod packet;
mod process;
mod queue;
mod rate;
mod report;
mod resolve;
mod route;
mod routing;
mod sender;
mod settings;
mod stats;
#[cfg(test)]
mod tests;
mod thread;
mod wake;

pub use builder::Builder;
pub use counts::Counts;
pub use error::{ConnectError, SendError, StartError};
pub use packet::PacketBuilder;
pub use report::Report;
pub use sender::Sent;
pub(crate) use sender::{Sender, To};
pub use settings::RateLimit;
