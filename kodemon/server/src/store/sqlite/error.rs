//! Errors of the database, as those of a store.

use std::time::Duration;

use mmstats_sqlite::OpenError;
use rusqlite::ErrorCode;

use crate::store::backend::WriteError;
use crate::store::query::QueryError;

/// Time limit of a query.
pub const QUERY_TIMEOUT: Duration = Duration::from_secs(10);

impl From<rusqlite::Error> for WriteError {
    fn from(error: rusqlite::Error) -> Self {
        Self::new(error)
    }
}

impl From<rusqlite::Error> for QueryError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::OperationInterrupted) => Self::TooLong(QUERY_TIMEOUT),
            _ => Self::Failed(error.to_string()),
        }
    }
}

impl From<OpenError> for QueryError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Sqlite(error) => error.into(),
            other => Self::Failed(other.to_string()),
        }
    }
}
