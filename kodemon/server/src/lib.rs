//! The program `kodemon`: it receives messages about calls of functions, stores them, serves them
//! over HTTP and draws them on a page. Programs send them with the crate `kodemon`.
#![forbid(unsafe_code)]

mod api;
mod args;
mod call_totals;
mod catalog;
mod clock_check;
mod execution;
mod ingest;
mod live;
mod message;
mod page;
mod receive;
mod routes;
mod server;
mod store;
mod telemetry;

pub use args::{Arguments, NAME};
pub use server::run;

/// What tests, benchmarks and fuzz targets of this repository use; not part of the interface.
#[doc(hidden)]
pub mod internals {
    pub use crate::catalog::Catalog;
    pub use crate::execution::Execution;
    pub use crate::message::{Message, parse};
    pub use crate::store::backend::{Store, WriteError, Written};
    pub use crate::store::elastic::{Address, Elastic};
    pub use crate::store::query::{
        Distribution, ExecutionsQuery, KeyRecord, KeysQuery, Page, QueryError, Summary,
        SummaryQuery,
    };
    pub use crate::store::sqlite::Sqlite;
}
