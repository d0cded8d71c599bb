//! Points from roll-ups.

use mmstats_sqlite::Readers;
use rusqlite::Row;

use crate::error::BlobError;
use crate::roll_up::{RollUp, WordRollUp};
use crate::seal::unseal;
use crate::store::error::RecordingError;
use crate::store::key;
use crate::store::read::history::increases::{Counted, Counts};
use crate::store::read::history::origin::Base;
use crate::store::read::history::plan::PlannedSpan;
use crate::store::read::history::point::Visitor;
use crate::store::read::history::track::{Track, base};
use crate::store::read::history::values::{extremes, first};
use crate::store::read::scan::{Source, scan};

/// Takes spans that follow each other, writer by writer.
pub fn read(
    readers: &Readers,
    spans: &[PlannedSpan],
    tracks: &mut [Track],
    visit: &mut Visitor<'_>,
    errors: &mut Vec<RecordingError>,
) -> Result<(), RecordingError> {
    let Some((begin, end)) = spans.first().zip(spans.last()) else { return Ok(()) };
    let source = Source { table: "minutes", key: "key", columns: "key, bytes" };
    for at in 0..tracks.len() {
        let base = base(tracks, at);
        let track = &mut tracks[at];
        let writer = track.writer as u32;
        let mut next = 0;
        let keys = key::minute(writer, begin.id)..key::minute(writer, end.id) + 1;
        errors.extend(scan(readers, source, keys, |_, row| {
            let span = row.get::<_, i64>(0)? & key::MAX_ID;
            while let Some(unchanged) = spans.get(next).filter(|known| known.id < span) {
                unmentioned(track, unchanged, visit);
                next += 1;
            }
            let Some(planned) = spans.get(next).filter(|known| known.id == span) else {
                return Ok(());
            };
            next += 1;
            roll_up(track, &base, planned, row, visit)
        })?);
        for unchanged in &spans[next..] {
            unmentioned(track, unchanged, visit);
        }
    }
    Ok(())
}

/// A span in which nothing changed, or in which it wasn't there.
fn unmentioned(track: &mut Track, span: &PlannedSpan, visit: &mut Visitor<'_>) {
    if track.polls(span).is_empty() {
        track.is_over();
    } else if span.is_complete {
        track.lose();
    }
    let Some(words) = track.now().filter(|_| track.is_present).map(<[u64]>::to_vec) else { return };
    let step = span.steps.last().copied().flatten();
    track.poll(step, Some(&words), &words, visit);
}

fn roll_up(
    track: &mut Track,
    base: &Base,
    span: &PlannedSpan,
    row: &Row<'_>,
    visit: &mut Visitor<'_>,
) -> Result<(), RecordingError> {
    let key = row.get(0)?;
    let found = row.get_ref(1)?.as_blob().unwrap_or_default();
    let words = track.words.start as u32..track.words.end as u32;
    let read = unseal(found)
        .and_then(|content| RollUp::decode_some(content, track.word_count as u32, words));
    let read = read.map_err(|error: BlobError| {
        track.lose();
        RecordingError::damaged("minutes", key, error.to_string())
    })?;
    let start = track.words.start;
    let is_continued = !span.is_after_gap && track.is_present;
    let before = track.now().filter(|_| is_continued).map(<[u64]>::to_vec);
    let mut now = match (&read.keyframe, track.now()) {
        (Some(all), _) => all[track.words.clone()].to_vec(),
        (None, Some(now)) => now.to_vec(),
        // It wasn't said before what the words are.
        (None, None) => return Ok(()),
    };
    for word in &read.words {
        now[word.word as usize - start] = word.last;
    }
    let step = span.steps.last().copied().flatten();
    let mut counted = counted(track.counts, start, &read.words, before.as_deref(), &now);
    let born = (0..span.times.len()).find(|poll| track.is_born(span, *poll));
    if let Some((poll, all)) = born.zip(read.keyframe.as_ref()) {
        let mut first_words = now.clone();
        for word in &read.words {
            let first = first(&word.summary, word.last).unwrap_or(word.last);
            first_words[word.word as usize - start] = first;
        }
        if let Some(before) = track.words_before(base.clone(), span, poll, all) {
            counted.add(track.counts.between(&before, &first_words));
        }
    }
    let summary = read.words.first().filter(|_| track.is_number());
    let ends = summary.and_then(|word| extremes(&word.summary, word.last));
    let value = || track.number(&now);
    let ends = ends.unwrap_or_else(|| (value(), value()));
    track.take(step, ends, counted, &now, visit);
    Ok(())
}

/// What was counted; `before` are the words at the end of the span before.
fn counted(
    counts: Counts,
    start: usize,
    words: &[WordRollUp],
    before: Option<&[u64]>,
    now: &[u64],
) -> Counted {
    let of = |at: usize| words.iter().find(|word| word.word as usize == start + at);
    let increase = |at: usize| match of(at).map(|word| word.summary) {
        Some(crate::Summary::Count { increase, .. }) => increase,
        _ => 0,
    };
    match counts {
        Counts::Nothing => Counted::Nothing,
        Counts::Count => Counted::Count(increase(0)),
        Counts::UpDown => match before {
            Some(before) => Counted::UpDown(now[0].wrapping_sub(before[0]).cast_signed()),
            None => Counted::UpDown(0),
        },
        Counts::Total { count, total } => {
            let first = of(total).and_then(|word| first(&word.summary, word.last));
            let before = before.map(|before| before[total]).or(first).unwrap_or(now[total]);
            let sum = f64::from_bits(now[total]) - f64::from_bits(before);
            Counted::Total(increase(count), sum)
        }
        Counts::Histogram => {
            let mut buckets = vec![0; now.len()];
            for word in words {
                if let crate::Summary::Count { increase, .. } = word.summary {
                    buckets[word.word as usize - start] = increase;
                }
            }
            Counted::Histogram(buckets)
        }
    }
}
