//! How long what stays.

use std::time::{Duration, Instant};

use crate::store::error::RecordingError;
use crate::store::form::Form;
use crate::store::write::group::Limits;
use crate::store::write::note::Notes;
use crate::store::write::rows::Rows;
use crate::store::write::settings::Settings;
use crate::store::write::space::{FileSize, Space};
use crate::store::write::sweep::Sweep;

/// With less free space on the file system nothing may grow.
const RESERVE: u64 = 64 << 20;
/// After as many spans, writers are swept.
const SWEEP_EVERY: i64 = 60;
/// How many pages are given back at a poll.
const VACUUM: &str = "PRAGMA incremental_vacuum(200)";

/// How far the log may grow before it counts no more: only while a reader hangs it is larger, and that
/// must cost no history.
pub fn log_limit(settings: &Settings) -> u64 {
    (settings.max_size / 4).clamp(1 << 20, 16 << 20)
}

/// Removes what is too old, or too much.
#[derive(Debug)]
pub struct Retention {
    settings: Settings,
    space: Space,
    /// How much may be in use, not counting the log, as the file system is nearly full.
    frozen: Option<u64>,
    /// The size of the log that counts at this poll.
    log: u64,
    /// Rows of spans that are gone may be left.
    has_garbage: bool,
    /// A span some of whose blocks may be left.
    expiring: Option<i64>,
    /// How many spans have gone since the last sweep.
    unswept: i64,
    sweep: Option<Sweep>,
}

/// What a poll leaves behind.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    /// The recording's own time.
    pub own: Duration,
    /// Spans stay from this one on: they are being folded, or needed to read what is being recorded.
    pub busy: i64,
}

impl Retention {
    /// For a recording of which it isn't known what was removed.
    pub fn load(rows: Rows<'_>, settings: Settings, space: Space) -> Result<Self, RecordingError> {
        Ok(Self {
            settings,
            space,
            frozen: None,
            log: 0,
            has_garbage: true,
            expiring: rows.last_rolled_up()?,
            unswept: SWEEP_EVERY,
            sweep: None,
        })
    }

    /// What is read from one span that says everything on may be a part of this.
    pub fn limits(&self) -> Limits {
        let Settings { keep, fine, .. } = self.settings;
        let frozen = self.frozen.unwrap_or(u64::MAX);
        Limits { age: keep.min(fine), size: frozen.min(self.settings.max_size) }
    }

    /// A span begins: how much space is free?
    pub fn begin_span(&mut self, rows: Rows<'_>, notes: &mut Notes) -> Result<(), RecordingError> {
        let Some(free) = self.space.free() else { return Ok(()) };
        let is_little = free < RESERVE;
        notes.space(free, is_little);
        if !is_little {
            self.frozen = None;
        } else if self.frozen.is_none() {
            self.frozen = Some(FileSize::of(rows.0)?.in_use());
        }
        Ok(())
    }

    /// Removes for a while what has to go. Whether structures may be gone.
    pub fn step(
        &mut self,
        now: Now,
        slice: Duration,
        rows: Rows<'_>,
        notes: &mut Notes,
    ) -> Result<bool, RecordingError> {
        let begun = Instant::now();
        let log = self.space.log();
        notes.log(log);
        self.log = log.min(log_limit(&self.settings));
        let mut is_swept = false;
        while self.advance(now, rows, &mut is_swept)? && begun.elapsed() < slice {}
        let size = FileSize::of(rows.0)?;
        if size.all > self.settings.max_size && size.unused > 0 {
            // A row for each page, and only what is asked for is done.
            let mut statement = rows.0.prepare_cached(VACUUM)?;
            let mut pages = statement.query(())?;
            while pages.next()?.is_some() {}
        }
        Ok(is_swept)
    }

    /// Whether there is too much.
    fn is_over(&self, rows: Rows<'_>) -> Result<bool, RecordingError> {
        let size = FileSize::of(rows.0)?.in_use();
        let is_frozen = self.frozen.is_some_and(|frozen| size > frozen);
        Ok(is_frozen || size + self.log > self.settings.max_size)
    }

    /// Does something; `false` if there is nothing to do.
    fn advance(
        &mut self,
        now: Now,
        rows: Rows<'_>,
        is_swept: &mut bool,
    ) -> Result<bool, RecordingError> {
        let Some(first) = rows.first_span()? else { return Ok(false) };
        if self.has_garbage {
            self.has_garbage = rows.remove_garbage(first)?;
            return Ok(true);
        }
        if let Some(span) = self.expiring {
            self.expiring = rows.remove_a_block(span)?.then_some(span);
            return Ok(true);
        }
        if let Some(sweep) = &mut self.sweep {
            if sweep.step(rows)? {
                *is_swept = true;
                (self.sweep, self.unswept) = (None, 0);
            }
            return Ok(true);
        }
        if self.unswept >= SWEEP_EVERY {
            self.sweep = Some(Sweep::new(first));
            return Ok(true);
        }
        Ok(self.remove_oldest(now, first, rows)? || self.expire_blocks(now, rows)?)
    }

    /// Removes the oldest span, if it has to go.
    fn remove_oldest(
        &mut self,
        now: Now,
        first: i64,
        rows: Rows<'_>,
    ) -> Result<bool, RecordingError> {
        let is_over = self.is_over(rows)?;
        let Some(oldest) = rows.oldest(now.busy)? else {
            // The last spans stay, but not what spans before them have left.
            if is_over && self.unswept > 0 {
                self.sweep = Some(Sweep::new(first));
            }
            return Ok(self.sweep.is_some());
        };
        let has_to_go = is_over
            || !oldest.is_complete && rows.is_unreadable(oldest.id, now.busy)?
            || is_older(rows, oldest.id, now, self.settings.keep)?;
        if !has_to_go {
            return Ok(false);
        }
        if is_over && oldest.is_rolled_up() {
            // That frees nothing before a sweep, which costs the same for one as for many.
            if self.unswept > 0 {
                self.sweep = Some(Sweep::new(first));
                return Ok(true);
            }
            let count = ((now.busy - oldest.id) / 32).clamp(1, SWEEP_EVERY);
            let end = (oldest.id + count).min(now.busy);
            self.unswept += rows.remove_rolled_up(oldest.id, end)? as i64;
        } else {
            rows.remove_span(oldest.id)?;
            self.unswept += 1;
        }
        self.has_garbage = true;
        Ok(true)
    }

    /// Begins to remove the blocks of a span that are too old.
    fn expire_blocks(&mut self, now: Now, rows: Rows<'_>) -> Result<bool, RecordingError> {
        let Some(span) = rows.oldest_blocks(now.busy)? else { return Ok(false) };
        if !is_older(rows, span, now, self.settings.fine)? {
            return Ok(false);
        }
        rows.set_form(span, Form::RollUps)?;
        self.expiring = Some(span);
        Ok(true)
    }
}

/// Whether all polls that are read from where a span is are older than that.
fn is_older(rows: Rows<'_>, span: i64, now: Now, than: Duration) -> Result<bool, RecordingError> {
    let end = rows.own_end(span)?;
    Ok(end.is_some_and(|end| end.saturating_add(than.as_nanos()) < now.own.as_nanos()))
}
