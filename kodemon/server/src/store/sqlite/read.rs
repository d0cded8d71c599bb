//! Questions to the tables.

mod executions;
mod keys;
mod rows;
mod summary;

use rusqlite::OptionalExtension;

use super::readers::Question;
use crate::store::QueryError;

pub use executions::executions;
pub use keys::{keys, tokens};
pub use summary::summary;

fn key_id(question: &Question<'_>, key: &str) -> Result<i64, QueryError> {
    let mut statement = question.prepare_cached("SELECT id FROM keys WHERE name = ?")?;
    let found = statement.query_row((key,), |row| row.get(0)).optional()?;
    found.ok_or(QueryError::UnknownKey)
}

/// Whose executions are wanted.
#[derive(Clone, Copy, Debug)]
enum Of {
    Anybody,
    Token(i64),
    /// Of a token that never sent any.
    Nobody,
}

impl Of {
    fn token(question: &Question<'_>, token: Option<&str>) -> Result<Self, QueryError> {
        let Some(token) = token else {
            return Ok(Self::Anybody);
        };
        let mut statement = question.prepare_cached("SELECT id FROM tokens WHERE name = ?")?;
        let found = statement.query_row((token,), |row| row.get(0)).optional()?;
        Ok(found.map_or(Self::Nobody, Self::Token))
    }

    fn has(self, token: i64) -> bool {
        match self {
            Self::Anybody => true,
            Self::Token(wanted) => wanted == token,
            Self::Nobody => false,
        }
    }
}
