//! A clock that goes on, jumps, and is set right.

use super::*;

const NOW: f64 = 1_795_258_800.0;
const KEEP: Duration = Duration::from_hours(30 * 24);
const MINUTE: Duration = Duration::from_mins(1);

fn call(timestamp: f64) -> [Execution; 1] {
    [Execution { key: "k".into(), token: "t".into(), timestamp, execution_time: 0.1, extra: None }]
}

fn check() -> ClockCheck {
    ClockCheck::new(KEEP, Some(NOW), false)
}

/// Checks each minute, with a call of the clock's own time in each. Returns when it is trusted.
fn minutes_until_trusted(check: &ClockCheck, now: f64) -> Option<u32> {
    let began = Instant::now();
    (0..60).find(|minute| {
        check.stored(&call(now + 60.0 * f64::from(*minute)));
        let judged = check.judge(now + 60.0 * f64::from(*minute), began + *minute * MINUTE);
        judged == ClockState::Trusted
    })
}

#[test]
fn a_clock_that_goes_on_is_trusted() {
    let check = check();
    for day in 0..400 {
        let now = NOW + f64::from(day) * DAY * 0.9;
        assert_eq!(check.judge(now, Instant::now()), ClockState::Trusted, "{day}");
        check.stored(&call(now));
        assert_eq!(check.judge(now, Instant::now()), ClockState::Trusted, "{day}");
    }
    assert_eq!(ClockCheck::new(KEEP, None, false).judge(NOW, Instant::now()), ClockState::Trusted);
}

#[test]
fn a_clock_that_is_far_ahead_is_trusted_once_calls_have_confirmed_it_for_a_while() {
    let check = check();
    let now = NOW + 40.0 * DAY;
    assert_eq!(check.judge(now, Instant::now()), ClockState::Ahead(40.0 * DAY));
    // Calls of the former time don't confirm it, nor does silence.
    for later in [Duration::ZERO, Duration::from_hours(24)] {
        let later = Instant::now() + later;
        check.stored(&call(NOW + 60.0));
        assert_eq!(check.judge(now, later), ClockState::Ahead(40.0 * DAY));
        assert_eq!(check.judge(now, later), ClockState::Ahead(40.0 * DAY));
    }
    assert_eq!(minutes_until_trusted(&check, now), Some(10));
}

#[test]
fn a_wrong_clock_that_is_set_right_has_changed_nothing() {
    let check = check();
    let (began, wrong) = (Instant::now(), NOW + 40.0 * DAY);
    // Senders on the same machine use the same clock.
    for minute in 0..5 {
        check.stored(&call(wrong));
        assert_eq!(check.judge(wrong, began + minute * MINUTE), ClockState::Ahead(40.0 * DAY));
    }
    let behind = check.judge(NOW, began + 5 * MINUTE);
    assert_eq!(behind, ClockState::Behind(40.0 * DAY));
    assert_eq!(minutes_until_trusted(&check, NOW), Some(10));
    // What was stored by the wrong clock has no effect.
    let judged = check.judge(wrong, began + 60 * MINUTE);
    assert!(matches!(judged, ClockState::Ahead(_)), "{judged:?}");
}

#[test]
fn messages_are_accepted_that_agree_with_the_calls_or_with_the_clock() {
    for seconds in [0.0, 100.0, -100.0, 40.0 * DAY, -40.0 * DAY, -20_000.0 * DAY] {
        let keep = Duration::from_mins(1);
        let check = ClockCheck::new(keep, Some(NOW), false);
        let accepted = check.accepted(NOW + seconds);
        assert!(accepted.contains(&NOW) && accepted.contains(&(NOW - 60.0)), "{seconds}");
        assert!(accepted.contains(&(NOW + 600.0)), "{seconds}");
        assert!(accepted.contains(&(NOW + seconds)) || seconds < -DAY, "{seconds}");
        assert!(!accepted.contains(&(NOW.max(NOW + seconds) + 2.0 * DAY)), "{seconds}");
        assert!(!accepted.contains(&(NOW.min(NOW + seconds) - DAY)), "{seconds}");
    }
}

#[test]
fn only_what_would_be_deleted_is_reported() {
    let check = check();
    let now = NOW + 40.0 * DAY;
    let report = |oldest| check.report(ClockState::Ahead(40.0 * DAY), now, oldest);
    let text = report(Some(NOW)).unwrap();
    assert!(text.contains("40 days ahead") && text.contains("--trust-clock"), "{text}");
    assert_eq!((report(Some(now - DAY)), report(None)), (None, None));
    let text = check.report(ClockState::Behind(30.0 * HOUR), now, None).unwrap();
    assert!(text.contains("30 hours behind"), "{text}");
}

#[test]
fn with_always_the_clock_is_trusted() {
    let check = ClockCheck::new(KEEP, Some(NOW), true);
    assert_eq!(check.judge(NOW + 40.0 * DAY, Instant::now()), ClockState::Trusted);
}
