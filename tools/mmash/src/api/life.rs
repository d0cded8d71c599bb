//! Whether a program is alive, as the API writes it.

use mmstats::{Life, Verdict};

/// `alive`, `dead` or `undecided`.
pub const fn life_name(life: &Life) -> &'static str {
    match life.verdict {
        Verdict::Alive => "alive",
        Verdict::Dead => "dead",
        _ => "undecided",
    }
}
