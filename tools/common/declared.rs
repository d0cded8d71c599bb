//! How the values of a stat in several files become one: as its program declared it, else as its
//! type suggests.

use mmstats::{Aggregate, Kind, Stat};

/// How a stat adds up. Files of the original don't tell; in them a buffered `Q` is a counter.
pub fn aggregate_of(stat: &Stat<'_>) -> Aggregate {
    stat.aggregate().unwrap_or_else(|| Aggregate::default_for(stat.kind_or_guess()))
}

/// Whether the values of several files become one, as the program declared it. Those of averages
/// always do: they become the mean of all values.
pub fn becomes_one(stat: &Stat<'_>) -> bool {
    stat.kind() == Some(Kind::Average) || aggregate_of(stat) != Aggregate::Each
}

/// Whether a stat has no value at present: it is an average over a window that has passed, or a
/// timestamp that was never set.
pub fn is_unset(stat: &Stat<'_>, now: f64) -> bool {
    stat.is_expired(now)
        || (stat.kind() == Some(Kind::Timestamp) && stat.value().as_f64() == Some(0.0))
}

/// Whether a stat says how things are now, which a dead program can't know. What was counted
/// stays counted.
///
/// Of averages, those over all values are counts; those over the last few values or the last
/// seconds describe the present. What has no kind is a counter or a state as
/// [`aggregate_of`] has it.
pub fn is_current_state(stat: &Stat<'_>) -> bool {
    match stat.kind() {
        Some(Kind::Counter | Kind::Timer | Kind::Histogram) => false,
        Some(Kind::Average) => stat.component("total").is_none(),
        Some(_) => true,
        None => aggregate_of(stat) != Aggregate::Sum,
    }
}
