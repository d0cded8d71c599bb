//! How the values of a stat in several files become one: as its program declared, else as its type
//! suggests.

use mmstats::{Aggregate, Kind, Stat};

/// The aggregate of a stat; for files of the original, which don't have it, by a guess at the kind.
pub fn aggregate_of(stat: &Stat<'_>) -> Aggregate {
    stat.aggregate().unwrap_or_else(|| Aggregate::default_for(stat.kind_or_guess()))
}

/// Whether the values of several files become one. Those of averages always do: they become the
/// mean of all values.
pub fn is_aggregated(stat: &Stat<'_>) -> bool {
    stat.kind() == Some(Kind::Average) || aggregate_of(stat) != Aggregate::Each
}

/// Whether a stat has no value at present: it is an average over a window that has passed, or a
/// timestamp that was never set.
pub fn is_unset(stat: &Stat<'_>, now: f64) -> bool {
    stat.is_expired(now)
        || (stat.kind() == Some(Kind::Timestamp) && stat.value().as_f64() == Some(0.0))
}

/// Whether a stat is a state, which doesn't count when its program is dead, rather than a count.
///
/// An average over all values is a count; one over the last few values or the last seconds is a
/// state. What has no kind is a count if [`aggregate_of`] says that it is added up.
pub fn is_current_state(stat: &Stat<'_>) -> bool {
    match stat.kind() {
        Some(Kind::Counter | Kind::Timer | Kind::Histogram) => false,
        Some(Kind::Average) => stat.component("total").is_none(),
        Some(_) => true,
        None => aggregate_of(stat) != Aggregate::Sum,
    }
}
