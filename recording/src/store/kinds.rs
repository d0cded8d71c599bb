//! What each word of a file is, for roll-ups.

use mmstats::{Kind, Stat, StatsFile};

use crate::summary::WordKind;

/// The kinds of a file's words, in their order.
pub fn kinds(file: &StatsFile) -> Vec<WordKind> {
    let mut kinds = Vec::with_capacity(file.word_count());
    for stat in file.stats() {
        let count = stat.word_count();
        match single(&stat) {
            Some(kind) if count == 1 => kinds.push(kind),
            _ => extend(&mut kinds, &stat, count),
        }
    }
    kinds
}

/// The kind of a stat of one number.
fn single(stat: &Stat<'_>) -> Option<WordKind> {
    let counts = stat.kind_or_guess() == Kind::Counter;
    Some(match &*stat.signature() {
        "Q" if counts => WordKind::Count,
        "Q" | "L" | "N" | "I" | "H" | "B" | "?" => WordKind::Unsigned,
        "q" | "l" | "n" | "i" | "h" | "b" => WordKind::Signed,
        "f" => WordKind::Float32,
        "d" => WordKind::Float64,
        _ => return None,
    })
}

/// The kinds of the words of a stat with components, if each component is a word.
fn extend(kinds: &mut Vec<WordKind>, stat: &Stat<'_>, count: usize) {
    let end = kinds.len() + count;
    if stat.kind() == Some(Kind::Histogram) {
        kinds.resize(end, WordKind::Count);
        return;
    }
    // In averages and timers, integers are counts. A sequence number behind them is no word.
    let signature = stat.signature();
    let is_whole = (count..=count + 1).contains(&signature.len());
    let found: Option<Vec<_>> = signature.chars().take(count).map(of_component).collect();
    match found.filter(|_| is_whole) {
        Some(found) => kinds.extend(found),
        None => kinds.resize(end, WordKind::Other),
    }
}

fn of_component(code: char) -> Option<WordKind> {
    match code {
        'Q' => Some(WordKind::Count),
        'd' => Some(WordKind::Float64),
        _ => None,
    }
}
