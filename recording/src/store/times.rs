//! When the polls of a span were.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::seal::{seal, unseal};

/// When a poll began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// Since any fixed moment, by a clock that nobody sets.
    pub monotonic: Duration,
    /// By the system's clock.
    pub wall: SystemTime,
}

/// 8 bytes of monotonic time in nanoseconds, 8 of the seconds since 1970, 4 of the nanoseconds.
const SIZE: usize = 20;
/// The beginnings of the years 1 and 10,000, in seconds since 1970.
const FIRST: i64 = -62_135_596_800;
const BEYOND: i64 = 253_402_300_800;

/// The seconds since 1970, and the nanoseconds after them; `None` outside the years 1 to 9999.
fn parts(wall: SystemTime) -> Option<(i64, u32)> {
    let (seconds, nanoseconds) = match wall.duration_since(UNIX_EPOCH) {
        Ok(since) => (i64::try_from(since.as_secs()).ok()?, since.subsec_nanos()),
        Err(before) => {
            let before = before.duration();
            let seconds = i64::try_from(before.as_secs()).ok()?.checked_neg()?;
            match before.subsec_nanos() {
                0 => (seconds, 0),
                nanoseconds => (seconds - 1, 1_000_000_000 - nanoseconds),
            }
        }
    };
    (FIRST..BEYOND).contains(&seconds).then_some((seconds, nanoseconds))
}

/// Microseconds since 1970, rounded down; `None` outside the years 1 to 9999.
pub fn microseconds(wall: SystemTime) -> Option<i64> {
    let (seconds, nanoseconds) = parts(wall)?;
    Some(seconds * 1_000_000 + i64::from(nanoseconds / 1_000))
}

/// The times of a span's polls as a blob; `None` if one is outside the years 1 to 9999.
pub fn encode(times: &[Times]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(times.len() * SIZE + 8);
    for time in times {
        let (seconds, nanoseconds) = parts(time.wall)?;
        bytes.extend((time.monotonic.as_nanos() as u64).to_le_bytes());
        bytes.extend(seconds.to_le_bytes());
        bytes.extend(nanoseconds.to_le_bytes());
    }
    seal(&mut bytes);
    Some(bytes)
}

/// The times of a span's polls; `None` if the blob is damaged.
pub fn decode(sealed: &[u8]) -> Option<Vec<Times>> {
    let (polls, rest) = unseal(sealed).ok()?.as_chunks::<SIZE>();
    rest.is_empty().then_some(())?;
    polls.iter().map(time).collect()
}

fn time(bytes: &[u8; SIZE]) -> Option<Times> {
    let (monotonic, wall) = bytes.split_first_chunk()?;
    let (seconds, nanoseconds) = wall.split_first_chunk()?;
    let seconds = i64::from_le_bytes(*seconds);
    let nanoseconds = u32::from_le_bytes(nanoseconds.try_into().ok()?);
    if !(FIRST..BEYOND).contains(&seconds) || nanoseconds >= 1_000_000_000 {
        return None;
    }
    let whole = Duration::from_secs(seconds.unsigned_abs());
    let at =
        if seconds < 0 { UNIX_EPOCH.checked_sub(whole) } else { UNIX_EPOCH.checked_add(whole) };
    Some(Times {
        monotonic: Duration::from_nanos(u64::from_le_bytes(*monotonic)),
        wall: at?.checked_add(Duration::from_nanos(nanoseconds.into()))?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_come_back_also_from_before_1970() {
        let fraction = Duration::from_nanos(123_456_789);
        let before = Duration::from_hours(17_259_888);
        let walls = [
            UNIX_EPOCH,
            UNIX_EPOCH + fraction,
            UNIX_EPOCH - fraction,
            UNIX_EPOCH - before,
            UNIX_EPOCH + Duration::from_secs(253_402_300_799) + fraction,
        ];
        let times = walls.map(|wall| Times { monotonic: fraction, wall });
        let bytes = encode(&times).unwrap();
        assert_eq!(decode(&bytes).as_deref(), Some(&times[..]));
        assert_eq!(microseconds(walls[2]), Some(-123_457));
        let year_10_000 = UNIX_EPOCH + Duration::from_hours(70_389_528);
        for wall in [year_10_000, UNIX_EPOCH - before - fraction] {
            assert_eq!(encode(&[Times { monotonic: fraction, wall }]), None);
        }
        assert_eq!(decode(&bytes[1..]), None);
    }
}
