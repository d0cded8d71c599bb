//! The program `kodemon`: it receives messages about calls of functions, stores them, serves them
//! over HTTP and draws them on a page. Programs send them with the crate `kodemon`.
#![forbid(unsafe_code)]

mod api;
mod args;
mod catalog;
mod live;
mod message;
mod page;
mod receive;
mod server;
mod store;
mod telemetry;
mod times;
mod totals;

pub use args::Arguments;
pub use server::{NAME, run};

/// What tests, benchmarks and fuzz targets of this repository use; not part of the interface.
#[doc(hidden)]
pub mod internals {
    pub use crate::catalog::Catalog;
    pub use crate::message::{LONGEST_EXECUTION, LONGEST_KEY, LONGEST_TOKEN, Message, parse};
    pub use crate::store::elastic::{Address, Elastic};
    pub use crate::store::sqlite::Sqlite;
    pub use crate::store::{
        Execution, ExecutionsQuery, KeyRecord, KeysQuery, Page, QueryError, Spread, Store, Summary,
        SummaryQuery, WriteError, Written,
    };
}
