//! Mutations that keep a file a file: most of what libFuzzer does by itself breaks the chain of
//! fields at its beginning, or a checksum.

use libfuzzer_sys::fuzzer_mutate;
use mmstats::__private::format::{SIZE_OF_SIZE, Signature, UNBUFFERED, load_u16};

use crate::parts::{Fields, Tail};
use crate::trailer::HEAD;

/// Space in which libFuzzer lets a part grow.
const GROWTH: usize = 24;

/// What writers use, and what they might use.
const SIGNATURES: &[&str] = &[
    "Q",
    "q",
    "d",
    "f",
    "I",
    "i",
    "H",
    "h",
    "B",
    "b",
    "?",
    "e",
    "c",
    "P",
    "N",
    "x",
    "F",
    "D",
    "p",
    "",
    "0s",
    "s",
    "5s",
    "255s",
    "9p",
    "64sQ",
    "ddQQ",
    "dQQ",
    "dQdQ",
    "dQddddQ",
    "4Q",
    "12Q",
    "=bQ",
    "<H",
    ">Q",
    "!d",
    "@bQ",
    "  Q",
    "bQ",
    "b0Q",
    "3x",
    "QsQ",
    "2?Q",
    "z",
    "3",
    "3 Q",
    "9999999s",
    "99999999999999999999Q",
];

/// Kinds, ways of adding up, flags.
const CODES: std::ops::Range<usize> = 16..19;
/// The two parameters.
const PARAMETERS: std::ops::Range<usize> = 24..40;

/// Numbers that are random enough to choose by.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u32) -> Self {
        Self(u64::from(seed) << 1 | 1)
    }

    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 32) as usize % sides
    }

    fn of<'a, T>(&mut self, items: &'a mut [T]) -> Option<&'a mut T> {
        if items.is_empty() { None } else { Some(&mut items[self.roll(items.len())]) }
    }
}

/// Changes a file; returns its new size.
pub fn mutate_file(bytes: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let mut dice = Dice::new(seed);
    if dice.roll(4) == 0 {
        return fuzzer_mutate(bytes, size, max_size);
    }
    let (mut fields, mut tail) = (Fields::of(&bytes[..size]), Tail::of(&bytes[..size]));
    for _ in 0..=dice.roll(3) {
        if dice.roll(3) == 0 {
            change_tail(&mut tail, &mut dice);
        } else {
            change_fields(&mut fields.0, &mut tail.entries, &mut dice);
        }
    }
    let matched = dice.roll(8) > 0;
    store(bytes, &fields.assemble(&tail, matched), max_size)
        .unwrap_or_else(|| fuzzer_mutate(bytes, size, max_size))
}

/// The same for a trailer without fields.
pub fn mutate_trailer(bytes: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let mut dice = Dice::new(seed);
    let mut tail = Tail::of(&bytes[..size]);
    if dice.roll(4) == 0 || tail.footer.is_empty() {
        return fuzzer_mutate(bytes, size, max_size);
    }
    let mut changed = bytes[..size.min(HEAD)].to_vec();
    match dice.roll(4) {
        0 => changed = grown(&changed),
        1 if !tail.entries.is_empty() => {
            let entry = tail.entries[dice.roll(tail.entries.len())].clone();
            tail.entries.push(entry);
        }
        _ => change_tail(&mut tail, &mut dice),
    }
    changed.resize(HEAD, 0);
    tail.append(&mut changed, &[]);
    store(bytes, &changed, max_size).unwrap_or_else(|| fuzzer_mutate(bytes, size, max_size))
}

fn store(bytes: &mut [u8], changed: &[u8], max_size: usize) -> Option<usize> {
    let fits = changed.len() <= max_size;
    fits.then(|| {
        bytes[..changed.len()].copy_from_slice(changed);
        changed.len()
    })
}

/// A part as libFuzzer changes it.
fn grown(part: &[u8]) -> Vec<u8> {
    let mut changed = part.to_vec();
    changed.resize(part.len() + GROWTH, 0);
    let size = fuzzer_mutate(&mut changed, part.len(), part.len() + GROWTH);
    changed.truncate(size);
    changed
}

fn change_tail(tail: &mut Tail, dice: &mut Dice) {
    match dice.roll(6) {
        0 => tail.identity = grown(&tail.identity),
        1 => {
            let size = tail.footer.len();
            if size > 0 {
                fuzzer_mutate(&mut tail.footer, size, size);
            }
        }
        2 => {
            if let Some(entry) = dice.of(&mut tail.entries) {
                *entry = grown(entry);
                entry.resize(entry.len().max(PARAMETERS.end), 0);
            }
        }
        3 => {
            if let Some(entry) = dice.of(&mut tail.entries) {
                entry[CODES.start + dice.roll(CODES.len())] = dice.roll(9) as u8;
            }
        }
        4 => {
            if let Some(entry) = dice.of(&mut tail.entries) {
                let at = PARAMETERS.start + 8 * dice.roll(2);
                entry[at..at + 8].copy_from_slice(&(dice.roll(66) as u64).to_ne_bytes());
            }
        }
        _ => {
            if !tail.entries.is_empty() {
                tail.entries.remove(dice.roll(tail.entries.len()));
            }
        }
    }
}

fn change_fields(fields: &mut Vec<Vec<u8>>, entries: &mut Vec<Vec<u8>>, dice: &mut Dice) {
    if fields.is_empty() {
        return fields.push(field(b"a", b"Q", UNBUFFERED, &[1]));
    }
    let index = dice.roll(fields.len());
    match dice.roll(6) {
        0 => {
            let to = dice.roll(fields.len());
            fields.insert(to, fields[index].clone());
            if index < entries.len() && to <= entries.len() {
                entries.insert(to, entries[index].clone());
            }
        }
        1 => {
            fields.remove(index);
            if index < entries.len() {
                entries.remove(index);
            }
        }
        2 => fields[index] = grown(&fields[index]),
        _ => {
            if let Some(changed) = changed_part(&fields[index], dice) {
                fields[index] = changed;
            }
        }
    }
}

/// A field with one part changed, and values of the size that its signature has.
///
/// `None` where an earlier change left no field.
fn changed_part(bytes: &[u8], dice: &mut Dice) -> Option<Vec<u8>> {
    let (label, rest) = sized(bytes)?;
    let (signature, rest) = sized(rest)?;
    let (&write_buffer, values) = rest.split_first()?;
    Some(match dice.roll(5) {
        0 => field(&grown(label), signature, write_buffer, values),
        1 => field(label, &grown(signature), write_buffer, values),
        2 => field(label, signature, [0, 1, UNBUFFERED][dice.roll(3)], values),
        3 => field(label, signature, write_buffer, &grown(values)),
        _ => {
            let signature = SIGNATURES[dice.roll(SIGNATURES.len())];
            field(label, signature.as_bytes(), write_buffer, values)
        }
    })
}

/// What follows its size, and the rest.
fn sized(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let size = load_u16(bytes, 0)?;
    bytes[SIZE_OF_SIZE..].split_at_checked(size.into())
}

/// A field; its values are cut or repeated to the size that the signature has.
fn field(label: &[u8], signature: &[u8], write_buffer: u8, values: &[u8]) -> Vec<u8> {
    const LONGEST: usize = 1 << 12;
    let copies = if write_buffer == UNBUFFERED { 1 } else { 2 };
    let size = Signature::parse(signature).map_or(values.len(), |it| it.size().min(LONGEST));
    let values = if values.is_empty() { &[0] } else { values };
    let mut bytes = (label.len() as u16).to_ne_bytes().to_vec();
    bytes.extend(label);
    bytes.extend((signature.len() as u16).to_ne_bytes());
    bytes.extend(signature);
    bytes.push(write_buffer);
    bytes.extend(values.iter().cycle().take(size * copies));
    bytes
}
