//! From series to labels and back, for random ones with every odd character, beside a naive reader.
//!
//! `MMSTATS_TEST_SEED` takes other random ones.

use std::collections::BTreeMap;
use std::sync::mpsc;
use std::thread;

use mmstats::Series;
use mmstats_testing::random::{Random, seed};
use mmstats_testing::{TIMEOUT, series as naive};

/// How many series each test takes.
const ROUNDS: usize = 5_000;

/// What the rules name, what looks like it, and characters of all sizes.
const PIECES: [&str; 38] = [
    "{", "}", "\"", "\\", ",", "=", "\n", "n", "\\n", "\\\"", "\"}", ",}", "={", "{\"", "=\"", "a",
    "Z", "_", "0", "9", "-", ".", ":", " ", "\t", "\r", "\0", "\x1b", "\x1f", "\x7f", "\u{80}",
    "\u{9b}", "ß", "\u{2028}", "\u{202e}", "☃", "\u{feff}", "🦀",
];

/// A key as it stands without quotes, or almost.
const KEYS: [&str; 11] =
    ["a", "b", "a_1", "_", "__x", "le", "status", "1a", "my-key", "a b", "overflow"];

/// What the original's pollstats stops at.
const TRAP: usize = 256;

fn text(random: &mut Random) -> String {
    let pieces = if random.below(4) == 0 { 24 } else { 4 };
    (0..random.below(pieces)).map(|_| random.one_of(&PIECES)).collect()
}

fn key(random: &mut Random) -> String {
    if random.below(3) == 0 { text(random) } else { random.one_of(&KEYS).to_owned() }
}

/// A name; now and then one that is the label of a series itself.
fn name(random: &mut Random) -> String {
    let name = match random.below(8) {
        0 => series(random).0.compose(),
        1 => mutated(&series(random).0.compose(), random),
        2 | 3 => text(random) + "x",
        _ => "http.requests".to_owned(),
    };
    if name.is_empty() { "x".to_owned() } else { name }
}

/// A series, and the dimensions that it should have.
fn series(random: &mut Random) -> (Series<'static>, BTreeMap<String, String>) {
    let mut series = Series::new(name(random));
    let mut expected = BTreeMap::new();
    for _ in 0..random.below(5) {
        let (key, value) = (key(random), text(random));
        series = series.with(key.clone(), value.clone());
        expected.insert(key, value);
    }
    if random.below(3) == 0 {
        // A size about a multiple of 256.
        let size = series.clone().with("pad", "x").compose().len();
        let more = size.next_multiple_of(TRAP) + TRAP * random.below(3) - size + random.below(6);
        let value = "x".repeat(more.saturating_sub(2).max(1));
        series = series.with("pad", value.clone());
        expected.insert("pad".to_owned(), value);
    }
    expected.retain(|key, value| !key.is_empty() && !value.is_empty());
    (series, expected)
}

/// A label that is changed in a few places.
fn mutated(label: &str, random: &mut Random) -> String {
    let mut characters: Vec<char> = label.chars().collect();
    for _ in 0..=random.below(3) {
        let at = random.below(characters.len() + 1);
        let end = (at + random.below(8)).min(characters.len());
        match random.below(6) {
            0 => _ = characters.drain(at..end),
            1 => {
                let again = characters[at..end].to_vec();
                characters.splice(end..end, again).for_each(drop);
            }
            2 => {
                let quoted: Vec<char> = "{\"".chars().chain(characters).collect();
                characters = quoted.into_iter().chain("\"}".chars()).collect();
            }
            3 => {
                // Before the last brace, where the comma is.
                let last = characters.len().saturating_sub(1);
                let size = characters.iter().map(|character| character.len_utf8()).sum::<usize>();
                let more = (size.next_multiple_of(TRAP) + random.below(4)).saturating_sub(size + 2);
                let more = vec!['x'; more];
                characters.splice(at.min(last)..at.min(last), more).for_each(drop);
                if random.below(2) == 0 {
                    characters.insert(characters.len().saturating_sub(1), ',');
                }
            }
            _ => {
                let piece = random.one_of(&PIECES);
                let until = if random.below(2) == 0 { at } else { end.min(at + 1) };
                characters.splice(at..until, piece.chars()).for_each(drop);
            }
        }
    }
    characters.into_iter().collect()
}

/// What must hold for every label; returns whether it has dimensions or a quoted name.
fn check(label: &str) -> bool {
    let series = Series::parse(label);
    assert_eq!(series.compose(), label, "{series:?}");
    let pairs: Vec<_> = series.dimensions().collect();
    assert!(pairs.is_sorted_by(|one, next| one.0 < next.0), "{label:?} {pairs:?}");
    assert!(pairs.iter().all(|(key, value)| !(key.is_empty() || value.is_empty())), "{pairs:?}");
    assert_eq!(series.is_plain(), pairs.is_empty());
    let said = naive::said(label);
    let owned = |&(key, value): &(&str, &str)| (key.to_owned(), value.to_owned());
    let found = (series.name().to_owned(), pairs.iter().map(owned).collect());
    let is_more = said.is_some();
    assert_eq!(found, said.unwrap_or_else(|| (label.to_owned(), Vec::new())), "{label:?}");
    assert_eq!(series.into_owned().compose(), label);
    is_more
}

#[test]
fn a_series_is_composed_and_parsed_again() {
    println!("MMSTATS_TEST_SEED={}", seed());
    let mut random = Random::new(seed());
    let (mut commas, mut quoted) = (0, 0);
    for _ in 0..ROUNDS {
        let (mut series, expected) = series(&mut random);
        let pairs = series.dimensions();
        assert!(pairs.eq(expected.iter().map(|(key, value)| (&**key, &**value))), "{expected:?}");
        for (key, value) in &expected {
            assert_eq!(series.get(key), Some(&**value));
        }
        let label = series.compose();
        let pairs: Vec<_> = series.dimensions().collect();
        assert_eq!(naive::label(series.name(), &pairs), Some(label.clone()), "{series:?}");
        assert_eq!(Series::parse(&label), series, "{label:?}");
        if series.is_plain() && label == series.name() {
            continue;
        }
        assert!(!label.len().is_multiple_of(TRAP), "{label:?}");
        commas += usize::from(label.ends_with(",}"));
        quoted += usize::from(series.is_plain());
        // What is left of it is as good.
        let kept = random.one_of(&KEYS);
        series.retain(|key| key == kept);
        let left = series.dimensions().map(|(key, _)| key);
        assert!(left.eq(expected.keys().filter(|key| *key == kept)));
        assert_eq!(Series::parse(&series.compose()), series);
    }
    // Both happened.
    assert!(commas > ROUNDS / 100 && quoted > ROUNDS / 1_000, "{commas} {quoted}");
}

#[test]
fn every_label_is_one_series_which_has_that_label() {
    println!("MMSTATS_TEST_SEED={}", seed());
    let mut random = Random::new(seed());
    let mut more = 0;
    for _ in 0..ROUNDS {
        let mut label = series(&mut random).0.compose();
        for _ in 0..3 {
            label = mutated(&label, &mut random);
            more += usize::from(check(&label));
        }
    }
    // Not only plain names.
    assert!(more > ROUNDS / 10, "{more}");
}

/// All texts of a few characters that matter, so that no short label is left out.
#[test]
fn every_short_label_is_what_the_naive_reader_finds() {
    const CHARACTERS: [char; 8] = ['a', '{', '}', '"', '\\', '=', ',', 'n'];
    let mut more = 0;
    for content in 0..8_usize.pow(5) {
        let part: String =
            (0..5).map(|digit| CHARACTERS[content / 8_usize.pow(digit) % 8]).collect();
        let labels =
            [format!("{part}\"}}"), format!("a{{{part}}}"), format!("{{\"{{\",{part}}}"), part];
        more += labels.iter().filter(|label| check(label)).count();
    }
    assert!(more > 20, "{more}");
}

/// Quadratic time would be far beyond the time limit.
#[test]
fn a_label_of_a_megabyte_is_parsed() {
    const SIZE: usize = 1 << 20;
    let many = |part: &str| part.repeat(SIZE / part.len());
    let rising: Vec<_> = (0..SIZE / 16).map(|key| format!("k{key:09}=\"v\"")).collect();
    let mut nested = r#"a{b="c"}"#.to_owned();
    while nested.len() < SIZE {
        let outer = Series::new(&*nested).compose();
        assert!(outer.len() > nested.len(), "{} bytes", nested.len());
        nested = outer;
    }
    let labels = [
        (format!("r{{{}}}", rising.join(",")), true),
        (format!("r{{a=\"{}\"}}", many("\\\\")), true),
        (format!("r{{a=\"{}\"}}", many("\\\"x\\n")), true),
        (format!("{{\"{}\",a=\"1\"}}", many("{")), true),
        (format!("r{{{}a=\"1\"}}", many("a=\"1\",")), false),
        (format!("r{{a=\"{}", many("\\\\")), false),
        (format!("r{{{}}}", many("\"")), false),
        (many("{\""), false),
        (many("{\"") + &many("\"}"), false),
        (many("}"), false),
        (many(",}"), false),
    ];
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        assert_eq!(Series::parse(&nested).compose(), nested);
        for (label, is_more) in labels {
            let series = Series::parse(&label);
            assert!(series.is_plain() != is_more, "{} bytes", label.len());
            assert!(series.compose() == label, "{} bytes", label.len());
        }
        sender.send(()).unwrap();
    });
    receiver.recv_timeout(TIMEOUT).expect("all labels are parsed within the time limit");
}
