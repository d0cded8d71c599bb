//! What a span left behind whose blocks have expired.

use std::collections::HashMap;

use rusqlite::Connection;

use crate::poll::Change;
use crate::roll_up::RollUp;
use crate::seal::unseal;
use crate::store::error::RecordingError;
use crate::store::key;
use crate::store::read::blocks::{Asked, SpanBlocks};
use crate::store::read::budget::Budget;
use crate::store::read::scan::in_table;

/// The roll-ups of a span, as if everything had changed at its last poll.
pub fn load(
    connection: &Connection,
    span: i64,
    polls: usize,
    asked: &HashMap<i64, Asked>,
    budget: &mut Budget,
) -> Result<SpanBlocks, RecordingError> {
    let mut found = SpanBlocks::of_polls(polls);
    let mut writers: Vec<_> = asked.iter().collect();
    writers.sort_unstable_by_key(|(writer, _)| **writer);
    for (writer, asked) in writers {
        let Ok(number) = u32::try_from(*writer) else { continue };
        let read = read(connection, number, span, asked, budget);
        match read.map_err(|error| in_table(error, "minutes", key::minute(number, span))) {
            Ok(changes) => {
                found.polls[polls - 1].push(number, changes);
                found.writers.insert(number);
            }
            Err(error @ RecordingError::Damaged(_)) => {
                found.errors.push(error);
                found.lost.insert(*writer, writer + 1);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

/// The last values of a writer's words that aren't known without this.
fn read(
    connection: &Connection,
    writer: u32,
    span: i64,
    asked: &Asked,
    budget: &mut Budget,
) -> Result<Vec<Change>, RecordingError> {
    let key = key::minute(writer, span);
    let damaged = |what: String| RecordingError::damaged("minutes", key, what);
    let mut statement = connection.prepare_cached("SELECT bytes FROM minutes WHERE key = ?")?;
    let mut rows = statement.query((key,))?;
    let Some(row) = rows.next()? else {
        // All words of a file that appears are in its roll-up.
        let is_unchanged = asked.appears.is_empty();
        return if is_unchanged {
            Ok(Vec::new())
        } else {
            Err(damaged("it is missing".to_owned()))
        };
    };
    let bytes = row.get_ref(0)?.as_blob().map_err(|_| damaged("not a blob".to_owned()))?;
    // As much as it may take in memory.
    let size = 16 * asked.words + 64 * bytes.len();
    budget.take(size as u64)?;
    let roll_up = unseal(bytes).and_then(|content| RollUp::decode(content, asked.words as u32));
    let RollUp { keyframe, words } = roll_up.map_err(|error| damaged(error.to_string()))?;
    let all = keyframe.unwrap_or_default().into_iter().zip(0..);
    let all = all.map(|(value, word)| Change { word, value });
    let changed = words.iter().map(|word| Change { word: word.word, value: word.last });
    Ok(all.chain(changed).collect())
}
