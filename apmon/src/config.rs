//! Configuration files: destinations and options. Knows neither packets nor sockets.
//!
//! ```text
//! # a comment
//! ml.example.org:8884 password        host[:port][ password]
//! xApMon_sys_interval = 60            NAME = VALUE
//! ```

mod destination;
mod options;
mod password;
mod problem;

pub use destination::{DEFAULT_PORT, Destination, DestinationError};
pub use options::{Level, Monitoring, Options};
pub use password::Password;
pub use problem::Problem;

/// What a source says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Configuration {
    /// In the order of their lines, each once.
    pub destinations: Vec<Destination>,
    /// They go with all destinations, wherever they stand.
    pub options: Options,
    /// The lines that weren't used, and why.
    pub problems: Vec<Problem>,
}
