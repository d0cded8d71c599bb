//! A writer's part of a span, from what was written of it.

use std::mem;
use std::ops::Range;
use std::sync::Arc;

use crate::poll::Change;
use crate::store::write::gathered::Parts;
use crate::store::write::open_span::{OpenSpan, WriterSpan};
use crate::summary::WordKind;

/// What a recorder would have had in memory: `None` if the writer wasn't there.
///
/// `before` are its words at the poll before, if it was there. `seen` says when it was there, and
/// whether the first poll of that says all words.
pub fn rebuild(
    writer: i64,
    kinds: &Arc<[WordKind]>,
    count: usize,
    before: Option<Vec<u64>>,
    is_complete: bool,
    seen: &[(Range<u8>, bool)],
    parts: &Parts,
) -> Option<WriterSpan> {
    let mut open = before.as_ref().map(|words| OpenSpan::following(words, is_complete));
    let mut words = before.unwrap_or_else(|| vec![0; count]);
    let mut parts = parts.iter().peekable();
    for (polls, says_all) in seen {
        for poll in polls.clone() {
            let is_said = *says_all && poll == polls.start;
            let part = parts.next_if(|(at, _)| *at == poll);
            if part.is_none() && !is_said && poll + 1 < polls.end {
                continue;
            }
            let mut now = if is_said { vec![0; count] } else { words.clone() };
            for change in part.iter().flat_map(|(_, changes)| changes) {
                now[change.word as usize] = change.value;
            }
            match &mut open {
                Some(open) => open.push(poll, changed(&words, &now)),
                None => open = Some(OpenSpan::appearing(&now, poll)),
            }
            mem::swap(&mut words, &mut now);
        }
    }
    WriterSpan::new(writer, kinds, open?)
}

/// Which words are others now.
fn changed(before: &[u64], now: &[u64]) -> impl Iterator<Item = Change> {
    let pairs = (0..).zip(before.iter().zip(now)).filter(|(_, (before, now))| before != now);
    pairs.map(|(word, (_, value))| Change { word, value: *value })
}
