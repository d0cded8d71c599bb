//! A reader of `spec/RECORDING.md` that shares no code with the library: bit by bit.

use std::collections::BTreeMap;

/// A block, with the values of all words that it mentions.
#[derive(Debug)]
pub struct NaiveBlock {
    pub first: u8,
    pub polls: u8,
    pub keyframe: Option<Vec<u64>>,
    /// Of each word the value before the first poll, and that of each.
    pub values: BTreeMap<u32, Vec<u64>>,
}

/// What changed at a poll; `None` if the bytes don't say.
pub fn poll(mut bytes: &[u8], words: u32) -> Option<Vec<(u32, u64)>> {
    let (mut found, mut next) = (Vec::new(), 0_u128);
    while !bytes.is_empty() {
        let gap = number(&mut bytes)?;
        let word = next + u128::from(gap / 2);
        next = word + 1;
        let value = if gap % 2 == 0 { number(&mut bytes)? } else { whole(&mut bytes, 8)? };
        if word >= u128::from(words) || (gap % 2 == 1) != (value >> 56 > 0) {
            return None;
        }
        found.push((word as u32, value));
    }
    Some(found)
}

impl NaiveBlock {
    /// `None` if the bytes are no block, or a column is none.
    pub fn of(mut bytes: &[u8], words: u32) -> Option<Self> {
        let bytes = &mut bytes;
        let head = whole(bytes, 1)? as u8;
        let polls = whole(bytes, 1)? as u8;
        let first = head % 128;
        if first > 59 || polls == 0 || polls > 60 - first {
            return None;
        }
        let keyframe = if head < 128 { None } else { Some(all_words(bytes, words)?) };
        let mut columns = Vec::new();
        let mut next = 0_u128;
        let count = number(bytes)?;
        if count > bytes.len() as u64 / 5 {
            return None;
        }
        for _ in 0..count {
            let word = next + u128::from(number(bytes)?);
            next = word + 1;
            let length = number(bytes)?;
            if word >= u128::from(words) || length > bytes.len() as u64 {
                return None;
            }
            columns.push((word as u32, length as usize));
        }
        let mut values = BTreeMap::new();
        for (word, length) in columns {
            let (mut part, rest) = bytes.split_at_checked(length)?;
            *bytes = rest;
            values.insert(word, column(&mut part, polls.into())?);
            if !part.is_empty() {
                return None;
            }
        }
        let mut block = Self { first, polls, keyframe, values };
        block.rest(bytes, words)?;
        Some(block)
    }

    /// What changed rarely.
    fn rest(&mut self, bytes: &mut &[u8], words: u32) -> Option<()> {
        let mut rare = BTreeMap::new();
        let mut next_poll = 0_u128;
        while !bytes.is_empty() {
            let poll = next_poll + u128::from(number(bytes)?);
            next_poll = poll + 1;
            let count = number(bytes)?;
            if poll >= self.polls.into() || count == 0 || count > bytes.len() as u64 / 2 {
                return None;
            }
            let mut next = 0_u128;
            for _ in 0..count {
                let word = next + u128::from(number(bytes)?);
                next = word + 1;
                if word >= u128::from(words) || self.values.contains_key(&(word as u32)) {
                    return None;
                }
                let values: &mut Vec<u64> = match rare.entry(word as u32) {
                    std::collections::btree_map::Entry::Occupied(entry) => entry.into_mut(),
                    std::collections::btree_map::Entry::Vacant(entry) => {
                        entry.insert(vec![signed(bytes)?; usize::from(self.polls) + 1])
                    }
                };
                let difference = signed(bytes)?;
                for value in &mut values[poll as usize + 1..] {
                    *value = value.wrapping_add(difference);
                }
            }
        }
        self.values.append(&mut rare);
        Some(())
    }

    /// Polls, words and values, where a value isn't that before.
    pub fn changes(&self) -> impl Iterator<Item = (u8, u32, u64)> + '_ {
        (0..self.polls).flat_map(move |poll| {
            let at = usize::from(poll);
            let changed = self.values.iter().filter(move |(_, it)| it[at] != it[at + 1]);
            changed.map(move |(word, it)| (self.first + poll, *word, it[at + 1]))
        })
    }
}

fn all_words(bytes: &mut &[u8], words: u32) -> Option<Vec<u64>> {
    let count = number(bytes)?;
    let mut found = Vec::new();
    if count > words.into() {
        return None;
    }
    while (found.len() as u64) < count {
        let zeros = number(bytes)?;
        if zeros > count - found.len() as u64 {
            return None;
        }
        (0..zeros).for_each(|_| found.push(0));
        let others = number(bytes)?;
        let left = count - found.len() as u64;
        if others > left || (others == 0 && left > 0) {
            return None;
        }
        for _ in 0..others {
            found.push(number(bytes)?);
        }
    }
    Some(found)
}

fn column(bytes: &mut &[u8], polls: usize) -> Option<Vec<u64>> {
    let head = whole(bytes, 1)?;
    let (form, zeros) = (head % 4, head / 4);
    let mut width = 0;
    if form != 2 {
        width = whole(bytes, 1)?;
    }
    if width + zeros > 64 || (form == 2 && zeros > 0) {
        return None;
    }
    let mut value = signed(bytes)?;
    let mut values = vec![value];
    let mut difference = if form == 1 { signed(bytes)? } else { 0 };
    let mut is_changed = vec![1; polls];
    match form {
        1 => is_changed[0] = 0,
        3 => is_changed = packed(bytes, polls, 1)?,
        _ => {}
    }
    let mut numbers = Vec::new();
    let count = is_changed.iter().filter(|it| **it == 1).count();
    if form == 2 {
        for _ in 0..polls {
            numbers.push(signed(bytes)?);
        }
    } else {
        let least = signed(bytes)?;
        for number in packed(bytes, count, width as usize)? {
            let above = (0..zeros).fold(number, |number, _| number.wrapping_mul(2));
            numbers.push(least.wrapping_add(above));
        }
    }
    let mut numbers = numbers.into_iter();
    for is_changed in is_changed {
        let number = if is_changed == 1 { numbers.next()? } else { 0 };
        difference = if form == 1 { difference.wrapping_add(number) } else { number };
        value = value.wrapping_add(difference);
        values.push(value);
    }
    Some(values)
}

fn packed(bytes: &mut &[u8], count: usize, width: usize) -> Option<Vec<u64>> {
    let (packed, rest) = bytes.split_at_checked((count * width).div_ceil(8))?;
    *bytes = rest;
    let bit = |at: usize| u64::from(packed[at / 8] >> (at % 8) & 1);
    if (count * width..packed.len() * 8).any(|at| bit(at) == 1) {
        return None;
    }
    let number = |index: usize| (0..width).map(|at| bit(index * width + at) << at).sum();
    Some((0..count).map(number).collect())
}

fn whole(bytes: &mut &[u8], size: usize) -> Option<u64> {
    let (number, rest) = bytes.split_at_checked(size)?;
    *bytes = rest;
    Some(number.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

fn number(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u128;
    for index in 0..10 {
        let byte = whole(bytes, 1)?;
        number += u128::from(byte % 128) << (7 * index);
        if byte < 128 {
            return u64::try_from(number).ok();
        }
    }
    None
}

/// A signed number, as the word that adds it.
fn signed(bytes: &mut &[u8]) -> Option<u64> {
    let code = number(bytes)?;
    Some(if code % 2 == 0 { code / 2 } else { (code / 2 + 1).wrapping_neg() })
}
