//! Which part of a recording.

use std::ops::Bound;
use std::time::SystemTime;

use clap::Args;
use mmstats_tools::common::moment::Moment;

/// `--from` and `--to`.
#[derive(Args, Clone, Copy, Debug)]
pub struct RangeArguments {
    /// From this time on [default: the recording's first poll]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub from: Option<Moment>,

    /// Up to this time, which isn't included [default: the recording's last poll, included]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub to: Option<Moment>,
}

/// The beginning and the end of a part, by the system's clock.
pub type Range = (Bound<SystemTime>, Bound<SystemTime>);

impl RangeArguments {
    /// Whether either is a time before the recording's last poll.
    pub fn needs_end(self) -> bool {
        [self.from, self.to].into_iter().flatten().any(|it| matches!(it, Moment::BeforeEnd(_)))
    }

    /// The part of a recording whose last poll was at `end`.
    ///
    /// # Errors
    ///
    /// Returns an error if it ends before it begins.
    pub fn range(self, end: SystemTime) -> Result<Range, String> {
        let [from, to] = [self.from, self.to].map(|it| it.map(|moment| moment.before(end)));
        if from.zip(to).is_some_and(|(from, to)| from >= to) {
            return Err("--to must be later than --from".to_owned());
        }
        let from = from.map_or(Bound::Unbounded, Bound::Included);
        Ok((from, to.map_or(Bound::Unbounded, Bound::Excluded)))
    }
}
