//! Labels, and what they say.

use libfuzzer_sys::fuzzer_mutate;
use mmstats::Series;
use mmstats_testing::series as naive;

use crate::mutate::Dice;

/// Stands between a name, keys and values; UTF-8 never has it.
pub const SEPARATOR: u8 = 0xff;

/// A label whose size is a multiple of this gets a comma.
const TRAP: usize = 256;

/// Space in which libFuzzer lets a part grow.
const GROWTH: usize = 24;

/// # Panics
///
/// If the library and the naive reader of the tests differ about a label, or if a series isn't the
/// one that is parsed from its label.
pub fn check(bytes: &[u8]) {
    check_label(&String::from_utf8_lossy(bytes));
    let parts: Vec<_> =
        bytes.split(|byte| *byte == SEPARATOR).map(String::from_utf8_lossy).collect();
    if parts.len() > 1 {
        check_series(&parts[0], &parts[1..]);
    }
}

fn check_label(label: &str) {
    let series = Series::parse(label);
    assert_eq!(series.compose(), label, "{series:?}");
    let pairs: Vec<_> = series.dimensions().collect();
    assert!(pairs.is_sorted_by(|one, next| one.0 < next.0), "{series:?}");
    assert!(pairs.iter().all(|(key, value)| !(key.is_empty() || value.is_empty())), "{series:?}");
    assert!(pairs.iter().all(|(key, value)| series.get(key) == Some(value)), "{series:?}");
    let texts = pairs.iter().map(|(key, value)| key.len() + value.len());
    assert!(series.name().len() + texts.sum::<usize>() <= label.len(), "{series:?}");
    let (name, expected) = naive::said(label).unwrap_or_else(|| (label.to_owned(), Vec::new()));
    assert_eq!(series.name(), name, "{label:?}");
    assert!(pairs.into_iter().eq(expected.iter().map(|(key, value)| (&**key, &**value))));
}

/// Any name with any dimensions, then with one more, so that sizes are about a multiple of 256.
fn check_series<T: AsRef<str>>(name: &str, parts: &[T]) {
    let pairs = parts.chunks_exact(2).map(|pair| (pair[0].as_ref(), pair[1].as_ref()));
    let series = pairs.fold(Series::new(name), |series, (key, value)| series.with(key, value));
    is_inverse(&series);
    let size = series.clone().with("pad", "x").compose().len();
    let more = size.next_multiple_of(TRAP) - size;
    for more in more.saturating_sub(2)..=more + 2 {
        let series = series.clone().with("pad", "x".repeat(more + 1));
        is_inverse(&series);
        assert!(name.is_empty() || !series.compose().len().is_multiple_of(TRAP));
    }
}

fn is_inverse(series: &Series<'_>) {
    let label = series.compose();
    check_label(&label);
    let pairs: Vec<_> = series.dimensions().collect();
    match naive::label(series.name(), &pairs) {
        Some(expected) => {
            assert_eq!(label, expected);
            assert_eq!(Series::parse(&label), *series);
        }
        None => assert!(series.name().is_empty()),
    }
}

/// Changes a part of a label, or its size; returns the new size.
pub fn mutate_label(bytes: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let mut dice = Dice::new(seed);
    let changed = match dice.roll(6) {
        0 => changed_part(&bytes[..size], &mut dice),
        1 => Some([b"{\"", &bytes[..size], b"\"}"].concat()),
        2 => Some(resized(&bytes[..size], &mut dice)),
        _ => None,
    };
    match changed.filter(|changed| changed.len() <= max_size) {
        Some(changed) => {
            bytes[..changed.len()].copy_from_slice(&changed);
            changed.len()
        }
        None => fuzzer_mutate(bytes, size, max_size),
    }
}

/// The label of the same name and dimensions but for one text, or of one dimension more.
fn changed_part(label: &[u8], dice: &mut Dice) -> Option<Vec<u8>> {
    let label = str::from_utf8(label).ok()?;
    let (mut name, mut pairs) = naive::said(label).unwrap_or_else(|| (label.to_owned(), vec![]));
    match dice.roll(2 * pairs.len() + 2) {
        0 => name = grown(&name),
        1 => pairs.push((grown("key"), grown("value"))),
        part if part % 2 == 0 => pairs[part / 2 - 1].0 = grown(&pairs[part / 2 - 1].0),
        part => pairs[part / 2 - 1].1 = grown(&pairs[part / 2 - 1].1),
    }
    let pairs: Vec<_> = pairs.iter().map(|(key, value)| (&**key, &**value)).collect();
    naive::label(&name, &pairs).map(String::into_bytes)
}

/// A text as libFuzzer changes it.
fn grown(text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    bytes.resize(text.len() + GROWTH, 0);
    let size = fuzzer_mutate(&mut bytes, text.len(), text.len() + GROWTH);
    String::from_utf8_lossy(&bytes[..size]).into_owned()
}

/// With more characters anywhere, so that its size is about a multiple of 256, perhaps with a comma.
fn resized(label: &[u8], dice: &mut Dice) -> Vec<u8> {
    let size = (label.len() + 1).next_multiple_of(TRAP);
    let mut changed = label.to_vec();
    let at = dice.roll(label.len() + 1);
    changed.splice(at..at, (label.len()..size).map(|_| b'x'));
    if dice.roll(2) == 0 {
        changed.insert(changed.len() - 1, b',');
    }
    changed
}
