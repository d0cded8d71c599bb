//! Configuration files: destinations and options, and where they are read from. Knows no packets, and
//! no sockets but those of HTTP.
//!
//! ```text
//! # a comment
//! ml.example.org:8884 password        host[:port][ password]
//! xApMon_sys_interval = 60            NAME = VALUE
//! ```

mod configuration;
mod destination;
mod entries;
mod file;
#[cfg(feature = "http")]
mod http;
mod level;
mod names;
mod options;
mod password;
mod problem;
mod shown;
mod source;
mod sources;
mod switches;

pub use configuration::{Configuration, MAX_DESTINATIONS};
pub use destination::{DEFAULT_PORT, Destination, DestinationError};
pub use entries::OptionValue;
pub use level::Level;
pub use options::{Monitoring, OptionError, Options};
pub use password::Password;
pub use problem::Problem;
pub use source::{Source, SourceError};
pub use sources::{LOAD_TIMEOUT, LoadError, Sources};
pub use switches::{Group, Switches};
