//! Selects executions of a key in a time range, from arrivals and blocks.

use mmstats_sqlite::ReadTransaction;
use rusqlite::OptionalExtension;

use crate::store::query::QueryError;
use crate::store::sqlite::arrivals;
use crate::store::sqlite::block::{Row, Rows};
use crate::store::sqlite::rollup::MINUTES;

/// The id of a key.
pub fn key_id(transaction: &ReadTransaction<'_>, key: &str) -> Result<i64, QueryError> {
    let mut statement = transaction.prepare_cached("SELECT id FROM keys WHERE name = ?")?;
    let found = statement.query_row((key,), |row| row.get(0)).optional()?;
    found.ok_or(QueryError::UnknownKey)
}

/// Selects executions by token.
#[derive(Clone, Copy, Debug)]
pub enum TokenFilter {
    All,
    One(i64),
    /// Of a token without executions.
    None,
}

impl TokenFilter {
    /// Those of `token`, or all.
    pub fn new(transaction: &ReadTransaction<'_>, token: Option<&str>) -> Result<Self, QueryError> {
        let Some(token) = token else {
            return Ok(Self::All);
        };
        let mut statement = transaction.prepare_cached("SELECT id FROM tokens WHERE name = ?")?;
        let found = statement.query_row((token,), |row| row.get(0)).optional()?;
        Ok(found.map_or(Self::None, Self::One))
    }

    pub fn contains(self, token: i64) -> bool {
        match self {
            Self::All => true,
            Self::One(wanted) => wanted == token,
            Self::None => false,
        }
    }
}

/// Selects executions.
#[derive(Clone, Copy, Debug)]
pub struct Selection {
    pub key: i64,
    pub tokens: TokenFilter,
    /// Start of the time range, inclusive.
    pub from: f64,
    /// End of the time range, exclusive.
    pub to: f64,
}

impl Selection {
    /// Calls `then` for each that isn't in a block yet.
    pub fn for_each_arrival(
        self,
        transaction: &ReadTransaction<'_>,
        mut then: impl FnMut(Row<&str>),
    ) -> rusqlite::Result<()> {
        arrivals::for_each(transaction, |key, rows| {
            if key == self.key {
                self.filter(rows, &mut then)?;
            }
            transaction.check_deadline()
        })
    }

    /// Calls `then` for each in a block, in no particular order.
    pub fn for_each_in_blocks(
        self,
        transaction: &ReadTransaction<'_>,
        mut then: impl FnMut(Row<&str>),
    ) -> rusqlite::Result<()> {
        self.for_each_block(transaction, false, |_, rows| {
            self.filter(rows, &mut then)?;
            Ok(true)
        })
    }

    /// Calls `then` for each block that may contain some, sorted by start, while it returns true.
    pub fn for_each_block(
        self,
        transaction: &ReadTransaction<'_>,
        descending: bool,
        mut then: impl FnMut(f64, Rows<'_>) -> rusqlite::Result<bool>,
    ) -> rusqlite::Result<()> {
        // A block lies within a minute, so the index alone finds the candidates.
        if let TokenFilter::None = self.tokens {
            return Ok(());
        }
        let order = if descending { "DESC" } else { "ASC" };
        let mut statement = transaction.prepare_cached(&format!(
            "SELECT first, number, data FROM blocks WHERE key = ? AND first >= ? AND first < ? \
             AND first + seconds >= ? ORDER BY first {order}"
        ))?;
        let begin = MINUTES.floor(self.from);
        let mut blocks = statement.query((self.key, begin, self.to, self.from))?;
        while let Some(block) = blocks.next()? {
            transaction.check_deadline()?;
            let before = (block.get(0)?, block.get(1)?);
            if !then(before.0, Rows::of(block.get_ref(2)?.as_blob()?, before))? {
                break;
            }
        }
        Ok(())
    }

    /// Calls `then` for each selected row of a block.
    pub fn filter(self, rows: Rows<'_>, mut then: impl FnMut(Row<&str>)) -> rusqlite::Result<()> {
        for row in rows {
            let row = row?;
            if (self.from..self.to).contains(&row.timestamp) && self.tokens.contains(row.token) {
                then(row);
            }
        }
        Ok(())
    }
}
