//! A stat of a writer, followed from poll to poll.

use std::ops::Range;

use mmstats::{Increase, StatsFile};

use crate::store::key;
use crate::store::read::history::increases::{Counted, Counts};
use crate::store::read::history::origin::{Base, Origin};
use crate::store::read::history::plan::PlannedSpan;
use crate::store::read::history::point::{HistoryPoint, HistoryWriter, Visitor};
use crate::store::read::history::values::number;
use crate::summary::WordKind;

/// A stat of a writer.
#[derive(Debug)]
pub struct Track {
    pub writer: i64,
    pub continues: Option<i64>,
    /// The polls, as rows refer to them, at which it was there first, and at which it had ended.
    pub born: i64,
    pub ended: i64,
    /// With the words of the stat alone.
    file: StatsFile,
    /// Which stat it is, and where its words are among those of the file.
    stat: usize,
    pub words: Range<usize>,
    /// All words of the file.
    pub word_count: usize,
    kind: Option<WordKind>,
    pub counts: Counts,
    pub origin: Origin,
    /// The words at the last poll; none if they aren't known.
    now: Option<Vec<u64>>,
    /// Those with which it ended.
    ended_with: Option<Vec<u64>>,
    /// Whether it was there at the last poll.
    pub is_present: bool,
    step: Option<Accumulated>,
}

/// What is known of the step that isn't over.
#[derive(Debug)]
struct Accumulated {
    step: u32,
    least: f64,
    greatest: f64,
    counted: Counted,
    /// The words at its last poll.
    words: Vec<u64>,
}

/// What a track is made of.
#[derive(Debug)]
pub struct TrackParts {
    pub writer: i64,
    pub continues: Option<i64>,
    pub born: i64,
    pub ended: Option<i64>,
    pub file: StatsFile,
    pub stat: usize,
    pub words: Range<usize>,
    pub kinds: Vec<WordKind>,
    pub counts: Counts,
    pub origin: Origin,
}

/// What was before a track, which hasn't been followed yet through the span in which it begins.
pub fn base(tracks: &[Track], at: usize) -> Base {
    match tracks[at].origin {
        Origin::New => Base::IfCreated,
        Origin::Added => Base::Zeros,
        Origin::Continued(before) => {
            Base::Words(tracks.get(before).and_then(Track::last_words).map(<[u64]>::to_vec))
        }
    }
}

impl Track {
    pub fn new(parts: TrackParts) -> Self {
        let TrackParts { writer, continues, born, ended, file, stat, words, kinds, counts, origin } =
            parts;
        let kind = kinds.first().copied().filter(|_| kinds.len() == 1);
        Self {
            writer,
            continues,
            born,
            ended: ended.unwrap_or(i64::MAX),
            word_count: file.word_count(),
            file,
            stat,
            words,
            kind: kind.filter(|kind| *kind != WordKind::Other),
            counts,
            origin,
            now: None,
            ended_with: None,
            is_present: false,
            step: None,
        }
    }

    /// The polls of a span at which it may be there.
    pub fn polls(&self, span: &PlannedSpan) -> Range<usize> {
        let polls = span.times.len();
        let begin = key::poll(span.id, 0);
        let at = |poll: i64| (poll.saturating_sub(begin)).clamp(0, polls as i64) as usize;
        at(self.born)..at(self.ended).max(at(self.born))
    }

    /// Whether a poll of a span is its first one.
    pub fn is_born(&self, span: &PlannedSpan, poll: usize) -> bool {
        self.born == key::poll(span.id, poll)
    }

    /// Its label.
    pub fn label(&self) -> Option<Vec<u8>> {
        self.file.stats().nth(self.stat).map(|stat| stat.label_bytes().to_vec())
    }

    /// Whether its value is a number.
    pub fn is_number(&self) -> bool {
        self.kind.is_some()
    }

    /// The words before its first poll.
    pub fn words_before(
        &mut self,
        base: Base,
        span: &PlannedSpan,
        poll: usize,
        all: &[u64],
    ) -> Option<Vec<u64>> {
        base.before(&mut self.file, self.words.len(), span, poll, all)
    }

    /// What the words are now, if that is known.
    pub fn now(&self) -> Option<&[u64]> {
        self.now.as_deref()
    }

    /// The words that it had last, also if it isn't there any more.
    pub fn last_words(&self) -> Option<&[u64]> {
        self.ended_with.as_deref().or(self.now.as_deref())
    }

    /// It isn't known any more, up to where all is said.
    pub fn lose(&mut self) {
        (self.now, self.is_present) = (None, false);
    }

    /// It isn't there in a span.
    pub fn is_over(&mut self) {
        self.ended_with = self.now.take().or(self.ended_with.take());
        self.is_present = false;
    }

    /// Takes a poll at which it was there. What was counted since the poll before is said by `before`;
    /// `None` if that isn't known, and nothing is counted.
    pub fn poll(
        &mut self,
        step: Option<u32>,
        before: Option<&[u64]>,
        words: &[u64],
        visit: &mut Visitor<'_>,
    ) {
        let counted = match before {
            Some(before) if step.is_some() && before != words => self.counts.between(before, words),
            _ => self.counts.nothing(),
        };
        let value = self.number(words);
        self.take(step, (value, value), counted, words, visit);
    }

    /// The value of these words; NaN if it isn't a number.
    pub fn number(&self, words: &[u64]) -> f64 {
        self.kind.and_then(|kind| number(kind, words[0])).unwrap_or(f64::NAN)
    }

    /// Takes a poll or a whole span.
    pub fn take(
        &mut self,
        step: Option<u32>,
        (least, greatest): (f64, f64),
        counted: Counted,
        words: &[u64],
        visit: &mut Visitor<'_>,
    ) {
        self.is_present = true;
        if self.step.as_ref().is_some_and(|last| Some(last.step) != step) {
            self.finish(visit);
        }
        match &mut self.now {
            Some(now) => now.copy_from_slice(words),
            None => self.now = Some(words.to_vec()),
        }
        let Some(step) = step else { return };
        if let Some(known) = &mut self.step {
            known.least = known.least.min(least);
            known.greatest = known.greatest.max(greatest);
            known.counted.add(counted);
            known.words.copy_from_slice(words);
        } else {
            let words = words.to_vec();
            self.step = Some(Accumulated { step, least, greatest, counted, words });
        }
    }

    /// The step is over.
    pub fn finish(&mut self, visit: &mut Visitor<'_>) {
        let Some(Accumulated { step, least, greatest, counted, words }) = self.step.take() else {
            return;
        };
        let increase = match counted {
            Counted::Histogram(buckets) => {
                self.set(&buckets);
                let stat = self.file.stats().nth(self.stat);
                stat.and_then(|stat| stat.histogram()).map(Increase::Histogram)
            }
            other => other.plain(),
        };
        self.set(&words);
        let Some(stat) = self.file.stats().nth(self.stat) else { return };
        let (id, continues, file) = (self.writer, self.continues, &self.file);
        let writer = HistoryWriter { id, continues, file, path: file.path() };
        visit(&HistoryPoint { step: step as usize, writer, stat, least, greatest, increase });
    }

    /// Puts words into the file, or zeros.
    fn set(&mut self, words: &[u64]) {
        let mut all = vec![0; self.word_count];
        let end = self.words.start + words.len().min(self.words.len());
        all[self.words.start..end].copy_from_slice(&words[..end - self.words.start]);
        // There are as many words as before.
        let _ = self.file.set_words(&all);
    }
}
