//! What stats were over time.
//!
//! ```text
//! spans --> Plan: steps -----------------------.
//! writers that have the stats --> Track ---------> points
//! blocks, polls that aren't in them, roll-ups --'
//! ```

mod fine;
mod increases;
mod origin;
mod plan;
mod point;
mod query;
mod recent;
mod rolled;
mod selected;
mod track;
mod values;

use std::time::Instant;

use mmstats_sqlite::Readers;

pub use self::plan::Step;
use self::point::Visitor;
pub use self::point::{HistoryPoint, HistoryWriter};
pub use self::query::HistoryQuery;
use self::selected::select;
use crate::store::error::RecordingError;
use crate::store::read::history::plan::{Plan, Run};

/// What [`Recording::visit_histories`](crate::Recording::visit_histories) went through.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Histories {
    /// The steps, in recorded order, each with at least one poll.
    pub steps: Vec<Step>,
    /// What is damaged, and therefore left out.
    pub errors: Vec<RecordingError>,
}

/// Calls `visit` with each point; those of a writer's stat are in the order of the steps.
pub fn visit(
    readers: &Readers,
    query: &HistoryQuery<'_>,
    visit: &mut Visitor<'_>,
) -> Result<Histories, RecordingError> {
    let mut errors = Vec::new();
    let plan = Plan::load(readers, query, &mut errors)?;
    let mut tracks = select(readers, query, &plan, &mut errors)?;
    for run in plan.runs() {
        check_deadline(query)?;
        match run {
            Run::Fine(spans) => {
                for span in spans {
                    check_deadline(query)?;
                    readers.query(|transaction| {
                        fine::read(transaction, span, &mut tracks, visit, &mut errors)
                    })?;
                }
            }
            Run::RolledUp(spans) => {
                rolled::read(readers, spans, &mut tracks, visit, &mut errors)?;
            }
        }
    }
    for track in &mut tracks {
        track.finish(visit);
    }
    Ok(Histories { steps: plan.steps, errors })
}

fn check_deadline(query: &HistoryQuery<'_>) -> Result<(), RecordingError> {
    match query.deadline {
        Some(deadline) if Instant::now() >= deadline => {
            let error = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_INTERRUPT);
            Err(rusqlite::Error::SqliteFailure(error, None).into())
        }
        _ => Ok(()),
    }
}
