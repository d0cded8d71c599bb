//! The last poll before a gap.

use crate::store::clock::{Boot, Moment};
use crate::store::error::RecordingError;
use crate::store::spans::{self, Order};
use crate::store::write::rows::Rows;

/// The clocks at the last poll in the store whose rows aren't damaged; `None` if there is none.
pub fn last_moment(rows: Rows<'_>) -> Result<Option<Moment>, RecordingError> {
    let Some((_, head)) = spans::first_readable(rows.0, Order::Descending)? else {
        return Ok(None);
    };
    let Some((first, last)) = head.times.first().zip(head.times.last()) else { return Ok(None) };
    let since = last.monotonic.saturating_sub(first.monotonic);
    // Without the boot, wall time counts.
    let id = spans::stretch(rows.0, head.stretch).map_or([0; 16], |stretch| stretch.boot_id);
    let boot = Boot { id, time: head.boot_time.saturating_add(since) };
    Ok(Some(Moment { times: *last, boot, own: head.own_time.saturating_add(since) }))
}
