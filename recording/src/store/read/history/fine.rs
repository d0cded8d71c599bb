//! Points from blocks, and from polls that aren't in blocks.

use rusqlite::{Connection, OptionalExtension};

use crate::block::Block;
use crate::error::BlobError;
use crate::row::{Part, row_parts};
use crate::seal::unseal;
use crate::store::error::RecordingError;
use crate::store::form::Form;
use crate::store::key;
use crate::store::read::history::origin::Base;
use crate::store::read::history::plan::PlannedSpan;
use crate::store::read::history::point::Visitor;
use crate::store::read::history::recent::Recent;
use crate::store::read::history::track::{Track, base};

/// Takes a span.
pub fn read(
    connection: &Connection,
    span: &PlannedSpan,
    tracks: &mut [Track],
    visit: &mut Visitor<'_>,
    errors: &mut Vec<RecordingError>,
) -> Result<(), RecordingError> {
    if span.is_after_gap {
        tracks.iter_mut().for_each(Track::lose);
    }
    let recent = match span.form {
        Form::Blocks => None,
        _ => Some(Recent::load(connection, span, errors)?),
    };
    let mut reader = Reader { connection, span, recent, visit, errors, damaged: None };
    let mut at = 0;
    while at < tracks.len() {
        at = reader.row(tracks, at)?;
    }
    Ok(())
}

struct Reader<'a, 'v> {
    connection: &'a Connection,
    span: &'a PlannedSpan,
    recent: Option<Recent>,
    visit: &'a mut Visitor<'v>,
    errors: &'a mut Vec<RecordingError>,
    /// The last row that is damaged.
    damaged: Option<i64>,
}

impl Reader<'_, '_> {
    /// Takes the tracks whose writers are in the row of one of them; which is the next.
    fn row(&mut self, tracks: &mut [Track], mut at: usize) -> Result<usize, RecordingError> {
        let writer = tracks[at].writer;
        let sql =
            "SELECT key, bytes FROM blocks WHERE key >= ? AND key <= ? ORDER BY key DESC LIMIT 1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let keys = (key::block(self.span.id, 0), key::block(self.span.id, writer as u32));
        let found: Option<(i64, Vec<u8>)> =
            statement.query_row(keys, |row| row.try_into()).optional()?;
        let Some((key, bytes)) = found else {
            self.unmentioned(tracks, at);
            return Ok(at + 1);
        };
        let content = match unseal(&bytes) {
            Ok(content) => content,
            Err(error) => {
                self.damage(key, &error);
                tracks[at].lose();
                return Ok(at + 1);
            }
        };
        for part in row_parts(content) {
            let part = match part {
                Ok(part) => part,
                Err(error) => {
                    self.damage(key, &error);
                    break;
                }
            };
            while at < tracks.len() && tracks[at].writer < part.writer.into() {
                self.unmentioned(tracks, at);
                at += 1;
            }
            let end =
                at + tracks[at..].iter().take_while(|it| it.writer == part.writer.into()).count();
            if at < end {
                let bases: Vec<_> = (at..end).map(|at| base(tracks, at)).collect();
                if let Err(error) = self.block(&mut tracks[at..end], bases, part) {
                    self.damage(key, &error.shifted(part.offset));
                    tracks[at..end].iter_mut().for_each(Track::lose);
                }
                at = end;
            }
            if at == tracks.len() {
                return Ok(at);
            }
        }
        if tracks[at].writer == writer {
            // It is behind all of the row.
            self.unmentioned(tracks, at);
            at += 1;
        }
        Ok(at)
    }

    fn damage(&mut self, key: i64, error: &BlobError) {
        if self.damaged.replace(key) != Some(key) {
            self.errors.push(RecordingError::damaged("blocks", key, error.to_string()));
        }
    }

    /// Takes the stats of a writer from its block.
    fn block(
        &mut self,
        tracks: &mut [Track],
        bases: Vec<Base>,
        part: Part<'_>,
    ) -> Result<(), BlobError> {
        let Some(first) = tracks.first() else { return Ok(()) };
        let block = Block::parse(part.bytes, first.word_count as u32)?;
        let polls = block.polls();
        for (track, base) in tracks.iter_mut().zip(bases) {
            let mut words = match (block.keyframe(), track.now()) {
                (Some(all), _) => all[track.words.clone()].to_vec(),
                (None, Some(now)) => now.to_vec(),
                (None, None) => continue,
            };
            let mut columns = Vec::new();
            for (at, word) in track.words.clone().enumerate() {
                if let Some(values) = block.values(word as u32)? {
                    words[at] = values.before();
                    columns.push((at, values));
                }
            }
            let first = usize::from(polls.start);
            let mut before = if track.is_born(self.span, first) {
                // The block begins with what it had at its first poll.
                track.words_before(base, self.span, first, block.keyframe().unwrap_or_default())
            } else if track.is_present {
                Some(words.clone())
            } else {
                // It is there again.
                track.now().map_or_else(|| Some(words.clone()), |now| Some(now.to_vec()))
            };
            for poll in polls.clone() {
                let at = usize::from(poll - polls.start);
                for (word, values) in &columns {
                    words[*word] = values.at_polls()[at];
                }
                let Some(step) = self.span.steps.get(usize::from(poll)) else { break };
                track.poll(*step, before.as_deref(), &words, self.visit);
                before.get_or_insert_default().clone_from(&words);
            }
        }
        Ok(())
    }

    /// Takes a stat that is in no block: it is in polls, or nothing changed.
    fn unmentioned(&mut self, tracks: &mut [Track], at: usize) {
        let base = base(tracks, at);
        let track = &mut tracks[at];
        if let Some(recent) = &self.recent {
            recent.follow(track, base, self.span, self.visit);
            return;
        }
        if track.polls(self.span).is_empty() {
            track.is_over();
        } else if self.span.is_complete {
            track.lose();
        }
        let Some(words) = track.now().filter(|_| track.is_present).map(<[u64]>::to_vec) else {
            return;
        };
        for poll in track.polls(self.span) {
            track.poll(self.span.steps[poll], Some(&words), &words, self.visit);
        }
    }
}
