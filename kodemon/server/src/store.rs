//! Stores for executions.

pub mod aggregate;
pub mod backend;
pub mod elastic;
mod histogram;
pub mod query;
mod rate;
pub mod sqlite;
mod time_buckets;
