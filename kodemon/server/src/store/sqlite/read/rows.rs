//! Executions of a key within a range of time, wherever they stand.

use super::Of;
use crate::store::sqlite::arrivals;
use crate::store::sqlite::block::{Row, Rows};
use crate::store::sqlite::readers::Question;
use crate::store::sqlite::rollup::MINUTES;

/// Which ones.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    pub key: i64,
    pub of: Of,
    /// From this time on.
    pub from: f64,
    /// Until before this time.
    pub to: f64,
}

impl Wanted {
    /// Gives those that came last and are in no block yet.
    pub fn each_arrival(
        self,
        question: &Question<'_>,
        mut then: impl FnMut(Row<&str>),
    ) -> rusqlite::Result<()> {
        arrivals::each(question, |key, rows| {
            if key == self.key {
                self.filter(rows, &mut then)?;
            }
            question.goes_on()
        })
    }

    /// Gives those in blocks, in no order.
    pub fn each_in_blocks(
        self,
        question: &Question<'_>,
        mut then: impl FnMut(Row<&str>),
    ) -> rusqlite::Result<()> {
        self.each_block(question, false, |_, rows| {
            self.filter(rows, &mut then)?;
            Ok(true)
        })
    }

    /// Gives the blocks that may have some, by when they begin, as long as it is true.
    pub fn each_block(
        self,
        question: &Question<'_>,
        descending: bool,
        mut then: impl FnMut(f64, Rows<'_>) -> rusqlite::Result<bool>,
    ) -> rusqlite::Result<()> {
        // A block is within a minute. Those that may have something are found by the index alone.
        if let Of::Nobody = self.of {
            return Ok(());
        }
        let order = if descending { "DESC" } else { "ASC" };
        let mut statement = question.prepare_cached(&format!(
            "SELECT first, number, data FROM blocks WHERE key = ? AND first >= ? AND first < ? \
             AND first + seconds >= ? ORDER BY first {order}"
        ))?;
        let begin = MINUTES.begin(self.from);
        let mut blocks = statement.query((self.key, begin, self.to, self.from))?;
        while let Some(block) = blocks.next()? {
            question.goes_on()?;
            let before = (block.get(0)?, block.get(1)?);
            if !then(before.0, Rows::of(block.get_ref(2)?.as_blob()?, before))? {
                break;
            }
        }
        Ok(())
    }

    /// Gives those of some rows that are wanted.
    pub fn filter(self, rows: Rows<'_>, mut then: impl FnMut(Row<&str>)) -> rusqlite::Result<()> {
        for row in rows {
            let row = row?;
            if (self.from..self.to).contains(&row.timestamp) && self.of.has(row.token) {
                then(row);
            }
        }
        Ok(())
    }
}
