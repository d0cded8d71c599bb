//! The clocks of polls: when a stretch begins, and the recording's own time.

use std::time::{Duration, SystemTime};
use std::{fs, io};

use nix::time::{ClockId, clock_gettime};

use crate::store::times::Times;

/// How far the system's clock may run otherwise than the monotonic one between two polls.
const TOLERANCE: Duration = Duration::from_secs(1);

/// The kernel's boot, and the time since then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Boot {
    /// `/proc/sys/kernel/random/boot_id`.
    pub id: [u8; 16],
    /// The time since the boot, with the time that the machine was suspended.
    pub time: Duration,
}

impl Boot {
    /// As the kernel reports it now.
    ///
    /// # Errors
    ///
    /// Returns an error if the kernel doesn't say it.
    pub fn now() -> io::Result<Self> {
        let text = fs::read_to_string("/proc/sys/kernel/random/boot_id")?;
        let digits: String = text.chars().filter(char::is_ascii_hexdigit).collect();
        let invalid = || io::Error::new(io::ErrorKind::InvalidData, "no boot id in /proc");
        let id = u128::from_str_radix(&digits, 16).map_err(|_| invalid())?.to_be_bytes();
        Ok(Self { id, time: clock_gettime(ClockId::CLOCK_BOOTTIME)?.into() })
    }
}

/// Why a stretch of polls began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The recorder was started. Before it is a gap.
    Start,
    /// Polls before couldn't be written. Before it is a gap.
    Failed,
    /// The system's clock was set.
    Clock,
    /// The machine was suspended.
    Suspend,
}

impl Reason {
    const ALL: [Self; 4] = [Self::Start, Self::Failed, Self::Clock, Self::Suspend];

    /// Whether an unknown time without polls lies before it.
    pub fn is_gap(self) -> bool {
        matches!(self, Self::Start | Self::Failed)
    }

    /// As the store has it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Failed => "failed",
            Self::Clock => "clock",
            Self::Suspend => "suspend",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }
}

/// The clocks at a poll.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    pub times: Times,
    pub boot: Boot,
    /// The recording's own time, which never goes back and which no clock that is set moves.
    pub own: Duration,
}

impl Moment {
    /// The recording's own time at a poll after this one, or after nothing.
    pub fn own_time(before: Option<&Self>, times: Times, boot: Boot) -> Duration {
        let Some(before) = before else { return Duration::ZERO };
        let passed = if before.boot.id == boot.id {
            boot.time.saturating_sub(before.boot.time)
        } else {
            times.wall.duration_since(before.times.wall).unwrap_or_default()
        };
        before.own.saturating_add(passed)
    }

    /// Why a poll after this one begins a stretch, if it does.
    pub fn step(&self, times: Times, boot: Boot) -> Option<Reason> {
        let passed = times.monotonic.checked_sub(self.times.monotonic);
        let Some(passed) = passed.filter(|_| boot.id == self.boot.id) else {
            return Some(Reason::Start);
        };
        let expected = self.times.wall.checked_add(passed)?;
        let step = difference(times.wall, expected);
        if step <= TOLERANCE {
            return None;
        }
        let asleep = boot.time.saturating_sub(self.boot.time).saturating_sub(passed);
        let awake = expected.checked_add(asleep)?;
        let is_suspend = asleep > TOLERANCE && difference(times.wall, awake) <= TOLERANCE;
        Some(if is_suspend { Reason::Suspend } else { Reason::Clock })
    }
}

fn difference(one: SystemTime, other: SystemTime) -> Duration {
    one.duration_since(other).unwrap_or_else(|error| error.duration())
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    const ID: [u8; 16] = [1; 16];

    fn seconds(number: u64) -> Duration {
        Duration::from_secs(number)
    }

    /// Times in seconds.
    fn at(monotonic: u64, wall: u64) -> Times {
        Times { monotonic: seconds(monotonic), wall: UNIX_EPOCH + seconds(wall) }
    }

    fn boot(time: u64) -> Boot {
        Boot { id: ID, time: seconds(time) }
    }

    fn moment() -> Moment {
        Moment { times: at(100, 10_000), boot: boot(500), own: seconds(7) }
    }

    #[test]
    fn stretches_begin_where_the_clocks_part() {
        let step = |times, time| moment().step(times, boot(time));
        assert_eq!(step(at(101, 10_001), 501), None);
        assert_eq!(step(at(101, 10_002), 501), None, "a second is tolerated");
        assert_eq!(step(at(161, 10_061), 561), None, "late is no step");
        assert_eq!(step(at(101, 6_401), 501), Some(Reason::Clock), "an hour back");
        assert_eq!(step(at(101, 90_000_000), 501), Some(Reason::Clock), "years forward");
        assert_eq!(step(at(101, 13_601), 4_101), Some(Reason::Suspend));
        assert_eq!(step(at(101, 20_001), 4_101), Some(Reason::Clock), "more than it slept");
        assert_eq!(step(at(1, 10_001), 501), Some(Reason::Start), "another process");
        let other = Boot { id: [2; 16], time: seconds(501) };
        assert_eq!(moment().step(at(101, 10_001), other), Some(Reason::Start));
    }

    #[test]
    fn own_time_goes_by_boot_time_and_never_back() {
        let own = |times, boot| Moment::own_time(Some(&moment()), times, boot);
        let year = 31_000_000;
        assert_eq!(own(at(101, 10_000 + year), boot(501)), seconds(8), "a clock set forward");
        assert_eq!(own(at(101, 13_600), boot(4_100)), seconds(3_607), "a suspend");
        let other = Boot { id: [2; 16], time: seconds(1) };
        assert_eq!(own(at(0, 10_060), other), seconds(67), "from boot to boot by wall time");
        assert_eq!(own(at(0, 9_000), other), seconds(7), "a clock set back");
        assert_eq!(Moment::own_time(None, at(5, 5), other), Duration::ZERO);
    }

    #[test]
    fn this_machine_has_a_boot() {
        let [first, second] = [(); 2].map(|()| Boot::now().unwrap());
        assert_eq!(first.id, second.id);
        assert!(first.time > Duration::ZERO && first.time <= second.time);
    }
}
